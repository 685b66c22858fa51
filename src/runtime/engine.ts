import { boottimeMs } from "../../ffi/clock.ts";
import type { Fd } from "../../ffi/fd.ts";
import { FIRST_TOKEN, Poller } from "../../ffi/poller.ts";
import type { VirtualRouterConfig } from "../config/types.ts";
import type { Driver } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import { Attachments } from "./attachments.ts";
import { Backlog } from "./backlog.ts";
import { Batch } from "./batch.ts";
import { InterfaceTable } from "./interfaces.ts";
import { LogLimit } from "./log_limit.ts";
import { Monitor } from "./monitor.ts";

import { Router } from "./router.ts";
import { Sender } from "./sender.ts";

/** One wake for what is due within this time of each other; nothing is ever early. */
const TOGETHER_MS = 0.2;
/** Lateness that any machine shows at times; beyond it the virtual routers are asked. */
const ORDINARY_LATENESS_MS = 10;

/** So long before a deadline the exact way of waiting takes over: the other may be that late. */
const EXACT_MS = 20;
/** After something has arrived, more is waited for in the exact way for this long. */
const FOLLOW_UP_MS = 8;
/** Each look brings up to 64 sockets, or none after a signal. */
const LOOKS_BEFORE_TIMERS = 16;
/** The backlog of a take-over waits so long for further virtual routers that are about to be due. */
const GATHER_MS = 8;
/** Signals and output get their turn at least this often, and this often when deadlines press. */
const BREATH_MS = 100;
const LATEST_BREATH_MS = 1000;

type Source = (batch: Batch, nowMs: number) => void;

export interface EngineOptions {
  readonly routers: readonly VirtualRouterConfig[];
  readonly driver: Driver;
  readonly log: Log;
}

/**
 * Runs the virtual routers of one process:
 *
 *     wait ─► what arrived ─► timers that are due ─► advertisements ─► a slice of the rest ─► wait
 *
 * The rest (kernel, announcements, log lines) is done while nothing is due. Between two waits
 * nothing is asynchronous.
 */
export class Engine implements Disposable {
  readonly #driver: Driver;
  readonly #log: Log;
  readonly #table = new InterfaceTable();
  readonly #poller = new Poller();
  readonly #monitor = new Monitor(this.#table);
  readonly #attachments: Attachments;
  readonly #sender: Sender;
  readonly #backlog: Backlog;
  readonly #routers: readonly Router[];
  readonly #sources = new Map<number, Source>();
  readonly #tokens = new Map<Fd, number>();
  #nextToken = FIRST_TOKEN;
  #wakeMs = Infinity;
  #lastTurnMs = -Infinity;
  #lastArrivalMs = -Infinity;
  #backlogSinceMs = -Infinity;
  #touched: ReadonlySet<number> | "all" = new Set();
  #lastBreathMs = -Infinity;
  #stopping = false;
  #stopped = false;

