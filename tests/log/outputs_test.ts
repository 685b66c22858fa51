import assert from "node:assert/strict";
import type { LineOutput } from "../../src/log/line_writer.ts";
import type { SyslogPort } from "../../src/log/syslog_writer.ts";
import { type LogOptions, openLog } from "../../src/log.ts";

const OPTIONS: LogOptions = {
  debug: 0,
  timeZone: "utc",
  timeFormat: "disabled",
  logFormat: "text",
  syslog: false,
};

class Place implements LineOutput {
  readonly name: string;
  works = true;
  reopens = 0;
  text = "";

  constructor(name: string) {
    this.name = name;
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    if (!this.works) return Promise.reject(new Error("the disk is full"));
    this.text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  }

  reopen(): Promise<void> {
    this.reopens++;
    return this.works ? Promise.resolve() : Promise.reject(new Error("permission denied"));
  }

  get lines(): string[] {
    return this.text === "" ? [] : this.text.trimEnd().split("\n");
  }
}

class Syslog implements SyslogPort {
  readonly name = "/dev/log";
  readonly messages: string[] = [];
  works = true;

  send(message: Uint8Array<ArrayBuffer>): ReturnType<SyslogPort["send"]> {
    if (!this.works) return { refused: "nobody listens there" };
    this.messages.push(new TextDecoder().decode(message).replace(/^.*?: /, ""));
    return "sent";
  }
}

// The log is one for the whole process, so these are steps of one test each, one after the other.

Deno.test("openLog() writes errors with the rest where there is no place for them alone", async () => {
  const main = new Place("/main.log");
  const log = openLog(OPTIONS, { main });
  log.information("one");
  log.error("two");
  log.warning("three");
  await log.close();
  assert.deepEqual(main.lines, ["one", "error: two", "warning: three"]);
});

Deno.test("openLog() sends to the machine's log only where that is asked for", async () => {
  const [main, syslog] = [new Place("/main.log"), new Syslog()];
  const log = openLog(OPTIONS, { main, syslog });
  log.information("one");
  log.configure({ ...OPTIONS, syslog: true, timeFormat: "short" });
  log.information("two");
  log.error("three");
  await log.close();
  assert.deepEqual(syslog.messages, ["two", "error: three"]);
  assert.equal(main.lines.length, 3);
});

Deno.test("openLog() tells the machine's log, unasked, what nobody else can be told", async () => {
  const [main, syslog] = [new Place("/main.log"), new Syslog()];
  const log = openLog(OPTIONS, { main, syslog });
  main.works = false;
  for (const text of ["one", "two"]) {
    log.information(text);
    await log.close();
  }
  main.works = true;
  log.information("three");
  await log.close();
  await log.close();
  assert.deepEqual(syslog.messages, [
    "error: Cannot write the log to /main.log: the disk is full; routing goes on",
    "warning: The log goes to /main.log again; 2 lines were lost",
  ]);
  assert.deepEqual(main.lines, [
    "warning: 2 log lines before this one could not be written",
    "three",
  ]);
});

Deno.test("openLog() prefers the other file to the machine's log", async () => {
  const [main, errors, syslog] = [new Place("/main.log"), new Place("/error.log"), new Syslog()];
  const log = openLog(OPTIONS, { main, errors, syslog });
  main.works = false;
  log.information("one");
  await log.close();
  await log.close();
  assert.match(errors.text, /^error: Cannot write the log to \/main\.log: the disk is full/);
  assert.deepEqual(syslog.messages, []);
});

Deno.test("openLog() says once that the machine's log does not listen", async () => {
  const [main, syslog] = [new Place("/main.log"), new Syslog()];
  const log = openLog({ ...OPTIONS, syslog: true }, { main, syslog });
  syslog.works = false;
  for (const text of ["one", "two", "three"]) {
    log.information(text);
    await log.close();
  }
  syslog.works = true;
  log.information("four");
  await log.close();
  await log.close();
  assert.deepEqual(main.lines, [
    "one",
    "error: Cannot write the log to /dev/log: nobody listens there; routing goes on",
    "two",
    "three",
    "four",
    "warning: The log goes to /dev/log again; 3 lines were lost",
  ]);
});

Deno.test("OpenLog.reopen() opens every file anew and says which stays as it was", async () => {
  const [main, errors] = [new Place("/main.log"), new Place("/error.log")];
  const log = openLog(OPTIONS, { main, errors });
  errors.works = false;
  log.reopen();
  await Promise.resolve();
  await log.close();
  assert.deepEqual([main.reopens, errors.reopens], [1, 1]);
  assert.match(
    main.text,
    /Cannot open \/error\.log anew: permission denied; going on with the old/,
  );
});
