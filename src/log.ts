import { configureSync, getLogger, type LogRecord } from "@logtape/logtape";
import type { DaemonConfig, DebugLevel } from "./config/types.ts";

/** Sources of debug lines, as rVRRPd names them. */
export type LogSource =
  | "protocols"
  | "vr"
  | "main"
  | "mac"
  | "route"
  | "packet"
  | "arp"
  | "fsm"
  | "timer"
  | "ip"
  | "auth"
  | "macvlan"
  | "bpf"
  | "link";

/** What the daemon says to people. None of these ever waits for whoever reads it. */
export interface Log {
  information(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  /** Whether lines wait to be written, for which the event loop has to turn. */
  readonly busy: boolean;
  /** `message` is asked for only where the level is on. */
  debug(level: Exclude<DebugLevel, 0>, source: LogSource, message: () => string): void;
}

export interface OpenLog extends Log {
  /** Waits until all lines are written, or a second at most for a reader that has stopped. */
  close(): Promise<void>;
}

export type LogOptions = Pick<DaemonConfig, "debug" | "timeZone" | "timeFormat" | "logFormat">;

const CATEGORY = "rvrrpd";
/** Lines that wait for a slow reader; beyond that they are dropped and counted. */
const MAX_WAITING_LINES = 10_000;

/** Sends log lines to standard output, errors to standard error. */
export function openLog(options: LogOptions): OpenLog {
  const format = options.logFormat === "json" ? formatJson : formatText;
  const lossLine = (count: number) => format(lossRecord(count), options);
  const out = new LineWriter(Deno.stdout, lossLine);
  const err = new LineWriter(Deno.stderr, lossLine);
  const lines = (record: LogRecord) => {
    (record.level === "error" ? err : out).write(format(record, options));
  };
  configureSync({
    reset: true,
    sinks: { lines },
    loggers: [
      { category: [CATEGORY], sinks: ["lines"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "error" },
    ],
  });
  return {
    ...loggerFor(options.debug),
    get busy() {
      return out.busy || err.busy;
    },
    close: () => flushAll(out, err),
  };
}

function loggerFor(debug: DebugLevel): Omit<Log, "busy"> {
  const logger = getLogger([CATEGORY]);
  return {
    information: (message) => logger.info("{text}", { text: message }),
    warning: (message) => logger.warn("{text}", { text: message }),
    error: (message) => logger.error("{text}", { text: message }),
    debug: (level, source, message) => {
      if (level <= debug) logger.debug("{text}", { text: message(), source });
    },
  };
}

function lossRecord(count: number): LogRecord {
  const text = `${count} log lines were dropped`;
  return {
    category: [CATEGORY],
    level: "warning",
    message: [text],
    rawMessage: text,
    timestamp: Date.now(),
    properties: { text },
  };
}

/** Text as it was given: LogTape would quote a string inserted into a message. */
function textOf(record: LogRecord): string {
  const { text } = record.properties;
  return typeof text === "string" ? text : record.message.join("");
}

const PREFIX: Readonly<Record<LogRecord["level"], string>> = {
  trace: "",
  debug: "",
  info: "",
  warning: "warning: ",
  error: "error: ",
  fatal: "error: ",
};

function formatText(record: LogRecord, options: LogOptions): string {
  const { source } = record.properties;
  const prefix = typeof source === "string" ? `debug(${source}): ` : PREFIX[record.level];
  return `${timeStamp(new Date(record.timestamp), options)}${prefix}${textOf(record)}`;
}

function formatJson(record: LogRecord): string {
  const { source } = record.properties;
  return JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level === "info" ? "information" : record.level,
    ...(typeof source === "string" ? { source } : {}),
    message: textOf(record),
  });
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const WEEKDAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

/** The stamp before a line, with its blank; empty where stamps are off. */
function timeStamp(time: Date, { timeFormat, timeZone }: LogOptions): string {
  const offsetMinutes = timeZone === "utc" ? 0 : -time.getTimezoneOffset();
  // Shifted so that the UTC getters give the wall clock of the zone that was asked for.
  const shown = new Date(time.getTime() + offsetMinutes * 60_000);
  const [date = "", rest = ""] = shown.toISOString().split("T");
  const clock = rest.slice(0, 8);
  const day = shown.getUTCDate();
  const month = MONTHS[shown.getUTCMonth()] ?? "";
  const year = shown.getUTCFullYear();
  switch (timeFormat) {
    case "disabled":
      return "";
    case "short":
      return `[${month} ${String(day).padStart(2)} ${year} ${clock}] `;
    case "rfc2822": {
      const weekday = WEEKDAYS[shown.getUTCDay()] ?? "";
      const zone = zoneOffset(offsetMinutes).replace(":", "");
      return `[${weekday}, ${String(day).padStart(2, "0")} ${month} ${year} ${clock} ${zone}] `;
    }
    case "iso8601":
      return `${date}T${rest.slice(0, 12)}${timeZone === "utc" ? "Z" : zoneOffset(offsetMinutes)} `;
  }
}

function zoneOffset(minutes: number): string {
  const sign = minutes < 0 ? "-" : "+";
  const two = (value: number) => String(value).padStart(2, "0");
  return `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

interface Output {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Writes lines one after the other without ever making the caller wait: a reader that has stopped
 * must not stop advertisements. What does not fit the queue is dropped, and the loss is told.
 */
class LineWriter {
  readonly #output: Output;
  readonly #lossLine: (count: number) => string;
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #dropped = 0;
  #writing: Promise<void> | undefined;

  /** `lossLine` is asked for the line that tells how many were dropped. */
  constructor(output: Output, lossLine: (count: number) => string) {
    this.#output = output;
    this.#lossLine = lossLine;
  }

  write(line: string): void {
    if (this.#waiting.length >= MAX_WAITING_LINES) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#writing ??= this.#drain();
  }

  get busy(): boolean {
    return this.#writing !== undefined;
  }

  async flush(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // Let the caller finish its work first: lines of one batch go out in one write.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const lines = this.#take();
      await this.#writeAll(this.#encoder.encode(lines.join("\n") + "\n"));
    }
    this.#writing = undefined;
  }

  #take(): string[] {
    const lines = this.#waiting;
    this.#waiting = [];
    if (this.#dropped > 0) lines.push(this.#lossLine(this.#dropped));
    this.#dropped = 0;
    return lines;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#output.write(bytes.subarray(at));
    } catch {
      // The reader is gone (EPIPE) or the disk is full. Routing goes on, and there is no better
      // place left to say so.
      this.#waiting = [];
    }
  }
}

const FLUSH_LIMIT_MS = 1000;

/** A reader that has stopped must not keep a daemon from ending either. */
async function flushAll(...writers: readonly LineWriter[]): Promise<void> {
  let timer: number | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_LIMIT_MS);
  });
  await Promise.race([Promise.all(writers.map((writer) => writer.flush())), limit]);
  clearTimeout(timer);
}
