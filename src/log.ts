import { configureSync, getLogger, type LogRecord } from "@logtape/logtape";
import type { DaemonConfig, DebugLevel } from "./config/types.ts";
import { formatLine } from "./log/format.ts";
import { type LineOutput, LineWriter, type OutputNews } from "./log/line_writer.ts";
import { type SyslogPort, SyslogWriter } from "./log/syslog_writer.ts";

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
  | "link"
  | "script";

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
  /** Goes on in another form, with other levels, to the same places. */
  configure(options: LogOptions): void;
  /** Opens the files anew: whoever keeps old logs has moved them away. */
  reopen(): void;
  /** Waits until all lines are written, or a second at most for a reader that has stopped. */
  close(): Promise<void>;
}

export type LogOptions = Pick<
  DaemonConfig,
  "debug" | "timeZone" | "timeFormat" | "logFormat" | "syslog"
>;

export interface LogOutputs {
  readonly main: LineOutput;
  /** Errors; without it they go to `main` too. */
  readonly errors?: LineOutput;
  /** Also where `syslog` is off: what nobody else can be told goes there. */
  readonly syslog?: SyslogPort;
}

/** What the process was given by whoever started it. */
export const STANDARD_OUTPUTS: LogOutputs = {
  main: { name: "standard output", write: (bytes) => Deno.stdout.write(bytes) },
  errors: { name: "standard error", write: (bytes) => Deno.stderr.write(bytes) },
};

const CATEGORY = "rvrrpd";

/** Opens the log of this process; a later one takes the place of an earlier one. */
export function openLog(options: LogOptions, outputs: LogOutputs = STANDARD_OUTPUTS): OpenLog {
  const writers = new Writers(options, outputs);
  configureSync({
    reset: true,
    sinks: { lines: (record) => writers.write(record) },
    loggers: [
      { category: [CATEGORY], sinks: ["lines"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "error" },
    ],
  });
  return {
    ...loggerFor(() => writers.debug),
    configure: (options) => writers.configure(options),
    get busy() {
      return writers.busy;
    },
    reopen: () => writers.reopen(),
    close: () => writers.flush(),
  };
}

function loggerFor(debug: () => DebugLevel): Omit<Log, "busy"> {
  const logger = getLogger([CATEGORY]);
  return {
    information: (message) => logger.emit(recordOf("info", message)),
    warning: (message) => logger.emit(recordOf("warning", message)),
    error: (message) => logger.emit(recordOf("error", message)),
    debug: (level, source, message) => {
      if (level <= debug()) logger.emit(recordOf("debug", message(), source));
    },
  };
}

/**
 * A line. It is made here and has its category already, as LogTape would take a template to pieces or
 * a record for each of thousands of lines a second.
 */
function recordOf(level: LogRecord["level"], text: string, source?: LogSource): LogRecord {
  const properties = source === undefined ? { text } : { text, source };
  const said = { message: [text], rawMessage: text, properties };
  return { category: [CATEGORY], level, timestamp: Date.now(), ...said };
}

/** One that writes lines and one that writes errors, or both in one, and the machine's log. */
class Writers {
  #options: LogOptions;
  readonly #outputs: LogOutputs;
  readonly #main: LineWriter;
  readonly #errors: LineWriter;
  readonly #syslog: SyslogWriter | undefined;

  constructor(options: LogOptions, outputs: LogOutputs) {
    this.#options = options;
    this.#outputs = outputs;
    const { main, errors, syslog } = outputs;
    this.#main = this.#lineWriter(main);
    this.#errors = errors === undefined ? this.#main : this.#lineWriter(errors);
    this.#syslog = syslog && this.#syslogWriter(syslog);
  }

  get #all(): readonly (LineWriter | SyslogWriter)[] {
    return [...this.#lineWriters, ...this.#syslog === undefined ? [] : [this.#syslog]];
  }

  get #lineWriters(): readonly LineWriter[] {
    return this.#errors === this.#main ? [this.#main] : [this.#main, this.#errors];
  }

  get busy(): boolean {
    return this.#main.busy || this.#errors.busy || this.#syslog?.busy === true;
  }

  get debug(): DebugLevel {
    return this.#options.debug;
  }

  configure(options: LogOptions): void {
    this.#options = options;
  }

  write(record: LogRecord): void {
    const writer = record.level === "error" ? this.#errors : this.#main;
    writer.write(formatLine(record, this.#options));
    if (this.#options.syslog) this.#syslog?.write(record);
  }

  reopen(): void {
    for (const output of [this.#outputs.main, this.#outputs.errors]) {
      output?.reopen?.().catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        const text = `Cannot open ${output.name} anew: ${why}; going on with the old file`;
        this.#tellOthers(recordOf("error", text));
      });
    }
  }

  /** A reader that has stopped must not keep a daemon from ending either. */
  async flush(): Promise<void> {
    let timer: number | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_LIMIT_MS);
    });
    await Promise.race([Promise.all(this.#all.map((writer) => writer.flush())), limit]);
    clearTimeout(timer);
  }

  #lineWriter(output: LineOutput): LineWriter {
    const line = (text: string) => formatLine(recordOf("warning", text), this.#options);
    const writer: LineWriter = new LineWriter({
      output,
      dropLine: (count) => line(`${count} log lines were dropped`),
      gapLine: (count) => line(`${count} log lines before this one could not be written`),
      tell: (news) => this.#tellOthers(newsRecord(output.name, news), writer),
    });
    return writer;
  }

  #syslogWriter(port: SyslogPort): SyslogWriter {
    const writer: SyslogWriter = new SyslogWriter({
      port,
      tell: (news) => this.#tellOthers(newsRecord(port.name, news), writer),
    });
    return writer;
  }

  /** Tells those that can tell, and the machine's log where nobody else can. */
  #tellOthers(record: LogRecord, subject?: LineWriter | SyslogWriter): void {
    const able = this.#lineWriters.filter((writer) => writer !== subject && !writer.failing);
    for (const writer of able) writer.write(formatLine(record, this.#options));
    if (this.#syslog === subject || this.#syslog?.failing !== false) return;
    if (this.#options.syslog || able.length === 0) this.#syslog.write(record);
  }
}

function newsRecord(name: string, news: OutputNews): LogRecord {
  return "failed" in news
    ? recordOf("error", `Cannot write the log to ${name}: ${news.failed}; routing goes on`)
    : recordOf("warning", `The log goes to ${name} again; ${news.lostLines} lines were lost`);
}

const FLUSH_LIMIT_MS = 1000;
