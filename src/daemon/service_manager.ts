import { monotonicMicroseconds } from "../../ffi/clock.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { environmentVariable } from "../../ffi/process.ts";
import { UnixDatagram } from "../../ffi/unix_datagram.ts";
import type { Pulse } from "../runtime/lifecycle.ts";

/** So long after a change of state the status waits: it may be one of hundreds. */
const STATUS_REST_MS = 200;

export interface ServiceManagerOptions {
  readonly socket: Pick<UnixDatagram, "send">;
  /** Without a sign of life for this long we are to be restarted. */
  readonly watchdogMs?: number;
  readonly warn: (line: string) => void;
}

/** Tells systemd how far we are; sd_notify(3). What it does not take is not sent again. */
export class ServiceManager implements Pulse {
  readonly #options: ServiceManagerOptions;
  readonly #signEveryMs: number;
  #signDueMs: number;
  #statusDueMs = Infinity;
  #failed = false;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
    this.#signEveryMs = (options.watchdogMs ?? Infinity) / 2;
    this.#signDueMs = Number.isFinite(this.#signEveryMs) ? -Infinity : Infinity;
  }

  /** The one that has started this process; `undefined` where that was somebody else. */
  static fromEnvironment(warn: (line: string) => void): ServiceManager | undefined {
    const name = environmentVariable("NOTIFY_SOCKET");
    if (name === undefined || name === "") return undefined;
    if (!/^[/@]./.test(name)) {
      warn(`Cannot use NOTIFY_SOCKET="${name}": it is neither a path nor an abstract name`);
      return undefined;
    }
    try {
      const watchdogMs = watchdogFromEnvironment();
      const socket = new UnixDatagram(name);
      return new ServiceManager({
        socket,
        warn,
        ...watchdogMs === undefined ? {} : { watchdogMs },
      });
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      warn(error.message);
      return undefined;
    }
  }

  get dueMs(): number {
    return Math.min(this.#signDueMs, this.#statusDueMs);
  }

  noteTransition(nowMs: number): void {
    this.#statusDueMs = Math.min(this.#statusDueMs, nowMs + STATUS_REST_MS);
  }

  beat(nowMs: number, states: Iterable<string>): void {
    const lines: string[] = [];
    if (this.#statusDueMs <= nowMs) {
      this.#statusDueMs = Infinity;
      lines.push(`STATUS=${statusText(states)}`);
    }
    if (this.#signDueMs <= nowMs) {
      this.#signDueMs = nowMs + this.#signEveryMs;
      lines.push("WATCHDOG=1");
    }
    if (lines.length > 0) this.#send(lines);
  }

  ready(): void {
    this.#statusDueMs = -Infinity;
    this.#send(["READY=1"]);
  }

  reloading(): void {
    this.#send(["RELOADING=1", `MONOTONIC_USEC=${monotonicMicroseconds()}`]);
  }

  stopping(): void {
    this.#send(["STOPPING=1", "STATUS=Stopping"]);
  }

  #send(lines: readonly string[]): void {
    try {
      this.#options.socket.send(new TextEncoder().encode(lines.join("\n")));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (!this.#failed) this.#options.warn(`Cannot tell the service manager: ${error.code}`);
      this.#failed = true;
    }
  }
}

/** sd_watchdog_enabled(3): a limit that is meant for another process is not ours. */
function watchdogFromEnvironment(): number | undefined {
  const microseconds = Number(environmentVariable("WATCHDOG_USEC"));
  const pid = environmentVariable("WATCHDOG_PID");
  if (!(microseconds > 0) || (pid !== undefined && Number(pid) !== Deno.pid)) return undefined;
  return microseconds / 1000;
}

function statusText(states: Iterable<string>): string {
  const counts = new Map<string, number>();
  let total = 0;
  for (const state of states) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
    total++;
  }
  const parts = Array.from(counts, ([state, number]) => `${number} ${state}`).sort();
  const what = total === 1 ? "1 virtual router" : `${total} virtual routers`;
  return parts.length === 0 ? what : `${what}: ${parts.join(", ")}`;
}
