import assert from "node:assert/strict";

const SCRIPT = new URL("../../scripts/deno", import.meta.url).pathname;
const PINNED = "2.7.11";

/** A checkout with nothing but scripts/deno, and a directory of programs to put on PATH. */
class Checkout implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<Checkout> {
    const checkout = new Checkout(await Deno.makeTempDir());
    await Deno.mkdir(`${checkout.root}/scripts`);
    await Deno.copyFile(SCRIPT, `${checkout.root}/scripts/deno`);
    return checkout;
  }

  /** Puts a program there that tells its own path and the version that it is asked for. */
  async addDeno(path: string, version: string): Promise<void> {
    const says =
      `if [ "$1" = --version ]; then echo "deno ${version} (stable)"; else echo "$0 $*"; fi`;
    await this.addProgram(path, says);
  }

  async addProgram(path: string, body: string): Promise<void> {
    const file = `${this.root}/${path}`;
    await Deno.mkdir(file.replace(/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  async run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    // The system's own directories come last: npm and curl are found in "bin" first.
    const env = { PATH: `${this.root}/bin:/usr/bin:/bin` };
    const output = await new Deno.Command(`${this.root}/scripts/deno`, { args, env }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(this.root, "");
    return { code: output.code, out: text(output.stdout), err: text(output.stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

Deno.test("scripts/deno runs the pinned Deno on PATH", async () => {
  await using checkout = await Checkout.create();
  await checkout.addDeno("bin/deno", PINNED);
  assert.deepEqual(await checkout.run("a", "b c"), { code: 0, out: "/bin/deno a b c\n", err: "" });
});

Deno.test("scripts/deno passes over another version for its private copy", async () => {
  await using checkout = await Checkout.create();
  await checkout.addDeno("bin/deno", `${PINNED}2`);
  await checkout.addDeno(`.deno/deno-${PINNED}/deno`, PINNED);
  assert.equal((await checkout.run("a")).out, `/.deno/deno-${PINNED}/deno a\n`);
});

Deno.test("scripts/deno does not take itself for the Deno on PATH", async () => {
  await using checkout = await Checkout.create();
  await checkout.addDeno(`.deno/deno-${PINNED}/deno`, PINNED);
  await Deno.mkdir(`${checkout.root}/bin`);
  await Deno.symlink(`${checkout.root}/scripts/deno`, `${checkout.root}/bin/deno`);
  assert.equal((await checkout.run("a")).out, `/.deno/deno-${PINNED}/deno a\n`);
});

Deno.test("scripts/deno says in one line what it cannot fetch and leaves nothing behind", async () => {
  await using checkout = await Checkout.create();
  for (const name of ["deno", "npm", "curl"]) await checkout.addProgram(`bin/${name}`, "exit 1");
  const { code, out, err } = await checkout.run("a");
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, new RegExp(`\\nscripts/deno: cannot fetch Deno ${PINNED} from npm .*\\n$`));
  assert.deepEqual(await Array.fromAsync(Deno.readDir(`${checkout.root}/.deno`)), []);
});

Deno.test("scripts/deno keeps no fetched program of another version", async () => {
  await using checkout = await Checkout.create();
  await checkout.addProgram("bin/deno", "exit 1");
  await checkout.addDeno("package/deno", "2.7.10");
  await checkout.addProgram("bin/npm", `tar -czf deno.tgz -C ${checkout.root} package/deno`);
  const { code, err } = await checkout.run("a");
  assert.equal(code, 1);
  assert.match(err, /is not 2\.7\.11/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(`${checkout.root}/.deno`)), []);
});

Deno.test("scripts/deno fetches from npm once", async () => {
  await using checkout = await Checkout.create();
  await checkout.addProgram("bin/deno", "exit 1");
  await checkout.addDeno("package/deno", PINNED);
  await checkout.addProgram("bin/npm", `tar -czf deno.tgz -C ${checkout.root} package/deno`);
  const first = await checkout.run("a");
  assert.deepEqual(first, {
    code: 0,
    out: `/.deno/deno-${PINNED}/deno a\n`,
    err: `scripts/deno: fetching Deno ${PINNED} into .deno/\n`,
  });
  assert.deepEqual(await checkout.run("a"), { ...first, err: "" });
});
