import { ConnectionWatch } from "../../src/api/connection_watch.ts";
import { Listeners } from "../../src/api/listeners.ts";
import { seenConnection } from "../../src/cli/api_worker.ts";
import { connectionsTo } from "../../src/runtime/tcp_connections.ts";
import { eventually } from "../support/wait.ts";

/*
 * Listens, has a client connect that asks for nothing, and takes all descriptors there are. Writes to
 * the standard output how many connections are let go then, after their time.
 */

let nowMs = 0;
using probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = probe.addr;
probe.close();
const list = () => connectionsTo(new Set([port])).map(seenConnection);
const watch = new ConnectionWatch({ list, steadyClock: () => nowMs });
const handle = () => Promise.resolve(new Response("here"));
new Listeners({ handle, log: () => {}, watch }).follow({
  hosts: [{ address: "127.0.0.1", port }],
});
const client = await Deno.connect({ hostname: "127.0.0.1", port });
await eventually(() => list().length === 1, { what: "the connection to be accepted" });
watch.look();
const files: Deno.FsFile[] = [];
try {
  for (;;) files.push(Deno.openSync("/dev/null"));
} catch {
  // None is left.
}
nowMs = 60_000;
console.log(watch.look());
console.log(await client.read(new Uint8Array(1)));
Deno.exit(0);
