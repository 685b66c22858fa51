import assert from "node:assert/strict";
import { attempt, run } from "../support/command.ts";

/** A network namespace with a cable between its own two interfaces. */
class Cable implements AsyncDisposable {
  readonly namespace = `rv-ffi-${Deno.pid}`;

  static async create(): Promise<Cable> {
    const cable = new Cable();
    await run(["ip", "netns", "add", cable.namespace]);
    try {
      await run(["ip", "-n", cable.namespace, "-batch", "-"], {
        stdin: "link add near type veth peer name far\nlink set near up\nlink set far up\n",
      });
    } catch (error) {
      await cable[Symbol.asyncDispose]();
      throw error;
    }
    return cable;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(["ip", "netns", "del", this.namespace]);
  }
}

/** Runs a file of tests as a process of its own: a socket belongs to the namespace it is made in. */
async function runTests(prefix: readonly string[], file: string): Promise<void> {
  const path = new URL(file, import.meta.url).pathname;
  const deno = [Deno.execPath(), "test", "--allow-all", "--no-lock", "--quiet", path];
  const [command = "", ...rest] = [...prefix, ...deno];
  const { code, stdout, stderr } = await attempt([command, ...rest]);
  assert.equal(code, 0, `${stdout}${stderr}`);
}

Deno.test("PacketSocket and MulticastGroup keep their word in a namespace of their own", async () => {
  await using cable = await Cable.create();
  await runTests(["ip", "netns", "exec", cable.namespace], "packet_socket_inside.ts");
});

Deno.test("PacketSocket names the missing capability", async () => {
  await runTests(["setpriv", "--bounding-set=-net_raw"], "packet_socket_unprivileged.ts");
});
