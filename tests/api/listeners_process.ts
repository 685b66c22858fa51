import { ConnectionWatch } from "../../src/api/connection_watch.ts";
import { ControlSocket } from "../../src/api/control_socket.ts";
import { Listeners } from "../../src/api/listeners.ts";

/*
 * Listens on the port or the path of its argument, takes all descriptors there are until the listener
 * has failed, and gives them back. What is logged goes to the standard output.
 */

const [where = ""] = Deno.args;
const files: Deno.FsFile[] = [];

function log(_level: string, text: string): void {
  console.log(text);
  if (!text.includes("accepts no more")) return;
  clearInterval(taking);
  for (const file of files.splice(0)) file.close();
}

function takeAll(): void {
  try {
    for (;;) files.push(Deno.openSync("/dev/null"));
  } catch {
    // None is left.
  }
}

const handle = () => Promise.resolve(new Response("here"));
if (where.startsWith("/")) {
  await new ControlSocket({ path: where, handle, log, makePrivateFiles() {}, opened() {} }).open();
} else {
  const hosts = [{ address: "127.0.0.1", port: Number(where) }];
  const watch = new ConnectionWatch({ list: () => [], steadyClock: () => performance.now() });
  new Listeners({ handle, log, watch }).follow({ hosts });
}
takeAll();
// Again and again, as the runtime may give back some of its own.
const taking = setInterval(takeAll, 20);
console.log("full");
