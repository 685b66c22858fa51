import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { LogOptions } from "../../src/log.ts";
import { PATIENCE_MS } from "../support/wait.ts";
import type { Speech, Step } from "./speak.ts";

const PLAIN: LogOptions = {
  debug: 0,
  timeZone: "utc",
  timeFormat: "disabled",
  logFormat: "text",
  syslog: false,
};
const CLOSE: Step = { do: "close" };
const SPEAK = fileURLToPath(new URL("speak.ts", import.meta.url));

function command(speech: Speech): string[] {
  const run = ["run", "--no-check", "--no-lock", "--quiet", "--allow-all"];
  return [Deno.execPath(), ...run, SPEAK, JSON.stringify(speech)];
}

function spawn([program = "", ...args]: readonly string[], env: Record<string, string> = {}) {
  const io = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  return new Deno.Command(program, { args, env, ...io }).spawn();
}

interface Said {
  readonly code: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

async function ended(child: Deno.ChildProcess): Promise<Said> {
  const [stdout, stderr, { code }] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.status,
  ]);
  return { code, stdout: linesOf(stdout), stderr: linesOf(stderr) };
}

async function said(
  steps: readonly Step[],
  { options = {}, timeMs, zone }: {
    readonly options?: Partial<LogOptions>;
    readonly timeMs?: number;
    readonly zone?: string;
  } = {},
): Promise<Said> {
  const speech = { options: { ...PLAIN, ...options }, steps: [...steps, CLOSE] };
  const child = spawn(
    command(timeMs === undefined ? speech : { ...speech, timeMs }),
    zone === undefined ? {} : { TZ: zone },
  );
  await child.stdin.close();
  return await ended(child);
}

const HELLO: Step = { do: "information", text: "hello" };

const STAMPS = [
  { format: "disabled", zone: "UTC", at: "2026-11-22T14:03:07.089Z", line: "hello" },
  {
    format: "short",
    zone: "UTC",
    at: "2026-11-22T14:03:07.089Z",
    line: "[Nov 22 2026 14:03:07] hello",
  },
  {
    format: "short",
    zone: "UTC",
    at: "2026-03-02T04:05:06.000Z",
    line: "[Mar  2 2026 04:05:06] hello",
  },
  {
    format: "short",
    zone: "Asia/Kolkata",
    at: "2026-12-31T23:30:00.000Z",
    line: "[Jan  1 2027 05:00:00] hello",
  },
  {
    format: "rfc2822",
    zone: "UTC",
    at: "2026-11-02T14:03:07.089Z",
    line: "[Mon, 02 Nov 2026 14:03:07 +0000] hello",
  },
  {
    format: "rfc2822",
    zone: "Asia/Kolkata",
    at: "2026-11-22T20:03:07.089Z",
    line: "[Mon, 23 Nov 2026 01:33:07 +0530] hello",
  },
  {
    format: "rfc2822",
    zone: "America/St_Johns",
    at: "2026-01-22T02:03:07.089Z",
    line: "[Wed, 21 Jan 2026 22:33:07 -0330] hello",
  },
  {
    format: "iso8601",
    zone: "Europe/Berlin",
    at: "2026-07-01T14:03:07.009Z",
    line: "2026-07-01T16:03:07.009+02:00 hello",
  },
] as const;

for (const { format, zone, at, line } of STAMPS) {
  Deno.test(`openLog() stamps with "${format}" in ${zone}: ${line}`, async () => {
    const options = { timeFormat: format, timeZone: "local" } as const;
    const { stdout } = await said([HELLO], { options, timeMs: Date.parse(at), zone });
    assert.deepEqual(stdout, [line]);
  });
}

Deno.test('openLog() stamps with time_zone "utc" wherever the machine is', async () => {
  const timeMs = Date.parse("2026-11-22T14:03:07.089Z");
  const options = { timeFormat: "iso8601", timeZone: "utc" } as const;
  const { stdout } = await said([HELLO], { options, timeMs, zone: "Asia/Kolkata" });
  assert.deepEqual(stdout, ["2026-11-22T14:03:07.089Z hello"]);
});

const LEVELS = ([1, 2, 3, 5] as const).map((level): Step => ({
  do: "debug",
  level,
  source: "fsm",
  text: `level ${level}`,
}));

const DEBUG = [
  { debug: 0, lines: [] },
  { debug: 1, lines: ["debug(fsm): level 1"] },
  { debug: 3, lines: ["debug(fsm): level 1", "debug(fsm): level 2", "debug(fsm): level 3"] },
  { debug: 5, lines: [1, 2, 3, 5].map((level) => `debug(fsm): level ${level}`) },
] as const;

for (const { debug, lines } of DEBUG) {
  Deno.test(`openLog() writes debug lines up to level ${debug} with their source`, async () => {
    const { stdout, stderr } = await said(LEVELS, { options: { debug } });
    assert.deepEqual({ stdout, stderr }, { stdout: [...lines], stderr: [] });
  });
}

const ALL: readonly Step[] = [
  { do: "information", text: "Changed from Backup to Master" },
  { do: "warning", text: 'set iftype = "macvlan"' },
  { do: "error", text: "Cannot add 10.9.0.5/24 to eth0: EPERM" },
  { do: "debug", level: 1, source: "packet", text: "{braces} and 100 %s" },
];

