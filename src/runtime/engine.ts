import { boottimeMs } from "../../ffi/clock.ts";
import { ReceiveSlots } from "../../ffi/frame_slots.ts";
import { Poller } from "../../ffi/poller.ts";
import type { Family } from "../base/ip.ts";
import type { StaticRoute, VirtualRouterConfig } from "../config/types.ts";
import type { Driver } from "../drivers/driver.ts";
import type { Drivers } from "../drivers/drivers.ts";
import type { Log } from "../log.ts";
import type { ForcedState, Report, StateName } from "../vrrp/types.ts";
import { Attachments } from "./attachments.ts";
import type { NumberKeeper } from "./auth/number_keeper.ts";
import { Backlog } from "./backlog.ts";
import { Batch } from "./batch.ts";
import { Housekeeping } from "./housekeeping.ts";
import { InterfaceTable } from "./interfaces.ts";
import { type Pulse, UNWATCHED } from "./lifecycle.ts";
import { LogLimit } from "./log_limit.ts";
import { Monitor } from "./monitor.ts";
import type { Publisher } from "./publisher.ts";
import { Rehearsal } from "./rehearsal.ts";
import { Roster } from "./roster.ts";
import type { Router } from "./router.ts";
import { Routes } from "./routes.ts";
import { Sender } from "./sender.ts";
import { Sources } from "./sources.ts";
import { SyncGroups } from "./sync_groups.ts";
import type { Scripts } from "./scripts/scripts.ts";
import type { OtherDaemons } from "./undo/other_daemons.ts";
import { applyChange } from "./tracking/apply_change.ts";
import { Tracking } from "./tracking/tracking.ts";
import { Waiting } from "./waiting.ts";

/** One wake for what is due within this time of each other; nothing is ever early. */
const TOGETHER_MS = 0.2;
/** Lateness that any machine shows at times; beyond it the virtual routers are asked. */
const ORDINARY_LATENESS_MS = 10;

/** Each look brings up to 64 sockets, or none after a signal. */
const LOOKS_BEFORE_TIMERS = 16;
/** The backlog of a take-over waits so long for further virtual routers that are about to be due. */
const GATHER_MS = 8;
/** So long nothing may be due for a round of the rehearsal. */
const REHEARSAL_MS = 50;
/** The kernel's notifications wait for the backlog, which provokes most of them, at most this long. */
const NOTIFICATIONS_REST_MS = 100;

/** So many virtual routers are told of what they track before deadlines are looked at: milliseconds. */
const TRACKED_AT_ONCE = 64;

/** To delete a link takes the kernel so long. */
const SLOW_WORK_MS = 30;

const TIMER = { kind: "timer" } as const;
const STOP = { kind: "stop" } as const;

/** What the engine does, and may go on with another one of while it runs. */
export interface Wanted {
  readonly routers: readonly VirtualRouterConfig[];
  readonly staticRoutes: readonly StaticRoute[];
}

export interface EngineOptions extends Partial<Wanted> {
  readonly routers: readonly VirtualRouterConfig[];
  /** Those of no virtual router. */
  readonly staticRoutes?: readonly StaticRoute[];
  readonly drivers: Pick<Drivers, "links" | "of">;
  readonly log: Log;
  /** Whose virtual routers, addresses and links are not ours to touch. */
  readonly others: OtherDaemons;
  readonly pulse?: Pulse;
  /** Where the virtual routers keep what they have sent and accepted. */
  readonly numbers?: NumberKeeper;
  /** Tells others of the virtual routers. */
  readonly publisher?:
    | Pick<Publisher, "attach" | "dueMs" | "turn" | "noteLateness" | "noteAdvertLateness">
    | undefined;
  /** What is run beside the protocol. */
  readonly scripts?: Pick<Scripts, "attach" | "follow" | "dueMs" | "turn">;
  /**
   * Called once for each change of state, when the advertisements that belong to it are out; must
   * return at once.
   */
  readonly onTransition?: (router: Router, report: Transition, nowMs: number) => void;
}

