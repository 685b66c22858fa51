import assert from "node:assert/strict";
import { eventually } from "../support/wait.ts";

const SCRIPT = new URL("listeners_process.ts", import.meta.url).pathname;
const ROOT = new URL("../..", import.meta.url).pathname;
const MOST_FILES = 64;

type Target = Deno.ConnectOptions | Deno.UnixConnectOptions;

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** The whole answer; "" where there is none. */
async function get(target: Target): Promise<string> {
  try {
    using connection: Deno.Conn = "path" in target
      ? await Deno.connect({ ...target, transport: "unix" })
      : await Deno.connect(target);
    await connection.write(new TextEncoder().encode("GET / HTTP/1.0\r\nhost: localhost\r\n\r\n"));
    return await new Response(connection.readable).text();
  } catch {
    return "";
  }
}

/** Fails unless the listener on `where` loses its socket and answers on a new one afterwards. */
async function survivesFullTable(where: string, target: Target): Promise<void> {
  const inner = `ulimit -n ${MOST_FILES} && exec "$@"`;
  const words = [Deno.execPath(), "run", "--no-check", "-A", SCRIPT, where];
  const child = new Deno.Command("sh", {
    args: ["-c", inner, "sh", ...words],
    cwd: ROOT,
    stdout: "piped",
  }).spawn();
  let log = "";
  const reading = (async () => {
    const decoder = new TextDecoderStream();
    for await (const text of child.stdout.pipeThrough(decoder)) log += text;
  })();
  try {
    await eventually(() => log.includes("full\n"), { what: "the descriptors to be taken" });
    await eventually(async () => {
      await get(target);
      return log.includes("accepts no more");
    }, { what: "the listener to fail" });
    await eventually(async () => (await get(target)).endsWith("\r\n\r\nhere"), {
      what: "an answer from the new listener",
    });
    assert.equal(log.match(/accepts no more/g)?.length, 1, log);
  } finally {
    child.kill("SIGKILL");
    await Promise.all([reading, child.status]);
  }
}

Deno.test("Listeners open anew where there were no descriptors to accept with", async () => {
  const port = freePort();
  await survivesFullTable(String(port), { hostname: "127.0.0.1", port });
});

Deno.test("ControlSocket opens anew where there were no descriptors to accept with", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/api.sock`;
  try {
    await survivesFullTable(path, { transport: "unix", path });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