  /** Throws {@linkcode SyscallError} where the system gives no descriptors. */
  constructor({ routers, driver, log }: EngineOptions) {
    const limit = new LogLimit();
    const nowMs = boottimeMs();
    this.#driver = driver;
    this.#log = log;
    this.#routers = routers.map((config) => new Router(config, nowMs));
    const parts = { driver, log, limit, table: this.#table, clock: boottimeMs };
    this.#sender = new Sender(parts);
    this.#backlog = new Backlog({ ...parts, sender: this.#sender });
    this.#attachments = new Attachments({
      ...parts,
      routers: this.#routers,
      watcher: {
        watch: (fd, take) => this.#watch(fd, take),
        unwatch: (fd) => this.#unwatch(fd),
      },
    });
  }

  /** Looks at the machine and starts what can run; the rest waits in Fault. */
  start(): void {
    this.#watch(this.#monitor.fd, () => this.#followKernel());
    this.#lookAgain();
    this.#attachments.removeLeftovers();
    for (const [index, { config, firstAddress }] of this.#routers.entries()) {
      this.#log.information(
        `Starting VRRP Virtual Router (${firstAddress}) for group ${config.protocol.vrid}, ` +
          `on interface ${config.interface} (thread: ${index})`,
      );
    }
    const batch = new Batch();
    const nowMs = boottimeMs();
    this.#attachments.review("all", batch, nowMs);
    this.#perform(batch, nowMs);
    this.#lastTurnMs = nowMs;
  }

  /**
   * Runs until {@linkcode stop} has been carried out. After a bug of ours it stops in order as far
   * as it can before it throws: addresses must not stay without a daemon.
   */
  async run(): Promise<void> {
    try {
      while (!this.#stopped) await this.#waitAndTurn();
    } catch (error) {
      this.#stopping = true;
      if (!this.#stopped) this.#turn([]);
      throw error;
    }
  }

  async #waitAndTurn(): Promise<void> {
    this.#wakeMs = this.#nextWakeMs();
    if (!this.#backlog.empty) {
      this.#poller.arm(this.#wakeMs);
      return this.#turn(this.#poller.waitHere(this.#gathers() ? GATHER_MS : 0));
    }
    if (this.#reviewIsDue()) return this.#turn(this.#poller.waitHere(0));
    const nowMs = boottimeMs();
    const limitMs = this.#exactWaitMs(nowMs);
    if (limitMs > 0) {
      this.#poller.arm(this.#wakeMs);
      this.#turn(this.#poller.waitHere(limitMs));
      return;
    }
    this.#poller.arm(this.#wakeMs - EXACT_MS);
    const ready = await this.#poller.wait();
    this.#lastBreathMs = boottimeMs();
    this.#turn(ready);
  }

  /**
   * Whether the backlog waits: virtual routers whose Masters fell silent together are due within
   * some milliseconds, and all their advertisements are to be out before the first slow work.
   */
  #gathers(): boolean {
    return !this.#backlog.empty && this.#nextWakeMs() <= this.#backlogSinceMs + GATHER_MS;
  }

  /**
   * How long to wait on this thread, which is cheap and exact but stops signals and output; 0 to
   * wait on another thread until shortly before the deadline.
   */
  #exactWaitMs(nowMs: number): number {
    const breathlessMs = nowMs - this.#lastBreathMs;
    if (this.#wakeMs - nowMs <= EXACT_MS && breathlessMs < LATEST_BREATH_MS) return EXACT_MS + 1;
    const followUp = nowMs - this.#lastArrivalMs < FOLLOW_UP_MS;
    return followUp && breathlessMs < BREATH_MS ? FOLLOW_UP_MS : 0;
  }

  /** Asks for an orderly stop; {@linkcode run} returns when it is done. */
  stop(): void {
    this.#stopping = true;
    this.#poller.wake();
  }

  #turn(ready: readonly number[]): void {
    const wokenMs = boottimeMs();
    const batch = new Batch();
    this.#noticePause(batch, wokenMs);
    this.#takeIn(ready, batch);
    // Whoever was woken late, or by a signal, must not act on a timer before what waits in the
    // sockets: it may have come in time to re-arm it.
    if (this.#nextWakeMs() <= wokenMs) this.#takeInAll(batch);
    const nowMs = boottimeMs();
    this.#review(batch, nowMs);
    this.#sendAdverts(batch, nowMs);
    for (const router of this.#routers) {
      if (router.deadlineMs > nowMs) continue;
      batch.add(router, router.step({ kind: "timer" }, nowMs));
      this.#sendAdverts(batch, nowMs);
    }
    if (this.#retryAtMs() <= nowMs) this.#attachments.retry(batch, nowMs);
    if (this.#stopping) this.#stepAll({ kind: "stop" }, batch, nowMs);
    this.#perform(batch, nowMs);
    if (!this.#gathers()) this.#workOnBacklog();
    while (this.#stopping && !this.#backlog.empty) this.#workOnBacklog();
    this.#attachments.closeRetired();
    this.#lastTurnMs = nowMs;
    this.#stopped = this.#stopping;
  }

  #takeIn(ready: readonly number[], batch: Batch): void {
    if (ready.length === 0) return;
    const nowMs = boottimeMs();
    this.#lastArrivalMs = nowMs;
    for (const token of ready) this.#sources.get(token)?.(batch, nowMs);
  }

  #takeInAll(batch: Batch): void {
    for (let look = 0; look < LOOKS_BEFORE_TIMERS; look++) {
      const ready = this.#poller.waitHere(0);
      this.#takeIn(ready, batch);
      if (ready.length === 0 && look > 0) return;
    }
  }

  #noticePause(batch: Batch, nowMs: number): void {
    const latenessMs = nowMs - this.#wakeMs;
    if (!(latenessMs > ORDINARY_LATENESS_MS)) return;
    this.#log.debug(1, "timer", () => `Woken ${latenessMs.toFixed(1)} ms late`);
    const pausedMs = nowMs - this.#lastTurnMs;
    for (const router of this.#routers) {
      if (latenessMs <= router.config.protocol.advertIntervalMs) continue;
      batch.add(router, router.step({ kind: "paused", pausedMs }, nowMs));
    }
  }

  #stepAll(event: Parameters<Router["step"]>[0], batch: Batch, nowMs: number): void {
    for (const router of this.#routers) batch.add(router, router.step(event, nowMs));
  }

  /** Advertisements go out now; what takes longer is left to the backlog. */
  #perform(batch: Batch, nowMs: number): void {
    this.#sendAdverts(batch, nowMs);
    if (this.#backlog.empty) this.#backlogSinceMs = nowMs;
    this.#backlog.add(batch);
  }

  /** Those that are in the batch so far: the first does not wait until the last is worked out. */
  #sendAdverts(batch: Batch, nowMs: number): void {
    for (const { router, priority } of batch.adverts.splice(0)) {
      this.#sender.sendAdvert(router, priority, nowMs);
    }
  }

  /** What the kernel refuses makes a Fault, whose own actions are carried out likewise. */
  #workOnBacklog(): void {
    const nowMs = boottimeMs();
    const batch = new Batch();
    for (const { router, reason } of this.#backlog.work(nowMs)) {
      router.block(reason, nowMs);
      batch.add(router, router.step({ kind: "linkFault", reason }, nowMs));
    }
    this.#perform(batch, nowMs);
  }

  /** The latest deadline among those that belong together with the earliest. */
  #nextWakeMs(): number {
    let earliestMs = this.#retryAtMs();
    for (const { deadlineMs } of this.#routers) earliestMs = Math.min(earliestMs, deadlineMs);
    let wakeMs = earliestMs;
    for (const { deadlineMs } of this.#routers) {
      if (deadlineMs <= earliestMs + TOGETHER_MS) wakeMs = Math.max(wakeMs, deadlineMs);
    }
    return wakeMs;
  }

  #retryAtMs(): number {
    return this.#routers.reduce((earliest, { retryMs }) => Math.min(earliest, retryMs), Infinity);
  }

  #followKernel(): void {
    const touched = this.#monitor.drain();
    if (touched === "lost") this.#lookAgain();
    this.#touched = touched === "lost" || this.#touched === "all"
      ? "all"
      : this.#touched.union(touched);
  }

  #reviewIsDue(): boolean {
    return this.#touched === "all" || this.#touched.size > 0;
  }

  /**
   * What the kernel tells during a take-over is mostly about our own changes. To look at hundreds
   * of virtual routers for each of them can wait until the work is done.
   */
  #review(batch: Batch, nowMs: number): void {
    if (!this.#reviewIsDue() || !this.#backlog.empty) return;
    const touched = this.#touched;
    this.#touched = new Set();
    this.#attachments.review(touched, batch, nowMs);
  }

  #lookAgain(): void {
    this.#table.replace(this.#driver.links(), this.#driver.addresses());
  }

  #watch(fd: Fd, source: Source): void {
    const token = this.#nextToken++;
    this.#poller.add(fd, token);
    this.#tokens.set(fd, token);
    this.#sources.set(token, source);
  }

  #unwatch(fd: Fd): void {
    const token = this.#tokens.get(fd);
    if (token === undefined) return;
    this.#poller.remove(fd);
    this.#tokens.delete(fd);
    this.#sources.delete(token);
  }

  /** Leaves the machine as it was found; call after {@linkcode run}. */
  [Symbol.dispose](): void {
    this.#attachments[Symbol.dispose]();
    this.#monitor[Symbol.dispose]();
    this.#poller[Symbol.dispose]();
  }
}
