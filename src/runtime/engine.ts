import { boottimeMs } from "../../ffi/clock.ts";
import { ReceiveSlots } from "../../ffi/frame_slots.ts";
import { Poller } from "../../ffi/poller.ts";
import type { StaticRoute, VirtualRouterConfig } from "../config/types.ts";
import type { Drivers } from "../drivers/drivers.ts";
import type { Log } from "../log.ts";
import type { ForcedState, Report } from "../vrrp/types.ts";
import type { AcceptRules } from "./accept/accept_rules.ts";
import { Attachments } from "./attachments.ts";
import type { NumberKeeper } from "./auth/number_keeper.ts";
import { Backlog, type Failure, refusedRouters } from "./backlog.ts";
import { Batch } from "./batch.ts";
import { Chores } from "./chores.ts";
import { Housekeeping } from "./housekeeping.ts";
import { InterfaceTable } from "./interfaces.ts";
import { type Pulse, UNWATCHED } from "./lifecycle.ts";
import { lateRouters } from "./lateness.ts";
import { LogLimit } from "./log_limit.ts";
import { Monitor } from "./monitor.ts";
import type { Publisher } from "./publisher.ts";
import { ReadingTime } from "./reading_time.ts";
import { RealTime } from "./real_time.ts";
import { Rehearsal } from "./rehearsal.ts";
import { Requests, type RouterChoice, type Wanted } from "./requests.ts";
import { Reviews } from "./reviews.ts";
import { Roster } from "./roster.ts";
import type { Router } from "./router.ts";
import { RouterAdverts } from "./router_adverts/router_adverts.ts";
import { Solicitations } from "./router_adverts/solicitations.ts";
import { Routes } from "./routes.ts";
import { Sender } from "./sender.ts";
import { Sources } from "./sources.ts";
import { SyncGroups } from "./sync_groups.ts";
import type { Scripts } from "./scripts/scripts.ts";
import type { OtherDaemons } from "./undo/other_daemons.ts";
import { Tracking } from "./tracking/tracking.ts";
import { Waiting } from "./waiting.ts";

/** One wake for what is due within this time of each other; nothing is ever early. */
const TOGETHER_MS = 0.2;
/** Lateness that any machine shows at times; beyond it the virtual routers are asked. */
const ORDINARY_LATENESS_MS = 10;
/**
 * Before a timer is believed, so many stretches of reading at most: time enough for all that waits,
 * unless more comes in than can be read.
 */
const STRETCHES_BEFORE_TIMERS = 32;
/** The backlog of a take-over waits so long for further virtual routers that are about to be due. */
const GATHER_MS = 8;
/** The kernel's notifications wait for the backlog, which provokes most of them, at most this long. */
const NOTIFICATIONS_REST_MS = 100;

const TIMER = { kind: "timer" } as const;

export interface EngineOptions {
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
  /** What keeps packets from the addresses of those that do not accept them. */
  readonly accept?: AcceptRules;
  /**
   * Called once for each change of state, when the advertisements that belong to it are out; must
   * return at once.
   */
  readonly onTransition?: (router: Router, report: Transition, nowMs: number) => void;
}

export type Transition = Extract<Report, { what: "transition" }>;

/**
 * Runs the virtual routers of one process:
 *
 *     wait ─► what arrived ─► timers that are due ─► advertisements ─► a slice of the rest ─► wait
 *
 * The rest (kernel, announcements, log lines) is done while nothing is due. Between two waits
 * nothing is asynchronous.
 */