export type Transition = Extract<Report, { what: "transition" }>;

/** All virtual routers that have what is given here. */
export interface RouterChoice {
  readonly interface?: string;
  /** The number, VRID. */
  readonly group?: number;
  readonly family?: Family;
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
  readonly #pulse: Pulse;
  readonly #scripts: EngineOptions["scripts"];
  readonly #publisher: EngineOptions["publisher"];
  readonly #onTransition: EngineOptions["onTransition"];
  readonly #table = new InterfaceTable();
  readonly #poller = new Poller();
  readonly #sources = new Sources(this.#poller);
  readonly #waiting: Waiting;
  readonly #roster: Roster;
  readonly #numbers: NumberKeeper | undefined;
  readonly #groups: SyncGroups;
  readonly #routes: Routes;
  readonly #tracking: Tracking;
  readonly #monitor: Monitor;
  readonly #attachments: Attachments;
  readonly #sender: Sender;
  readonly #backlog: Backlog;
  /** The configuration to go on with. */
  #wanted: Wanted | undefined;
  #rehearsal: Rehearsal | undefined;
  readonly #housekeeping: Housekeeping;
  #wakeMs = Infinity;
  #lastTurnMs = -Infinity;
  /** There is more to do as soon as nothing is due. */
  #owesTurn = false;
  #backlogSinceMs = -Infinity;
  #touched: ReadonlySet<number> | "all" = new Set();
  /** What was asked for from outside a turn. */
  #wishes: ((batch: Batch, nowMs: number) => void)[] = [];
  /** Not all that the kernel tells has been read. */
  #moreNews = false;
  #stopping = false;
  #stopped = false;

