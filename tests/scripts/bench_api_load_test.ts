import assert from "node:assert/strict";
import fc from "fast-check";
import { AnswerParser } from "../../scripts/benchmark/api_load/answer_parser.ts";
import { askAll } from "../../scripts/benchmark/api_load/clients.ts";
import type { LoadPlan } from "../../scripts/benchmark/api_load/plan.ts";
import { chunk, requestMix } from "../../scripts/benchmark/api_load/requests.ts";

const BODY = "ü and the rest\r\n\r\n";
const ANSWER = new TextEncoder().encode(
  `HTTP/1.1 404 Not Found\r\nContent-Length: ${
    new TextEncoder().encode(BODY).length
  }\r\n\r\n${BODY}`,
);

Deno.test("AnswerParser finds the end of an answer, however it is cut", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: ANSWER.length - 1 }), { maxLength: 5 });
  fc.assert(fc.property(cuts, (cuts) => {
    const ends = [...cuts.toSorted((a, b) => a - b), ANSWER.length];
    const parser = new AnswerParser();
    const taken = ends.map((end, index) => parser.take(ANSWER.subarray(ends[index - 1] ?? 0, end)));
    assert.deepEqual(taken, [...cuts.map(() => undefined), 404]);
  }));
});

Deno.test("AnswerParser refuses an answer whose length nobody says, and more than was said", () => {
  const text = (words: string) => new TextEncoder().encode(words);
  const chunked = text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  assert.throws(() => new AnswerParser().take(chunked), /Content-Length: HTTP\/1\.1 200/);
  const more = text("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}");
  assert.throws(() => new AnswerParser().take(more), /More has come/);
});

Deno.test("requestMix() has good and bad requests, and signs in for all but one", () => {
  const mix = requestMix({ hostname: "10.8.0.1", credentials: "ops:banana" });
  const statuses = mix.map(({ status }) => status);
  assert.deepEqual(new Set(statuses), new Set([200, 400, 401, 404, 405]));
  const strangers = mix.filter(({ bytes }) => !/Basic /.test(new TextDecoder().decode(bytes)));
  assert.deepEqual(strangers.map(({ status }) => status), [401]);
});

Deno.test("chunk() is a chunk of as many bytes", () => {
  assert.equal(new TextDecoder().decode(chunk(17)), `11\r\n${"x".repeat(17)}\r\n`);
});

Deno.test("askAll() counts right answers and wrong ones", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ method, url }) => new Response("{}", { status: statusOf(method, new URL(url).pathname) }),
  );
  const plan: LoadPlan = {
    hostname: "127.0.0.1",
    port: server.addr.port,
    credentials: "ops:banana",
    requestsPerS: 100,
    clients: 5,
    streams: 0,
    unreadStreams: 0,
    idle: 0,
    slowBodies: 0,
    durationMs: 500,
  };
  const { answered, wrong, latencyP99Ms, fromMs, toMs } = await askAll(plan);
  await server.shutdown();
  assert.equal(toMs - fromMs, 500);
  assert.ok(answered > 0 && latencyP99Ms > 0, `${answered}, ${latencyP99Ms} ms`);
  assert.deepEqual(Object.keys(wrong), ["200 for 401"]);
});

/** As the API answers, but for those who have not signed in. */
function statusOf(method: string, path: string): number {
  if (method === "DELETE") return 405;
  return path === "/run/vrrp/999" ? 400 : path === "/run/vrrp/7/eth99" ? 404 : 200;
}