export class Engine implements Disposable {
  readonly #log: Log;
  readonly #pulse: Pulse;
  readonly #scripts: EngineOptions["scripts"];
  readonly #publisher: EngineOptions["publisher"];
  readonly #onTransition: EngineOptions["onTransition"];
  readonly #poller = new Poller();
  readonly #sources = new Sources(this.#poller);
  readonly #readingTime = new ReadingTime(boottimeMs);
  readonly #waiting: Waiting;
  readonly #roster: Roster;
  readonly #groups: SyncGroups;
  readonly #routes: Routes;
  readonly #tracking: Tracking;
  readonly #monitor: Monitor;
  readonly #attachments: Attachments;
  readonly #sender: Sender;
  readonly #backlog: Backlog;
  readonly #accept: AcceptRules | undefined;
  readonly #routerAdverts: RouterAdverts;
  readonly #reviews: Reviews;
  readonly #requests: Requests;
  readonly #chores: Chores;
  #wakeMs = Infinity;
  #lastTurnMs = -Infinity;
  /** There is more to do as soon as nothing is due. */
  #owesTurn = false;
  #backlogSinceMs = -Infinity;
  #stopped = false;

  /** Throws {@linkcode SyscallError} where the system gives no descriptors. */
  constructor(options: EngineOptions) {
    const { routers, staticRoutes = [], drivers, log, others, scripts, publisher } = options;
    this.#log = log;
    this.#pulse = options.pulse ?? UNWATCHED.pulse;
    this.#scripts = scripts;
    this.#publisher = publisher;
    this.#onTransition = options.onTransition;
    this.#roster = new Roster(routers, boottimeMs(), options.numbers);
    this.#groups = new SyncGroups({ routers: this.#roster.routers, log });
    this.#waiting = new Waiting({ poller: this.#poller, log });
    this.#routes = new Routes({ routers: this.#roster.routers, staticRoutes, drivers, log });
    const table = new InterfaceTable();
    const limit = new LogLimit();
    const watcher = this.#sources;
    const wake = () => this.#poller.wake();
    const parts = { driver: drivers.links, log, limit, others, table, clock: boottimeMs, watcher };
    this.#tracking = new Tracking({
      ...parts,
      alongside: (work) => this.#waiting.alongside(work),
      wake,
    });
    this.#monitor = new Monitor({ table, routes: [this.#routes, this.#tracking] });
    this.#sender = new Sender(parts);
    this.#accept = options.accept;
    const { accept } = options;
    this.#backlog = new Backlog({ ...parts, drivers, sender: this.#sender, accept });
    const slots = new ReceiveSlots();
    this.#routerAdverts = new RouterAdverts({
      ...parts,
      sender: this.#sender,
      listen: (link) => new Solicitations(link, slots),
    });
    this.#attachments = new Attachments({
      ...parts,
      routers: this.#roster.routers,
      slots,
      readingTime: this.#readingTime,
    });
    this.#reviews = new Reviews({
      ...parts,
      monitor: this.#monitor,
      roster: this.#roster,
      groups: this.#groups,
      routes: this.#routes,
      tracking: this.#tracking,
      attachments: this.#attachments,
    });
    this.#requests = new Requests({
      roster: this.#roster,
      groups: this.#groups,
      wake,
      beforeLeave: (leaving, { routers: wanted }, nowMs) => {
        this.#routerAdverts.withdraw(leaving, { wanted, nowMs });
      },
    });
    this.#chores = new Chores({
      roster: this.#roster,
      waiting: this.#waiting,
      housekeeping: new Housekeeping({ log }),
      rehearsal: new Rehearsal({ configs: routers, drivers }),
      realTime: new RealTime({ log }),
      pulse: this.#pulse,
      numbers: options.numbers,
      scripts,
      publisher,
      routerAdverts: this.#routerAdverts,
      tidied: {
        here: () => this.#attachments.tidy(),
        elsewhere: () => this.#attachments.tidyElsewhere(),
      },
    });
  }

  get routers(): readonly Router[] {
    return this.#roster.routers;
  }

  /** Looks at the machine and starts what can run; the rest waits in Fault. */
  start(): void {
    this.#attach();
    this.#reviews.lookAgain();
    this.#attachments.removeLeftovers();
    this.#tellStart(this.#roster.routers);
    this.#chores.prepare();
    const batch = new Batch();
    const nowMs = boottimeMs();
    this.#chores.noteConfiguration(nowMs);
    this.#reviews.begin(this.#roster.routers, batch, nowMs);
    this.#perform(batch, nowMs);
    this.#lastTurnMs = nowMs;
  }

  #attach(): void {
    const watcher = this.#sources;
    watcher.watch(this.#monitor.fd, (_batch, nowMs) => this.#followKernel(nowMs));
    this.#accept?.attach({
      watcher,
      expose: (routers, batch, nowMs) => this.#block(refusedRouters(routers), batch, nowMs),
    });
    this.#scripts?.attach({
      watcher,
      tellVerdict: (name, isUp) => this.#tracking.noteScript(name, isUp),
    });
    this.#publisher?.attach({
      watcher,
      routers: () => this.#roster.routers,
      strays: () => this.#attachments.segments.strays,
      breathe: () => this.#waiting.breathe(),
    });
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
   * Goes on with this configuration: what has not changed in it keeps its state, its timers and its
   * traffic, and what has ends in order or begins anew where it has to.
   */
  reload(wanted: Wanted): void {
    this.#requests.reload(wanted);
  }

  /**
   * Forces the chosen ones and whatever is in their sync groups; gives how many that can do it:
   * to be Master, none that is in Fault.
   */
  force(which: RouterChoice, to: ForcedState | "auto"): number {
    return this.#requests.force(which, to);
  }

  /** Asks for an orderly stop; {@linkcode run} returns when it is done. */
  stop(): void {
    this.#requests.stop();
  }

  /** Whether {@linkcode stop} was asked for. */
  get stopping(): boolean {
    return this.#requests.stopping;
  }

  /** Does `work`, which needs turns of the event loop; see Waiting.alongside(). */
  alongside<T>(work: () => Promise<T>): Promise<T> {
    return this.#waiting.alongside(work);
  }

  /**
   * Runs until {@linkcode stop} has been carried out. After a bug of ours it stops in order as far
   * as it can before it throws: addresses must not stay without a daemon.
   */
  async run(): Promise<void> {
    try {
      while (!this.#stopped) await this.#waitAndTurn();
    } catch (error) {
      this.stop();
      if (!this.#stopped) this.#turn([]);
      throw error;
    }
  }

  async #waitAndTurn(): Promise<void> {
    this.#wakeMs = this.#nextWakeMs();
    if (!this.#backlog.empty) {
      return this.#turn(this.#waiting.here(this.#gathers() ? GATHER_MS : 0, this.#wakeMs));
    }
    if (this.#reviews.waiting || this.#owesTurn || this.#requests.reloads) {
      return this.#turn(await this.#waiting.between());
    }
    this.#chores.rest(this.#wakeMs);
    const roughMs = Math.min(
      this.#attachments.segments.nextLookMs,
      this.#tracking.dueMs,
      this.#chores.dueMs,
    );
    this.#turn(await this.#waiting.until({ exactMs: this.#wakeMs, roughMs }));
  }

  /** The latest deadline among those that belong together with the earliest. */
  #nextWakeMs(): number {
    const { deadlines } = this.#roster;
    const earliestMs = Math.min(
      deadlines.earliestMs,
      this.#reviews.retryMs,
      this.#routes.dueMs,
    );
    return Math.max(earliestMs, deadlines.latestUpTo(earliestMs + TOGETHER_MS));
  }

  /**
   * Whether the backlog waits: virtual routers whose Masters fell silent together are due within
   * some milliseconds, and all their advertisements are to be out before the first slow work.
   */
  #gathers(): boolean {
    const untilMs = this.#backlogSinceMs + GATHER_MS;
    if (this.#backlog.empty || this.#nextWakeMs() > untilMs) return false;
    // No Master is waited for: at short intervals its next advertisement is always about to be due.
    return this.#roster.routers.some(({ state, deadlineMs }) => {
      return state.name === "Backup" && deadlineMs <= untilMs;
    });
  }

  #turn(ready: readonly number[]): void {
    const wokenMs = boottimeMs();
    this.#owesTurn = false;
    const batch = new Batch();
    this.#noticePause(batch, wokenMs);
    this.#advertise(batch, wokenMs);
    this.#readingTime.begin();
    this.#sources.take(ready, batch, wokenMs);
    // Taken before the last look into the sockets: what arrived until then has been read.
    const nowMs = boottimeMs();
    if (this.#roster.deadlines.earliestMs <= nowMs) this.#takeInAll(batch, nowMs);
    if (this.#reviews.moreNews) this.#followKernel(nowMs);
    this.#requests.grant(batch, nowMs);
    this.#review(batch, nowMs);
    this.#groups.settle(batch, nowMs);
    this.#sendAdverts(batch, nowMs);
    this.#runTimers(batch, nowMs);
    this.#attachments.segments.look(batch, nowMs);
    // Before a reload may take a member out that has just become ready with its group.
    this.#groups.settle(batch, nowMs);
    this.#goOn(batch, nowMs);
    this.#requests.stopAll(batch, nowMs);
    this.#perform(batch, nowMs);
    if (!this.#gathers()) this.#workOnBacklog();
    while (this.stopping && !this.#backlog.empty) this.#workOnBacklog();
    if (!this.#backlog.changesKernel) this.#routes.review(nowMs);
    this.#attachments.segments.closeRetired();
    if (this.#backlog.empty) this.#owesTurn = this.#chores.turn(nowMs, this.#nextWakeMs());
    this.#lastTurnMs = nowMs;
    this.#stopped = this.stopping;
  }

  #noticePause(batch: Batch, nowMs: number): void {
    if (nowMs >= this.#wakeMs) this.#publisher?.noteLateness(nowMs - this.#wakeMs);
    // Nothing is due for a Backup until its Master has been silent, but it was to look for that.
    const latenessMs = nowMs - Math.min(this.#wakeMs, this.#attachments.segments.nextLookMs);
    if (!(latenessMs > ORDINARY_LATENESS_MS)) return;
    this.#log.debug(1, "timer", () => `Woken ${latenessMs.toFixed(1)} ms late`);
    const pausedMs = nowMs - this.#lastTurnMs;
    const late = lateRouters(this.#roster.routers, latenessMs);
    if (late.length === 0) return;
    const event = { kind: "paused", pausedMs } as const;
    const masters = late.filter(({ state }) => state.name === "Master");
    // A Master must not answer what waits before it has listened; for a Backup, what it has heard
    // before the pause must not shorten the time to listen after it.
    for (const router of masters) batch.add(router, router.step(event, nowMs));
    this.#readInStretches(batch, () => this.#attachments.segments.readAll(batch));
    const backups = late.filter(({ state }) => state.name === "Backup");
    for (const router of backups) {
      batch.add(router, router.step(event, nowMs));
    }
  }

  /**
   * Whoever was woken late, or by a signal, must not act on a timer before what waits in the
   * sockets: it may have come in time to re-arm it.
   */
  #takeInAll(batch: Batch, nowMs: number): void {
    const isNeeded = this.#roster.routers.some((router) => {
      return router.deadlineMs <= nowMs && !speaks(router);
    });
    if (!isNeeded) return;
    let caughtUp = false;
    let looks = 0;
    this.#readInStretches(batch, () => {
      looks++;
      caughtUp ||= this.#attachments.segments.catchUp(batch);
      // It brings up to 64 sockets, or none after a signal.
      const ready = this.#poller.waitHere(0);
      this.#sources.take(ready, batch, nowMs);
      return caughtUp && ready.length === 0 && looks > 1;
    });
  }

  /** Reads until nothing is left or it has taken too long; Masters go on advertising meanwhile. */
  #readInStretches(batch: Batch, read: () => boolean): void {
    for (let stretch = 0; stretch < STRETCHES_BEFORE_TIMERS; stretch++) {
      this.#readingTime.begin();
      if (read()) return;
      this.#advertise(batch, boottimeMs());
    }
  }

  /**
   * What the kernel tells during a take-over is mostly about our own changes; to read it between
   * them would only delay the announcements.
   */
  #followKernel(nowMs: number): void {
    const rests = !this.#backlog.empty && !this.#gathers() &&
      nowMs < this.#backlogSinceMs + NOTIFICATIONS_REST_MS;
    if (!rests) this.#reviews.read();
  }

  /** To look at hundreds of virtual routers for each change of a take-over can wait until its end. */
  #review(batch: Batch, nowMs: number): void {
    if (!this.#backlog.empty) return;
    this.#reviews.followTracked(batch, nowMs);
    this.#reviews.turn(batch, nowMs);
  }

  /**
   * The Masters that are due need not know what waits in the sockets: at worst one advertisement more
   * goes out before a better Master is heard, and no flood makes them late.
   */
  #advertise(batch: Batch, nowMs: number): void {
    this.#runTimers(batch, nowMs, speaks);
  }

  #runTimers(batch: Batch, nowMs: number, isMeant = (_router: Router) => true): void {
    if (this.#roster.deadlines.earliestMs > nowMs) return;
    for (const router of this.#roster.routers) {
      if (router.deadlineMs > nowMs || !isMeant(router)) continue;
      if (router.state.name === "Master") {
        this.#publisher?.noteAdvertLateness(nowMs - router.deadlineMs);
      }
      batch.add(router, router.step(TIMER, nowMs));
      this.#queueAdverts(batch, nowMs);
    }
    this.#sender.flush(nowMs);
  }

  #goOn(batch: Batch, nowMs: number): void {
    if (!this.#backlog.empty) return;
    const wanted = this.#requests.takeConfiguration(batch, nowMs);
    if (wanted === undefined) return;
    const { came, changed, gone } = this.#roster.replace(wanted.routers, nowMs);
    const { routers } = this.#roster;
    this.#groups.replace(routers, batch, nowMs);
    this.#groups.adjust(routers, batch, nowMs);
    this.#attachments.replace({ routers, gone }, batch);
    this.#routes.replace({ routers, staticRoutes: wanted.staticRoutes });
    for (const { label } of changed) {
      this.#log.information(`${label} - Goes on with its new configuration`);
    }
    this.#block(this.#backlog.followAccept(changed), batch, nowMs);
    this.#routerAdverts.review(changed, nowMs);
    this.#tellStart(came);
    this.#chores.noteConfiguration(nowMs);
    this.#reviews.begin(routers, batch, nowMs);
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
      this.#routerAdverts.review([router], nowMs);
    }
    // What neighbours are told anew may be whether it is a router at all.
    this.#routerAdverts.review(batch.announcements.map(({ router }) => router), nowMs);
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
    this.#block(this.#backlog.work(nowMs), batch, nowMs);
    this.#perform(batch, nowMs);
  }

  #block(failures: readonly Failure[], batch: Batch, nowMs: number): void {
    for (const { router, reason } of failures) {
      router.block(reason, nowMs);
      batch.add(router, router.step({ kind: "linkFault", reason }, nowMs));
    }
  }

  /** Leaves the machine as it was found; call after {@linkcode run}. */
  [Symbol.dispose](): void {
    this.#routes[Symbol.dispose]();
    this.#tracking[Symbol.dispose]();
    this.#routerAdverts[Symbol.dispose]();
    this.#attachments[Symbol.dispose]();
    this.#monitor[Symbol.dispose]();
    this.#poller[Symbol.dispose]();
  }
}

/** Whether it only advertises when it is due; a Master that listens has to have heard all first. */
function speaks({ state }: Router): boolean {
  return state.name === "Master" && !state.listening;
}
