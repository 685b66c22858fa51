import type { VirtualRouterConfig } from "../../config/types.ts";
import type { Log } from "../../log.ts";
import { AhNumbers } from "../../vrrp/ah_numbers.ts";
import { Replay } from "../../vrrp/replay.ts";
import type { ReplayMemory } from "../../vrrp/replay_memory.ts";
import type { Instant } from "../../vrrp/stamp_clock.ts";
import type { ReplayRules } from "../../vrrp/types.ts";
import { StateDirectoryError } from "../undo/state_directory.ts";
import type { NumberSource, RouterNumbers } from "./authenticator.ts";
import { bothClocks } from "./clocks.ts";
import { MS_PER_S } from "../../base/units.ts";
import { heldBack, LogLimit } from "../log_limit.ts";
import type { Found, NumberStore } from "./number_store.ts";

/** By the time that an advertisement carries, an old one is told without them for the most part. */
const SAVE_EVERY_MS = { time: 10_000, monotonic: 1_000 } as const;
/** What the disk refused is tried again. */
const RETRY_MS = 10_000;
/** A disk that hangs is not to keep the process from ending. */
const PATIENCE_MS = 5000;

/** What the limit of lines about the clock goes by. */
const CLOCK = "clock";
const NOTHING: Found = { memories: new Map(), lost: false };

export interface NumberKeeperParts {
  readonly log: Log;
  /** Absent: the numbers end with the process. */
  readonly store?: NumberStore;
  readonly bootId?: string;
  readonly clock?: () => Instant;
  /** How long {@linkcode NumberKeeper.finish} waits for the disk. */
  readonly patienceMs?: number;
}

interface Kept {
  readonly replay: Replay;
  rules: ReplayRules;
}

/**
 * The numbers of all virtual routers of the process, for as long as it lives, and on the disk: those
 * of one that a reload takes away and another brings back are the same.
 */
export class NumberKeeper implements NumberSource {
  readonly #parts: NumberKeeperParts;
  readonly #bootId: string;
  readonly #clock: () => Instant;
  readonly #ah = new Map<string, AhNumbers>();
  readonly #kept = new Map<string, Kept>();
  #found: Found | undefined;
  #dueMs = Infinity;
  #saving: Promise<void> = Promise.resolve();
  #busy = false;
  #failed = false;
  /** It was told that the clock is not gone by. */
  #doubted = false;
  readonly #limit = new LogLimit();

  constructor(parts: NumberKeeperParts) {
    this.#parts = parts;
    this.#bootId = parts.bootId ?? "";
    this.#clock = parts.clock ?? bothClocks;
  }