Deno.test("openLog() writes errors to stderr, the rest to stdout, each as it was given", async () => {
  const { code, stdout, stderr } = await said(ALL, { options: { debug: 1 } });
  assert.deepEqual(stdout, [
    "Changed from Backup to Master",
    'warning: set iftype = "macvlan"',
    "debug(packet): {braces} and 100 %s",
  ]);
  assert.deepEqual(stderr, ["error: Cannot add 10.9.0.5/24 to eth0: EPERM"]);
  assert.equal(code, 0);
});

Deno.test("openLog() writes one JSON object a line, with the time in UTC", async () => {
  const time = "2026-11-22T14:03:07.089Z";
  const { stdout, stderr } = await said(ALL, {
    options: { debug: 1, logFormat: "json", timeFormat: "short", timeZone: "local" },
    timeMs: Date.parse(time),
    zone: "Asia/Kolkata",
  });
  assert.deepEqual(stdout.map((line) => JSON.parse(line)), [
    { time, level: "information", message: "Changed from Backup to Master" },
    { time, level: "warning", message: 'set iftype = "macvlan"' },
    { time, level: "debug", source: "packet", message: "{braces} and 100 %s" },
  ]);
  assert.deepEqual(stderr.map((line) => JSON.parse(line)), [
    { time, level: "error", message: "Cannot add 10.9.0.5/24 to eth0: EPERM" },
  ]);
});

/** More than a pipe holds (64 KiB) and more than may wait. */
const FLOODED = 80_000;
const FLOOD: Step = { do: "flood", count: FLOODED };
const OUT: Step = { do: "error", text: "still working" };

/** Reads standard error up to a line that holds `text`; leaves standard output alone. */
async function untilTold(child: Deno.ChildProcess, text: string): Promise<void> {
  const decoder = new TextDecoder();
  const reader = child.stderr.getReader();
  // A program that hangs ends that way, and with it the reading.
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  try {
    for (let seen = ""; !seen.includes(text);) {
      const { value, done } = await reader.read();
      if (done) assert.fail(`ended without "${text}": ${seen}`);
      seen += decoder.decode(value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
    reader.releaseLock();
  }
}

async function go(child: Deno.ChildProcess): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(Uint8Array.of(1));
  await writer.close();
}

for (const logFormat of ["text", "json"] as const) {
  Deno.test(`A reader that does not read stops nobody, and is told what it missed (${logFormat})`, async () => {
    const steps = [FLOOD, OUT, { do: "wait" }, HELLO, CLOSE] as const;
    const child = spawn(command({ options: { ...PLAIN, logFormat }, steps }));
    await untilTold(child, "still working");
    const rest = ended(child);
    await go(child);
    const { code, stdout } = await rest;
    const messages = stdout.map((line) =>
      logFormat === "json" ? String(JSON.parse(line).message) : line
    );
    const kept = messages.filter((line) => line.startsWith("line "));
    const lost = messages.flatMap((line) => /(\d+) log lines were dropped$/.exec(line)?.[1] ?? []);
    assert.equal(kept[0], "line 1");
    assert.equal(lost.length, 1);
    assert.equal(kept.length + Number(lost[0]), FLOODED);
    assert.ok(messages.includes("hello"));
    assert.equal(code, 0);
  });
}

Deno.test("OpenLog.close() gives up on a reader that has stopped", async () => {
  const steps = [FLOOD, CLOSE, { do: "tell", text: "closed" }] as const;
  const child = spawn(command({ options: PLAIN, steps }));
  await child.stdin.close();
  await untilTold(child, "closed");
  assert.equal((await child.status).code, 0);
  await child.stdout.cancel();
  await child.stderr.cancel();
});

Deno.test("A reader that is gone does not end the process (EPIPE)", async () => {
  const wait: Step = { do: "wait" };
  const steps = [wait, HELLO, CLOSE, HELLO, CLOSE, { do: "tell", text: "alive" }] as const;
  const child = spawn(command({ options: PLAIN, steps }));
  await child.stdout.cancel();
  await go(child);
  await untilTold(child, "alive");
  assert.equal((await child.status).code, 0);
  await child.stderr.cancel();
});

const FULL =
  "error: Cannot write the log to standard output: No space left on device (os error 28); " +
  "routing goes on";

Deno.test("A full disk does not end the process, and is told once on the other output", async () => {
  const steps = [HELLO, CLOSE, HELLO, CLOSE, { do: "tell", text: "alive" }] as const;
  const argv = command({ options: PLAIN, steps });
  const child = spawn(["sh", "-c", 'exec "$@" >/dev/full', "sh", ...argv]);
  await child.stdin.close();
  const { code, stderr } = await ended(child);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: [FULL, "alive"] });
});

Deno.test("openLog() can do no more than go on where every output fails", async () => {
  const argv = command({ options: PLAIN, steps: [...ALL, CLOSE, ...ALL, CLOSE] });
  const child = spawn(["sh", "-c", 'exec "$@" >/dev/full 2>/dev/full', "sh", ...argv]);
  await child.stdin.close();
  assert.equal((await ended(child)).code, 0);
});

Deno.test("OpenLog.configure() goes on with another level and another form", async () => {
  const { stdout } = await said([
    ...LEVELS,
    { do: "configure", options: { ...PLAIN, debug: 2 } },
    ...LEVELS,
    { do: "configure", options: { ...PLAIN, logFormat: "json" } },
    HELLO,
  ]);
  assert.deepEqual(stdout.slice(0, 2), ["debug(fsm): level 1", "debug(fsm): level 2"]);
  assert.deepEqual(stdout.slice(2).map((line) => JSON.parse(line).message), ["hello"]);
});
