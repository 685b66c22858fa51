import type { Fd } from "../../ffi/fd.ts";
import type { Batch } from "./batch.ts";
import type { Link } from "./link.ts";
import type { Router } from "./router.ts";

/** Who has to be told when a socket can be read. */
export interface Watcher {
  watch(fd: Fd, take: (batch: Batch, nowMs: number) => void): void;
  unwatch(fd: Fd): void;
}

/** What a look into a queue has brought. */
export interface Reading {
  readonly frames: number;
  /** Whether nothing waits any more. */
  readonly drained: boolean;
}

/** What attention is paid to. */
export type Attended = Pick<Link, "vrrpFd" | "urgentFd" | "setKeen" | "forgetUrgent">;

/** The queue is looked into this often at least, whatever the interval. */
const LONGEST_REST_MS = 1000;
/** So long nothing may have changed, or flooded in, before attention is relaxed. */
const SETTLED_MS = 1000;
const AFTER_FLOOD_MS = 10_000;
/** More frames than this for each virtual router in one rest are a flood. */
const FRAMES_PER_ROUTER = 8;

/**
 * Decides when a link's advertisements are read.
 *
 * A Backup hears from its Master every interval that nothing has changed, and to be woken for each
 * of these would cost more than all the rest. As the kernel notes when a frame arrived, it is early
 * enough to read it once an interval, or before a timer that it re-arms is believed. What cannot
 * wait is a Master that leaves, and whatever a Master of our own may hear: a socket beside the
 * other, with a filter for just that, says when there is any.
 */
export class Attention implements Disposable {
  readonly #link: Attended;
  readonly #routers: readonly Router[];
  readonly #watcher: Watcher;
  readonly #receive: (batch: Batch) => Reading;
  readonly #restMs: number;
  #relaxed = false;
  /** Those of this rest, which may take several looks to read. */
  #frames = 0;
  #lookAtMs = Infinity;

  /** `receive` takes in what waits, as long as there is time. */
  constructor(parts: {
    link: Attended;
    routers: readonly Router[];
    watcher: Watcher;
    receive: (batch: Batch) => Reading;
    nowMs: number;
  }) {
    this.#link = parts.link;
    this.#routers = parts.routers;
    this.#watcher = parts.watcher;
    this.#receive = parts.receive;
    const intervals = parts.routers.map(({ config }) => config.protocol.advertIntervalMs);
    this.#restMs = Math.min(LONGEST_REST_MS, ...intervals);
    this.#watcher.watch(this.#link.vrrpFd, this.#receive);
    this.attend(parts.nowMs);
  }

  /** Whether advertisements may wait that nobody was told of. */
  get relaxed(): boolean {
    return this.#relaxed;
  }

  /** When {@linkcode look} is due. */
  get lookAtMs(): number {
    return this.#lookAtMs;
  }

  /** Everything is read as it comes for a while, because a virtual router has changed its state. */
  attend(nowMs: number, forMs = SETTLED_MS): void {
    const { urgentFd } = this.#link;
    if (urgentFd === undefined) return;
    this.#lookAtMs = nowMs + forMs;
    if (!this.#relaxed) return;
    this.#relaxed = false;
    this.#watcher.unwatch(urgentFd);
    this.#watcher.watch(this.#link.vrrpFd, this.#receive);
  }

  /** Reads what has rested for an interval, or begins to let it rest. */
  look(batch: Batch, nowMs: number): void {
    if (nowMs < this.#lookAtMs) return;
    if (!this.#relaxed) this.#relax();
    this.#read(batch, nowMs);
    if (this.#frames > FRAMES_PER_ROUTER * this.#routers.length) this.attend(nowMs, AFTER_FLOOD_MS);
    if (this.#lookAtMs > nowMs) this.#frames = 0;
  }

  /** What there was no time to read is due at once. */
  #read(batch: Batch, nowMs: number): void {
    const { frames, drained } = this.#receive(batch);
    this.#frames += frames;
    // One instant for all links and, where we are Master too, for our own advertisements.
    this.#lookAtMs = drained ? (Math.floor(nowMs / this.#restMs) + 1) * this.#restMs : nowMs;
  }

  #relax(): void {
    const { urgentFd, vrrpFd } = this.#link;
    if (urgentFd === undefined) return;
    const masters = this.#routers.filter(({ state }) => state.name === "Master");
    this.#link.setKeen(masters.map(({ config }) => config.protocol.vrid));
    this.#watcher.unwatch(vrrpFd);
    this.#watcher.watch(urgentFd, (batch, nowMs) => {
      this.#link.forgetUrgent();
      if (!this.#receive(batch).drained) this.#lookAtMs = nowMs;
    });
    this.#relaxed = true;
    this.#frames = 0;
  }

  /** Call before the link is closed. */
  [Symbol.dispose](): void {
    const { urgentFd, vrrpFd } = this.#link;
    if (!this.#relaxed) this.#watcher.unwatch(vrrpFd);
    else if (urgentFd !== undefined) this.#watcher.unwatch(urgentFd);
  }
}
