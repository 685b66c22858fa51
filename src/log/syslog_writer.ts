import type { LogRecord } from "@logtape/logtape";
import { plainText, syslogStamp } from "./format.ts";
import type { OutputNews } from "./line_writer.ts";

/** Takes datagrams for the machine's log, and never waits. */
export interface SyslogPort {
  /** For people. */
  readonly name: string;
  /** "full" where the reader is slow; the reason where there is none. */
  send(message: Uint8Array<ArrayBuffer>): "sent" | "full" | { readonly refused: string };
}

export interface SyslogWriterOptions {
  readonly port: SyslogPort;
  readonly tell: (news: OutputNews) => void;
}

/** As the others: what waits beyond it is dropped. */
const MAX_WAITING = 10_000;
/** So many are sent before the engine gets a turn. */
const SLICE = 32;
const RETRY_MS = 20;
/** A reader that takes nothing for a second is taken for a stopped one. */
const MAX_RETRIES = 50;
/** Common readers cut there. */
const MAX_MESSAGE_BYTES = 8192;

/** RFC 3164 section 4.1.1: facility 3 stands for system daemons. */
const FACILITY = 3 << 3;
const SEVERITY: Readonly<Record<LogRecord["level"], number>> = {
  fatal: 3,
  error: 3,
  warning: 4,
  info: 6,
  debug: 7,
  trace: 7,
};

/** Sends records to the machine's log as its own daemons do, without ever making the caller wait. */
export class SyslogWriter {
  readonly #options: SyslogWriterOptions;
  #waiting: LogRecord[] = [];
  #lost = 0;
  #failing = false;
  #sending: Promise<void> | undefined;

  constructor(options: SyslogWriterOptions) {
    this.#options = options;
  }

  write(record: LogRecord): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#lost++;
      return;
    }
    this.#waiting.push(record);
    this.#sending ??= this.#drain();
  }

  get busy(): boolean {
    return this.#sending !== undefined;
  }

  get failing(): boolean {
    return this.#failing;
  }

  async flush(): Promise<void> {
    await this.#sending;
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    for (let sent = 1; this.#waiting.length > 0; sent++) {
      const [record] = this.#waiting.splice(0, 1);
      if (record !== undefined) await this.#deliver(syslogMessage(record));
      if (sent % SLICE === 0) await delay(0);
    }
    this.#sending = undefined;
  }

  async #deliver(message: Uint8Array<ArrayBuffer>): Promise<void> {
    const { port } = this.#options;
    let outcome = port.send(message);
    // Once it is known to have stopped, one attempt for each message is enough.
    for (
      let retries = 0;
      outcome === "full" && !this.#failing && retries < MAX_RETRIES;
      retries++
    ) {
      await delay(RETRY_MS);
      outcome = port.send(message);
    }
    if (outcome === "sent") this.#noteSuccess();
    else this.#noteFailure(outcome === "full" ? "nobody reads it" : outcome.refused);
  }

  #noteSuccess(): void {
    if (!this.#failing && this.#lost === 0) return;
    const lostLines = this.#lost;
    this.#failing = false;
    this.#lost = 0;
    this.#options.tell({ lostLines });
  }

  #noteFailure(reason: string): void {
    this.#lost++;
    if (this.#failing) return;
    this.#failing = true;
    this.#options.tell({ failed: reason });
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** `<30>Nov 22 14:03:07 rvrrpd[123]: text`: without a host name, as on the machine itself. */
function syslogMessage(record: LogRecord): Uint8Array<ArrayBuffer> {
  const priority = FACILITY | SEVERITY[record.level];
  const stamp = syslogStamp(new Date(record.timestamp));
  // Readers end a message at the first line end.
  const text = plainText(record).replace(/\s*\n\s*/g, " ");
  const message = `<${priority}>${stamp} rvrrpd[${Deno.pid}]: ${text}`;
  return new TextEncoder().encode(message).subarray(0, MAX_MESSAGE_BYTES);
}
