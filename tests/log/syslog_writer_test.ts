import assert from "node:assert/strict";
import type { LogRecord } from "@logtape/logtape";
import type { OutputNews } from "../../src/log/line_writer.ts";
import { type SyslogPort, SyslogWriter } from "../../src/log/syslog_writer.ts";

type Answer = ReturnType<SyslogPort["send"]>;

/** A reader that answers as it is told to, and keeps what it takes. */
class Reader implements SyslogPort {
  readonly name = "/dev/log";
  readonly taken: string[] = [];
  answer: () => Answer = () => "sent";

  send(message: Uint8Array<ArrayBuffer>): Answer {
    const answer = this.answer();
    if (answer === "sent") this.taken.push(new TextDecoder().decode(message));
    return answer;
  }
}

function record(level: LogRecord["level"], text: string, source?: string): LogRecord {
  const properties = source === undefined ? { text } : { text, source };
  const timestamp = new Date(2026, 10, 2, 4, 5, 6).getTime();
  return { category: ["rvrrpd"], level, message: [text], rawMessage: text, timestamp, properties };
}

function writerTo(port: SyslogPort): { writer: SyslogWriter; news: OutputNews[] } {
  const news: OutputNews[] = [];
  return { writer: new SyslogWriter({ port, tell: (one) => news.push(one) }), news };
}

const RECORDS = [
  { what: "information", given: record("info", "hello"), said: "<30>", text: "hello" },
  { what: "a warning", given: record("warning", "w"), said: "<28>", text: "warning: w" },
  { what: "an error", given: record("error", "e"), said: "<27>", text: "error: e" },
  { what: "a debug line", given: record("debug", "d", "fsm"), said: "<31>", text: "debug(fsm): d" },
  {
    what: "lines in one, which readers would cut at the first",
    given: record("error", "one\n  two\n"),
    said: "<27>",
    text: "error: one two ",
  },
];

for (const { what, given, said, text } of RECORDS) {
  Deno.test(`SyslogWriter sends ${what} in the form of RFC 3164, facility daemon`, async () => {
    const reader = new Reader();
    const { writer } = writerTo(reader);
    writer.write(given);
    await writer.flush();
    assert.deepEqual(reader.taken, [`${said}Nov  2 04:05:06 rvrrpd[${Deno.pid}]: ${text}`]);
  });
}

Deno.test("SyslogWriter cuts what common readers would cut", async () => {
  const reader = new Reader();
  const { writer } = writerTo(reader);
  writer.write(record("info", "x".repeat(100_000)));
  await writer.flush();
  assert.equal(reader.taken[0]?.length, 8192);
});

Deno.test("SyslogWriter waits for a slow reader and keeps the order", async () => {
  const reader = new Reader();
  const { writer, news } = writerTo(reader);
  let full = 3;
  reader.answer = () => full-- > 0 ? "full" : "sent";
  for (const text of ["a", "b", "c"]) writer.write(record("info", text));
  await writer.flush();
  assert.deepEqual(reader.taken.map((line) => line.slice(-1)), ["a", "b", "c"]);
  assert.deepEqual(news, []);
});

Deno.test("SyslogWriter tells once that nobody listens, and once how much was lost", async () => {
  const reader = new Reader();
  const { writer, news } = writerTo(reader);
  reader.answer = () => ({ refused: "nobody listens there" });
  for (const text of ["a", "b"]) writer.write(record("info", text));
  await writer.flush();
  assert.deepEqual({ news, failing: writer.failing }, {
    news: [{ failed: "nobody listens there" }],
    failing: true,
  });
  reader.answer = () => "sent";
  writer.write(record("info", "c"));
  await writer.flush();
  assert.deepEqual(news.slice(1), [{ lostLines: 2 }]);
  assert.equal(reader.taken.length, 1);
});

Deno.test("SyslogWriter gives up on a reader that has stopped, and is not busy with it for ever", async () => {
  const reader = new Reader();
  const { writer, news } = writerTo(reader);
  reader.answer = () => "full";
  for (let index = 0; index < 100; index++) writer.write(record("info", "x"));
  await writer.flush();
  assert.deepEqual(news, [{ failed: "nobody reads it" }]);
  assert.equal(writer.busy, false);
});

Deno.test("SyslogWriter drops what does not fit its queue, and tells the loss", async () => {
  const reader = new Reader();
  const { writer, news } = writerTo(reader);
  for (let index = 0; index < 10_005; index++) writer.write(record("info", "x"));
  await writer.flush();
  assert.equal(reader.taken.length, 10_000);
  assert.deepEqual(news, [{ lostLines: 5 }]);
});
