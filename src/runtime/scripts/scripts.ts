import { boottimeMs } from "../../../ffi/clock.ts";
import { Poller } from "../../../ffi/poller.ts";
import { keepCapabilities } from "../../../ffi/capabilities.ts";
import { keepDescriptors } from "../../../ffi/process.ts";
import { ok, type Result } from "../../base/result.ts";
import type { DaemonConfig, VirtualRouterConfig } from "../../config/types.ts";
import type { Log } from "../../log.ts";
import type { Report } from "../../vrrp/types.ts";
import type { Watcher } from "../attention.ts";
import { Batch } from "../batch.ts";
import type { Router } from "../router.ts";
import { Sources } from "../sources.ts";
import { Checks, type TellVerdict } from "./checks.ts";
import { FailureLog } from "./failure_log.ts";
import { notifyJobs } from "./notify_jobs.ts";
import { NotifyQueue } from "./notify_queue.ts";
import { ScriptRunner } from "./runner.ts";
import { ScriptUser } from "./script_user.ts";

/** Each kind has its own, so that notifications that hang cannot keep checks from being made. */
const AT_ONCE = { notifications: 16, checks: 16 } as const;
/** At the end of the daemon what still runs may go on for so long, and then a moment more. */
const LAST_RUNS_MS = 4000;
const LAST_GRACE_MS = 1000;

type Transition = Extract<Report, { what: "transition" }>;

/**
 * The programs of the configuration: those that are told of changes of state, and those whose
 * success is followed. They get turns of the engine's loop while nothing is due.
 */
export class Scripts {
  readonly #log: Log;
  readonly #notifications: ScriptRunner;
  readonly #checking: ScriptRunner;
  readonly #checks: Checks;
  readonly #queues = new Map<string, NotifyQueue>();
  #tellVerdict: TellVerdict = () => {};
  /** Whom the programs of the virtual routers that run now are started as. */
  #user: ScriptUser | undefined;
  /** The one of those that {@linkcode follow} tells of next. */
  #nextUser: ScriptUser | undefined;

  /** `random` gives numbers from 0 to below 1. */
  constructor({ log, random = Math.random }: {
    readonly log: Log;
    readonly random?: () => number;
  }) {
    const failures = new FailureLog(log);
    this.#log = log;
    this.#notifications = new ScriptRunner({ limit: AT_ONCE.notifications, log, failures });
    this.#checking = new ScriptRunner({ limit: AT_ONCE.checks, log, failures });
    this.#checks = new Checks({
      runner: this.#checking,
      tell: (name, isUp) => this.#tellVerdict(name, isUp),
      user: () => this.#user,
      random,
    });
  }

  /**
   * Finds whom programs run as under `config`, once {@linkcode follow} is called: those that end
   * before it still tell as the earlier one. An error says why this process cannot run them.
   */
  admit(config: Pick<DaemonConfig, "routers" | "scriptUser">): Result<void, string> {
    const user = config.routers.some(hasPrograms) ? ScriptUser.find(config.scriptUser) : undefined;
    if (user?.ok === false) return user;
    if (user !== undefined) {
      keepDescriptors();
      keepCapabilities();
    }
    this.#nextUser = user?.value;
    return ok(undefined);
  }

  /** `watcher` tells of programs that have ended, `tellVerdict` gets what is known of a script. */
  attach({ watcher, tellVerdict }: {
    readonly watcher: Watcher;
    readonly tellVerdict: TellVerdict;
  }): void {
    this.#tellVerdict = tellVerdict;
    this.#notifications.attach(watcher);
    this.#checking.attach(watcher);
  }

  /** Goes on with the programs of these, which {@linkcode admit} has admitted. */
  follow(routers: readonly VirtualRouterConfig[], nowMs: number): void {
    this.#user = this.#nextUser;
    this.#checks.replace(routers.flatMap(({ tracking }) => tracking.scripts), nowMs);
  }

  /** When the next turn is due, on the clock of every deadline; need not be on time. */
  get dueMs(): number {
    return Math.min(this.#checks.dueMs, this.#notifications.dueMs, this.#checking.dueMs);
  }

  /** `freeMs`: how long nothing else is due. */
  turn(nowMs: number, freeMs: number): void {
    this.#checks.turn(nowMs);
    this.#checking.turn(nowMs, freeMs);
    this.#notifications.turn(nowMs, freeMs);
  }

  /** Only takes note, as it is called in the middle of a take-over. */
  noteTransition(router: Router, { from, to, reason, fault }: Transition): void {
    const { config } = router;
    const { notify } = config;
    const user = this.#user;
    if (notify === undefined || user === undefined) return;
    const queue = this.#queueOf(router);
    const priority = router.effectivePriority;
    const sequence = queue.nextSequence();
    const change = { from, to, reason, fault, priority, sequence };
    const jobs = notifyJobs({ ...config, notify }, change);
    if (jobs !== undefined) queue.replace(jobs.map((job) => ({ ...job, user })));
  }

  /** One for each place, also where it begins anew there under another configuration. */
  #queueOf({ config: { interface: name, protocol: { vrid, family } } }: Router): NotifyQueue {
    const key = `${family} ${vrid} ${name}`;
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const queue = new NotifyQueue((one) => this.#notifications.ask(one));
    this.#queues.set(key, queue);
    return queue;
  }

  /** Call after the engine's end: runs what is still to be told, for a few seconds at most. */
  async finish(): Promise<void> {
    if (this.#notifications.idle && this.#checking.idle) return;
    this.#checking.endAll("SIGKILL");
    using poller = new Poller();
    const sources = new Sources(poller);
    this.#notifications.attach(sources);
    await this.#runOut({ poller, sources, limitMs: LAST_RUNS_MS });
    if (this.#notifications.idle) return;
    const left = this.#notifications.jobs.map(({ command }) => command[0]).join(", ");
    this.#log.warning(`The daemon ends, and with it what still runs: ${left}`);
    this.#notifications.endAll("SIGTERM");
    await this.#runOut({ poller, sources, limitMs: LAST_GRACE_MS });
    this.#notifications.endAll("SIGKILL");
  }

  async #runOut({ poller, sources, limitMs }: {
    readonly poller: Poller;
    readonly sources: Sources;
    readonly limitMs: number;
  }): Promise<void> {
    const endMs = boottimeMs() + limitMs;
    for (let nowMs = boottimeMs(); !this.#notifications.idle && nowMs < endMs;) {
      this.#notifications.turn(nowMs, Infinity);
      poller.arm(Math.min(endMs, this.#notifications.dueMs));
      const ready = await poller.wait();
      nowMs = boottimeMs();
      sources.take(ready, new Batch(), nowMs);
    }
  }
}

function hasPrograms({ notify, tracking }: VirtualRouterConfig): boolean {
  return notify !== undefined || tracking.scripts.length > 0;
}
