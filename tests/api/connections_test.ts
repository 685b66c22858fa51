import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { ConnectionWatch } from "../../src/api/connection_watch.ts";
import { Listeners } from "../../src/api/listeners.ts";
import { seenConnection } from "../../src/cli/api_worker.ts";
import { connectionsTo } from "../../src/runtime/tcp_connections.ts";
import { attempt } from "../support/command.ts";
import { eventually } from "../support/wait.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

function freePort(hostname: string): number {
  using listener = Deno.listen({ hostname, port: 0 });
  return listener.addr.port;
}

/** A listener that answers `/slow` when it is told to, and streams for as long as it is let. */
class Scene implements Disposable {
  readonly #port: number;
  readonly #hostname: string;
  readonly #listeners: Listeners;
  readonly #held: Deno.Conn[] = [];
  readonly release = Promise.withResolvers<void>();
  nowMs = 0;
  requests = 0;
  readonly watch: ConnectionWatch;

  constructor(hostname: string) {
    this.#hostname = hostname;
    this.#port = freePort(hostname);
    const ports = new Set([this.#port]);
    this.watch = new ConnectionWatch({
      list: () => connectionsTo(ports).map(seenConnection),
      steadyClock: () => this.nowMs,
    });
    this.#listeners = new Listeners({
      watch: this.watch,
      log: () => {},
      handle: async (request) => {
        this.requests++;
        if (request.url.endsWith("/slow")) await this.release.promise;
        if (!request.url.endsWith("/stream")) return new Response("here");
        const body = new ReadableStream({ start: (to) => to.enqueue(Uint8Array.of(46)) });
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      },
    });
    this.#listeners.follow({ hosts: [{ address: hostname, port: this.#port }] });
  }

  async connect(text: string): Promise<Deno.Conn> {
    const connection = await Deno.connect({ hostname: this.#hostname, port: this.#port });
    this.#held.push(connection);
    await connection.write(new TextEncoder().encode(text));
    return connection;
  }

  get count(): number {
    return connectionsTo(new Set([this.#port])).length;
  }

  [Symbol.dispose](): void {
    for (const connection of this.#held) connection.close();
    this.#listeners.follow({ hosts: [] });
  }
}

const HEAD = "HTTP/1.1\r\nhost: x\r\n";

async function text(connection: Deno.Conn): Promise<string> {
  const bytes = new Uint8Array(4096);
  const length = await connection.read(bytes);
  return length === null ? "the end" : new TextDecoder().decode(bytes.subarray(0, length));
}

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test(`Listeners on ${hostname} let go who asks for nothing, and nobody else`, async () => {
    using scene = new Scene(hostname);
    const idle = await scene.connect("");
    const slowHead = await scene.connect(`GET / ${HEAD}x-a: `);
    const asking = await scene.connect(`GET /slow ${HEAD}\r\n`);
    const stream = await scene.connect(`GET /stream ${HEAD}\r\n`);
    assert.match(await text(stream), /200 OK/);
    await eventually(() => scene.count === 4, { what: "four connections" });
    await eventually(() => scene.requests === 2, { what: "two requests" });
    assert.equal(scene.watch.look(), 0);
    scene.nowMs = 30_000;
    assert.equal(scene.watch.look(), 2);
    assert.deepEqual([await text(idle), await text(slowHead)], ["the end", "the end"]);
    await eventually(() => scene.count === 2, { what: "two connections to be closed" });
    scene.release.resolve();
    assert.match(await text(asking), /200 OK/);
    scene.nowMs = 60_000;
    scene.watch.look();
    scene.nowMs = 90_000;
    scene.watch.look();
    assert.equal(await text(asking), "the end");
    await eventually(() => scene.count === 1, { what: "the stream to be left" });
  });
}

Deno.test("ConnectionWatch lets connections go also where no descriptor is left", async () => {
  const script = new URL("connections_process.ts", import.meta.url).pathname;
  const words = [Deno.execPath(), "run", "--no-check", "--no-lock", "-A", script];
  const inner = 'ulimit -n 64 && exec "$@"';
  const { stdout, stderr } = await attempt(["sh", "-c", inner, "sh", ...words]);
  assert.equal(stdout, "1\nnull\n", stderr);
});