  of(config: Pick<VirtualRouterConfig, "interface" | "protocol" | "unicast">): RouterNumbers {
    const { interface: name, protocol: { vrid, family }, unicast } = config;
    const router = `${family} ${vrid} ${name}`;
    const peers = unicast === undefined ? {} : { peers: unicast.peers };
    return {
      ah: entry(this.#ah, router, () => new AhNumbers()),
      replay: ({ antiReplay, windowS }) => this.#replay(router, { antiReplay, windowS, ...peers }),
      now: this.#clock,
    };
  }

  #replay(router: string, rules: ReplayRules): Replay {
    const known = this.#kept.get(router);
    if (known !== undefined) {
      known.rules = rules;
      known.replay.adopt(rules);
      return known.replay;
    }
    const { memories, lost } = this.#found ??= this.#load();
    const memory = memories.get(router) ?? (lost ? "lost" : undefined);
    const instant = this.#clock();
    const replay = new Replay(rules, { memory, bootId: this.#bootId, instant });
    this.#kept.set(router, { replay, rules });
    // What it may send is to be on the disk before it does.
    this.#dueMs = instant.steadyMs;
    return replay;
  }

  #load(): Found {
    const { store, log } = this.#parts;
    try {
      return store?.load() ?? NOTHING;
    } catch (error) {
      if (!(error instanceof StateDirectoryError)) throw error;
      log.error(
        `${error.message}. Until then a restart forgets what was accepted, and old advertisements ` +
          "may be accepted again",
      );
      return NOTHING;
    }
  }

  /** When {@linkcode keep} has something to do, on the clock of every deadline. */
  get dueMs(): number {
    return this.#busy ? Infinity : this.#dueMs;
  }

  /** Looks after the clock, and writes down what has to be. Never throws because of the disk. */
  async keep(): Promise<void> {
    const instant = this.#clock();
    this.#judgeClock(instant);
    const periods = this.#kept.values().map(({ rules }) => SAVE_EVERY_MS[rules.antiReplay]);
    this.#dueMs = instant.steadyMs + Math.min(...periods);
    const wanted = this.#kept.values().some(({ replay, rules }) => {
      return replay.needsReserve(instant) || rules.antiReplay === "monotonic" && replay.changed;
    });
    if (wanted) await this.#save(false);
  }

  /** Writes down the last state, if the disk is quick enough; call when nothing is sent any more. */
  async finish(): Promise<void> {
    this.#dueMs = Infinity;
    const { patienceMs = PATIENCE_MS, store, log } = this.#parts;
    if (await isDoneWithin(patienceMs, this.#saveLast())) return store?.close();
    // What is still being written needs its files open.
    log.error(
      `The disk of replay_dir has taken more than ${patienceMs / MS_PER_S} s to write down the ` +
        "numbers of hmac-sha256: they may be lost. Look at that disk",
    );
  }

  async #saveLast(): Promise<void> {
    await this.#saving;
    if (this.#kept.size > 0) await this.#save(true);
  }

  #save(ending: boolean): Promise<void> {
    this.#busy = true;
    this.#saving = this.#write(ending).finally(() => {
      this.#busy = false;
    });
    return this.#saving;
  }

  async #write(ending: boolean): Promise<void> {
    const { store, log } = this.#parts;
    if (store === undefined) return;
    const saved = await store.save(this.#memories(ending));
    for (const { replay } of this.#kept.values()) replay.settle(saved);
    if (!saved) this.#dueMs = this.#clock().steadyMs + RETRY_MS;
    if (!saved && !this.#failed) {
      log.error(
        "Cannot write down the numbers of hmac-sha256: make room in replay_dir and let this user " +
          "write there. Until then a restart forgets what was accepted",
      );
    }
    this.#failed = !saved;
  }

  /** Those of others too, which run at another time. */
  *#memories(ending: boolean): Generator<readonly [string, () => ReplayMemory]> {
    for (const [router, memory] of this.#found?.memories ?? []) {
      if (!this.#kept.has(router)) yield [router, () => memory];
    }
    for (const [router, { replay }] of this.#kept) {
      const now = { bootId: this.#bootId, ending };
      yield [router, () => replay.memory({ ...now, instant: this.#clock() })];
    }
  }

  /** One line for all virtual routers, as they have the clock in common. */
  #judgeClock(instant: Instant): void {
    const doubting = Array.from(this.#kept).filter(([, { replay }]) => !replay.isCredible(instant));
    if (this.#doubted === doubting.length > 0) return;
    if (doubting.length === 0) {
      this.#doubted = false;
      this.#limit.rearm(CLOCK);
      this.#parts.log.information("The clock agrees again with what was signed and accepted");
      return;
    }
    const held = this.#limit.ask(CLOCK, "behind", instant.steadyMs);
    if (held === undefined) return;
    this.#doubted = true;
    const who = doubting.length === 1 ? nameOf(doubting) : `${doubting.length} virtual routers`;
    this.#parts.log.warning(
      `This machine's clock shows ${new Date(instant.wallMs).toISOString()}, but what was signed ` +
        `or accepted before is later: set it, unless it was ahead then. Until the two agree, ` +
        `hmac-sha256 does without the clock for ${who}${heldBack(held)}`,
    );
  }
}

function nameOf([first]: readonly (readonly [string, Kept])[]): string {
  const [, group, name] = first?.[0].split(" ") ?? [];
  return `group ${group} on interface ${name}`;
}

/** Whether `work` came to its end in that time. */
async function isDoneWithin(ms: number, work: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