  /** Throws {@linkcode SyscallError} where the system gives no descriptors. */
  constructor(options: EngineOptions) {
    const { routers, staticRoutes = [], drivers, log, others } = options;
    const driver = drivers.links;
    const limit = new LogLimit();
    const nowMs = boottimeMs();
    this.#driver = driver;
    this.#log = log;
    this.#pulse = options.pulse ?? UNWATCHED.pulse;
    this.#scripts = options.scripts;
    this.#publisher = options.publisher;
    this.#onTransition = options.onTransition;
    this.#numbers = options.numbers;
    this.#roster = new Roster(routers, nowMs, options.numbers);
    this.#groups = new SyncGroups({ routers: this.#roster.routers, log });
    this.#waiting = new Waiting({ poller: this.#poller, log });
    this.#housekeeping = new Housekeeping({ log });
    const parts = { driver, log, limit, others, table: this.#table, clock: boottimeMs };
    this.#rehearsal = new Rehearsal({ configs: routers, drivers });
    this.#routes = new Routes({ routers: this.#roster.routers, staticRoutes, drivers, log });
    this.#tracking = new Tracking({
      ...parts,
      watcher: this.#sources,
      alongside: (work) => this.#waiting.alongside(work),
      wake: () => this.#poller.wake(),
    });
    this.#monitor = new Monitor({ table: this.#table, routes: [this.#routes, this.#tracking] });
    this.#sender = new Sender(parts);
    this.#backlog = new Backlog({ ...parts, drivers, sender: this.#sender });
    this.#attachments = new Attachments({
      ...parts,
      routers: this.#roster.routers,
      slots: new ReceiveSlots(),
      watcher: this.#sources,
    });
  }

  /** Looks at the machine and starts what can run; the rest waits in Fault. */
  start(): void {
    this.#sources.watch(this.#monitor.fd, (_batch, nowMs) => this.#followKernel(nowMs));
    this.#scripts?.attach({
      watcher: this.#sources,
      tellVerdict: (name, isUp) => this.#tracking.noteScript(name, isUp),
    });
    this.#publisher?.attach({
      watcher: this.#sources,
      routers: () => this.#roster.routers,
      strays: () => this.#attachments.segments.strays,
      breathe: () => this.#waiting.breathe(),
    });
    this.#lookAgain();
    this.#attachments.removeLeftovers();
    this.#tellStart(this.#roster.routers);
    const batch = new Batch();
    const nowMs = boottimeMs();
    this.#followScripts(nowMs);
    this.#beginTracking(this.#roster.routers, batch, nowMs);
    this.#attachments.review("all", batch, nowMs);
    this.#perform(batch, nowMs);
    this.#lastTurnMs = nowMs;
  }

  #tellStart(routers: readonly Router[]): void {
    for (const { config, firstAddress, index } of routers) {
      this.#log.information(
        `Starting VRRP Virtual Router (${firstAddress}) for group ${config.protocol.vrid}, ` +
          `on interface ${config.interface} (thread: ${index})`,
      );
    }
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
      return this.#turn(this.#waiting.here(this.#gathers() ? GATHER_MS : 0, this.#wakeMs));
    }
    const hasNews = this.#reviewIsDue() || this.#tracking.hasNews;
    if (hasNews || this.#owesTurn || this.#wanted !== undefined) {
      return this.#turn(await this.#waiting.between());
    }
    this.#rehearse();
    this.#housekeeping.tidy(boottimeMs(), this.#wakeMs);
    const instants = { exactMs: this.#wakeMs, roughMs: this.#nextChoreMs() };
    this.#turn(await this.#waiting.until(instants));
  }

  /** When something is to be done that need not be on time. */
  #nextChoreMs(): number {
    const { segments } = this.#attachments;
    return Math.min(
      segments.nextLookMs,
      this.#pulse.dueMs,
      this.#numbers?.dueMs ?? Infinity,
      this.#scripts?.dueMs ?? Infinity,
      this.#publisher?.dueMs ?? Infinity,
      this.#tracking.dueMs,
    );
  }

  #followScripts(nowMs: number): void {
    this.#scripts?.follow(this.#roster.routers.map(({ config }) => config), nowMs);
  }

  #runScripts(): void {
    const nowMs = boottimeMs();
    if (this.#scripts === undefined || this.#scripts.dueMs > nowMs || !this.#backlog.empty) return;
    this.#scripts.turn(nowMs, this.#nextWakeMs() - nowMs);
    this.#waiting.noteWork();
  }

  #publish(): void {
    if (this.#publisher === undefined || !this.#backlog.empty) return;
    const nowMs = boottimeMs();
    if (this.#publisher.dueMs <= nowMs) this.#publisher.turn(nowMs);
  }

  /** Nothing is due in the time that a piece of slow work may take. */
  #mayTidy(): boolean {
    return this.#backlog.empty && this.#nextWakeMs() - boottimeMs() > SLOW_WORK_MS;
  }

  /** On the disk, which may take its time, beside all else. */
  #keepNumbers(nowMs: number): void {
    const numbers = this.#numbers;
    if (numbers === undefined || numbers.dueMs > nowMs || !this.#backlog.empty) return;
    this.#waiting.alongside(() => numbers.keep());
  }

  #beat(nowMs: number): void {
    if (this.#pulse.dueMs > nowMs || !this.#backlog.empty) return;
    this.#pulse.beat(nowMs, this.#roster.routers.values().map(({ state }) => state.name));
  }

  #rehearse(): void {
    if (this.#rehearsal === undefined || this.#wakeMs - boottimeMs() < REHEARSAL_MS) return;
    this.#rehearsal.play();
    if (this.#rehearsal.over) this.#rehearsal = undefined;
  }

  /**
   * Whether the backlog waits: virtual routers whose Masters fell silent together are due within
   * some milliseconds, and all their advertisements are to be out before the first slow work.
   */
  #gathers(): boolean {
    return !this.#backlog.empty && this.#nextWakeMs() <= this.#backlogSinceMs + GATHER_MS;
  }

  /**
   * Goes on with this configuration: what has not changed in it keeps its state, its timers and its
   * traffic, and what has ends in order or begins anew where it has to.
   */
  reload(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#poller.wake();
  }

  /** Does `work`, which needs turns of the event loop; see Waiting.alongside(). */
  alongside<T>(work: () => Promise<T>): Promise<T> {
    return this.#waiting.alongside(work);
  }

  /** In steps, because those that go have to withdraw first. */
  #goOn(batch: Batch, nowMs: number): void {
    if (this.#wanted === undefined || !this.#backlog.empty || this.#stopping) return;
    const leaving = this.#roster.leaving(this.#wanted.routers);
    for (const router of leaving) batch.add(router, router.step(STOP, nowMs));
    if (leaving.length > 0) return;
    const { routers: configs, staticRoutes } = this.#wanted;
    this.#wanted = undefined;
    this.#housekeeping.noteStart();
    const { came, changed, gone } = this.#roster.replace(configs, nowMs);
    const { routers } = this.#roster;
    this.#groups.replace(routers, batch, nowMs);
    this.#groups.adjust(routers, batch, nowMs);
    this.#attachments.replace({ routers, gone }, batch);
    this.#routes.replace({ routers, staticRoutes });
    this.#beginTracking(routers, batch, nowMs);
    for (const { label } of changed) {
      this.#log.information(`${label} - Goes on with its new configuration`);
    }
    this.#tellStart(came);
    this.#followScripts(nowMs);
    this.#attachments.review("all", batch, nowMs);
  }

  /** Notifications first: what changes after the look is told by them. */
  #beginTracking(routers: readonly Router[], batch: Batch, nowMs: number): void {
    this.#tracking.replace(routers);
    this.#monitor.followRoutes();
    this.#followTracked(batch, nowMs);
  }

  #followTracked(batch: Batch, nowMs: number, limit?: number): void {
    for (const change of this.#tracking.review(nowMs, limit)) {
      if (applyChange(change, { groups: this.#groups, batch, nowMs })) this.#lookAt(change.router);
    }
  }

  /**
   * Forces the chosen ones and whatever is in their sync groups; gives how many that can do it:
   * to be Master, none that is in Fault.
   */
  force(which: RouterChoice, to: ForcedState | "auto"): number {
    const chosen = this.#roster.routers.filter((router) => isChosen(router, which));
    const routers = [...new Set(chosen.flatMap((router) => this.#groups.membersWith(router)))];
    this.#ask((batch, nowMs) => {
      for (const router of routers) batch.add(router, router.step({ kind: "force", to }, nowMs));
    });
    return routers.filter(({ state }) => canBeForced(state.name, to)).length;
  }

  /** Has it done in the turn that runs, or in one that begins now. */
  #ask(wish: (batch: Batch, nowMs: number) => void): void {
    this.#wishes.push(wish);
    this.#poller.wake();
  }

  #grantWishes(batch: Batch, nowMs: number): void {
    if (this.#wishes.length === 0) return;
    const wishes = this.#wishes;
    this.#wishes = [];
    for (const wish of wishes) wish(batch, nowMs);
  }

  /** What there is to be said against it does not come from the kernel. */
  #lookAt({ config, placement }: Router): void {
    const ifindex = placement?.link.ifindex ?? this.#table.byName(config.interface)?.index;
    if (ifindex === undefined || this.#touched === "all") return;
    this.#touched = new Set(this.#touched).add(ifindex);
  }

  get routers(): readonly Router[] {
    return this.#roster.routers;
  }

  /** Whether {@linkcode stop} was asked for. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Asks for an orderly stop; {@linkcode run} returns when it is done. */
  stop(): void {
    this.#stopping = true;
    this.#poller.wake();
  }

  #turn(ready: readonly number[]): void {
    const wokenMs = boottimeMs();
    this.#owesTurn = false;
    const batch = new Batch();
    this.#noticePause(batch, wokenMs);
    this.#sources.take(ready, batch, wokenMs);
    // Taken before the last look into the sockets: what arrived until then has been read.
    const nowMs = boottimeMs();
    if (this.#roster.deadlines.earliestMs <= nowMs) this.#takeInAll(batch, nowMs);
    // No descriptor says that the rest has been read: only another look does.
    if (this.#moreNews) this.#followKernel(nowMs);
    this.#grantWishes(batch, nowMs);
    if (this.#backlog.empty) this.#followTracked(batch, nowMs, TRACKED_AT_ONCE);
    this.#review(batch, nowMs);
    this.#groups.settle(batch, nowMs);
    this.#sendAdverts(batch, nowMs);
    this.#runTimers(batch, nowMs);
    this.#attachments.segments.look(batch, nowMs);
    // Before a reload may take a member out that has just become ready with its group.
    this.#groups.settle(batch, nowMs);
    this.#goOn(batch, nowMs);
    if (this.#stopping) this.#stopAll(batch, nowMs);
    this.#perform(batch, nowMs);
    if (!this.#gathers()) this.#workOnBacklog();
    while (this.#stopping && !this.#backlog.empty) this.#workOnBacklog();
    if (!this.#backlog.changesKernel) this.#routes.review(nowMs);
    this.#attachments.segments.closeRetired();
    if (this.#mayTidy() && this.#attachments.tidy()) this.#owesTurn = true;
    this.#beat(nowMs);
    this.#keepNumbers(nowMs);
    this.#runScripts();
    this.#publish();
    this.#lastTurnMs = nowMs;
    this.#stopped = this.#stopping;
  }

  /**
   * What the kernel tells during a take-over is mostly about our own changes; to read it between
   * them would only delay the announcements.
   */
  #notificationsRest(nowMs: number): boolean {
    return !this.#backlog.empty && !this.#gathers() &&
      nowMs < this.#backlogSinceMs + NOTIFICATIONS_REST_MS;
  }

  /**
   * Whoever was woken late, or by a signal, must not act on a timer before what waits in the
   * sockets: it may have come in time to re-arm it.
   */
  #takeInAll(batch: Batch, nowMs: number): void {
    const backupIsDue = this.#roster.routers.some(({ deadlineMs, state }) => {
      return deadlineMs <= nowMs && state.name === "Backup";
    });
    if (backupIsDue) this.#attachments.segments.catchUp(batch);
    for (let look = 0; look < LOOKS_BEFORE_TIMERS; look++) {
      const ready = this.#poller.waitHere(0);
      this.#sources.take(ready, batch, nowMs);
      if (ready.length === 0 && look > 0) return;
    }
  }

  #noticePause(batch: Batch, nowMs: number): void {
    const latenessMs = nowMs - this.#wakeMs;
    if (latenessMs >= 0) this.#publisher?.noteLateness(latenessMs);
    if (!(latenessMs > ORDINARY_LATENESS_MS)) return;
    this.#log.debug(1, "timer", () => `Woken ${latenessMs.toFixed(1)} ms late`);
    const pausedMs = nowMs - this.#lastTurnMs;
    const late = this.#roster.routers.filter(({ config }) => {
      return latenessMs > config.protocol.advertIntervalMs;
    });
    if (late.length === 0) return;
    const event = { kind: "paused", pausedMs } as const;
    const masters = late.filter(({ state }) => state.name === "Master");
    // A Master must not answer what waits before it has listened; for a Backup, what it has heard
    // before the pause must not shorten the time to listen after it.
    for (const router of masters) batch.add(router, router.step(event, nowMs));
    this.#attachments.segments.readAll(batch);
    const backups = late.filter(({ state }) => state.name === "Backup");
    for (const router of backups) {
      batch.add(router, router.step(event, nowMs));
    }
  }

  #runTimers(batch: Batch, nowMs: number): void {
    if (this.#roster.deadlines.earliestMs > nowMs) return;
    for (const router of this.#roster.routers) {
      if (router.deadlineMs > nowMs) continue;
      if (router.state.name === "Master") {
        this.#publisher?.noteAdvertLateness(nowMs - router.deadlineMs);
      }
      batch.add(router, router.step(TIMER, nowMs));
      this.#queueAdverts(batch, nowMs);
    }
    this.#sender.flush(nowMs);
  }

  #stopAll(batch: Batch, nowMs: number): void {
    for (const router of this.#roster.routers) batch.add(router, router.step(STOP, nowMs));
  }

  /** Advertisements go out now; what takes longer is left to the backlog. */
  #perform(batch: Batch, nowMs: number): void {
    this.#groups.settle(batch, nowMs);
    this.#sendAdverts(batch, nowMs);
    for (const { router, report } of batch.reports) {
      if (report.what !== "transition") continue;
      const { from, to, reason } = report;
      if (to === "Master") router.counters.becameMaster++;
      this.#onTransition?.(router, report, nowMs);
      this.#log.debug(1, "fsm", () => `${router.label} - ${from} to ${to}: ${reason}`);
      this.#attachments.segments.attend(router, nowMs);
      this.#pulse.noteTransition(nowMs);
      this.#routes.noteMasters();
    }
    if (this.#backlog.empty) this.#backlogSinceMs = nowMs;
    this.#backlog.add(batch);
  }

  #sendAdverts(batch: Batch, nowMs: number): void {
    this.#queueAdverts(batch, nowMs);
    this.#sender.flush(nowMs);
  }

  /** Those that are in the batch so far: the first does not wait until the last is worked out. */
  #queueAdverts(batch: Batch, nowMs: number): void {
    for (const wish of batch.adverts) this.#sender.sendAdvert(wish, nowMs);
    batch.adverts.length = 0;
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
    const earliestMs = Math.min(
      this.#roster.deadlines.earliestMs,
      this.#retryMs(),
      this.#routes.dueMs,
    );
    return Math.max(earliestMs, this.#roster.deadlines.latestUpTo(earliestMs + TOGETHER_MS));
  }

  /** When the kernel is to be asked again for something that it refused, or that others took away. */
  #retryMs(): number {
    return Math.min(this.#roster.retries.earliestMs, this.#attachments.putBackMs);
  }

  #followKernel(nowMs: number): void {
    if (this.#notificationsRest(nowMs)) return;
    const { touched, more } = this.#monitor.drain();
    this.#moreNews = more;
    if (touched === "lost") {
      this.#log.warning("The kernel dropped notifications: looking at all interfaces again");
      this.#lookAgain();
    }
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
    if (!this.#backlog.empty) return;
    if (this.#retryMs() <= nowMs) this.#attachments.retry(batch, nowMs);
    if (this.#moreNews || !this.#reviewIsDue()) return;
    this.#routes.noteInterfaces();
    const touched = this.#touched;
    this.#touched = new Set();
    this.#tracking.noteInterfaces(touched);
    this.#followTracked(batch, nowMs, TRACKED_AT_ONCE);
    this.#attachments.review(touched, batch, nowMs);
  }

  #lookAgain(): void {
    this.#table.replace(this.#driver.links(), this.#driver.addresses());
  }

  /** Leaves the machine as it was found; call after {@linkcode run}. */
  [Symbol.dispose](): void {
    this.#routes[Symbol.dispose]();
    this.#tracking[Symbol.dispose]();
    this.#attachments[Symbol.dispose]();
    this.#monitor[Symbol.dispose]();
    this.#poller[Symbol.dispose]();
  }
}

function isChosen({ config }: Router, { interface: name, group, family }: RouterChoice): boolean {
  const { protocol } = config;
  return (name === undefined || name === config.interface) &&
    (group === undefined || group === protocol.vrid) &&
    (family === undefined || family === protocol.family);
}

function canBeForced(state: StateName, to: ForcedState | "auto"): boolean {
  return to === "Master" ? state === "Backup" || state === "Master" : state !== "Down";
}
