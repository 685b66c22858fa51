import assert from "node:assert/strict";
import { attempt, run } from "../support/command.ts";

/** A network namespace with nothing in it but the loopback. */
class EmptyNamespace implements AsyncDisposable {
  readonly name = `rv-drv-${Deno.pid}`;

  static async create(): Promise<EmptyNamespace> {
    const namespace = new EmptyNamespace();
    await run(["ip", "netns", "add", namespace.name]);
    return namespace;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(["ip", "netns", "del", this.name]);
  }

  /** Runs a file of tests as a process of its own: a socket belongs to the namespace it is made in. */
  async runTests(prefix: readonly string[], file: string): Promise<void> {
    const path = new URL(file, import.meta.url).pathname;
    const deno = [Deno.execPath(), "test", "--allow-all", "--no-lock", "--quiet", path];
    const argv = ["netns", "exec", this.name, ...prefix, ...deno];
    const { code, stdout, stderr } = await attempt(["ip", ...argv]);
    assert.equal(code, 0, `${stdout}${stderr}`);
  }
}

Deno.test("the drivers keep their contract with the kernel, and end in the same state", async () => {
  await using namespace = await EmptyNamespace.create();
  await namespace.runTests([], "contract_inside.ts");
});

Deno.test("the drivers name the missing capability", async () => {
  await using namespace = await EmptyNamespace.create();
  await namespace.runTests(["setpriv", "--bounding-set=-net_admin"], "unprivileged_inside.ts");
});
