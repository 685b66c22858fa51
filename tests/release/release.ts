import { fileURLToPath } from "node:url";
import metadata from "../../deno.json" with { type: "json" };
import { run } from "../support/command.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = [
  ...["main.ts", "src", "ffi", "conf", "scripts"],
  ...["deno.json", "deno.lock", "README.md", "CHANGELOG.md", "LICENSE"],
];
/** Any time will do, as long as it is always the same. */
const ENVIRONMENT = ["SOURCE_DATE_EPOCH=1790000000", "XZ_OPT=-0"];

export type Architecture = "amd64" | "arm64";

export const NATIVE: Architecture = Deno.build.arch === "x86_64" ? "amd64" : "arm64";

export function nameOf(architecture: Architecture): string {
  return `rvrrpd-${metadata.version}-linux-${architecture}`;
}

export interface ReleaseOptions {
  /** Of a copy of the sources. */
  readonly checkout: string;
  readonly output: string;
  readonly architectures: readonly Architecture[];
  /** Put before the command, to run it in other surroundings. */
  readonly surroundings?: readonly string[];
}

/** Copies the sources, so that a file that is saved meanwhile does not change them. */
export async function copySources(from: string, to: string): Promise<void> {
  await run(["mkdir", "-p", to]);
  await run(["cp", "-R", "--", ...SOURCES.map((name) => `${from}/${name}`), to]);
  // The runtimes that were fetched are no part of the sources, and large.
  const runtimes = `${ROOT}.deno`;
  await Deno.mkdir(runtimes, { recursive: true });
  await Deno.symlink(runtimes, `${to}/.deno`);
}

export function copyCheckout(to: string): Promise<void> {
  return copySources(ROOT, to);
}

export async function makeRelease(options: ReleaseOptions): Promise<void> {
  const { checkout, output, architectures, surroundings = [] } = options;
  await run([
    ...["env", ...ENVIRONMENT, ...surroundings, `${checkout}/scripts/release`],
    ...["--output", output, ...architectures.flatMap((name) => ["--arch", name])],
  ] as [string, ...string[]]);
}
