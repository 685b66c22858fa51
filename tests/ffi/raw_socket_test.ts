import assert from "node:assert/strict";
import { attempt, run } from "../support/command.ts";

const NAMESPACE = `rv-raw-${Deno.pid}`;

/** Two ends of a cable; what has an address at the far one is known to the near one. */
const SET_UP = `
link add near type veth peer name far
link set near up
link set far address 02:00:00:00:00:0f up
addr add 10.7.0.1/24 dev near
addr add fd07::1/64 dev near nodad
neigh add 10.7.0.2 lladdr 02:00:00:00:00:0f dev near
neigh add fd07::2 lladdr 02:00:00:00:00:0f dev near
route add 10.6.0.0/24 via 10.7.0.2
`;

// As a process of its own: a socket belongs to the namespace that it is made in.
Deno.test("RawSocket keeps its word in a namespace of its own", async () => {
  await run(["ip", "netns", "add", NAMESPACE]);
  try {
    await run(["ip", "-n", NAMESPACE, "-batch", "-"], { stdin: SET_UP });
    const path = new URL("raw_socket_inside.ts", import.meta.url).pathname;
    const deno = [Deno.execPath(), "test", "--allow-all", "--no-lock", "--quiet", path];
    const { code, stdout, stderr } = await attempt(["ip", "netns", "exec", NAMESPACE, ...deno]);
    assert.equal(code, 0, `${stdout}${stderr}`);
  } finally {
    await run(["ip", "netns", "del", NAMESPACE]);
  }
});
