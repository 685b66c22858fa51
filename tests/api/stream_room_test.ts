import assert from "node:assert/strict";
import { eventStream } from "../../src/api/event_stream.ts";
import { Streams } from "../../src/api/streams.ts";
import { eventually } from "../support/wait.ts";
import { PaperEngine, paperRejects, settings } from "./fixtures.ts";

/** Event streams on a real socket of this machine. */
function serveStreams(streams: Streams) {
  const engine = new PaperEngine();
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  return Deno.serve(options, (_request, info) => {
    const stream = streams.open({ isLocal: false, session: "one" }, () => info.completed);
    return new Response(eventStream({
      engine,
      stream,
      settings,
      rejects: paperRejects(engine),
      mayGoOn: () => true,
      lastId: undefined,
    }));
  });
}

async function connect({ addr }: Deno.HttpServer<Deno.NetAddr>): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ port: addr.port });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  return connection;
}

Deno.test("a client that goes gives the room of its stream back, and so does one that is sent away", async () => {
  const streams = new Streams();
  await using server = serveStreams(streams);
  using left = await connect(server);
  const gone = await connect(server);
  await eventually(() => streams.count === 2, { what: "both streams" });
  gone.close();
  await eventually(() => streams.count === 1, { what: "the room of the one that has gone" });
  streams.endSession("one");
  await eventually(() => streams.count === 0, { what: "the room of the other" });
  assert.notEqual(await left.read(new Uint8Array(1024)), null);
});
