import type { Driver } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { Attachments } from "./attachments.ts";
import type { Batch } from "./batch.ts";
import type { InterfaceTable } from "./interfaces.ts";
import type { Monitor } from "./monitor.ts";
import type { Roster } from "./roster.ts";
import type { Router } from "./router.ts";
import type { Routes } from "./routes.ts";
import type { SyncGroups } from "./sync_groups.ts";
import { applyChange } from "./tracking/apply_change.ts";
import type { Tracking } from "./tracking/tracking.ts";

/** So many virtual routers are told of what they track before deadlines are looked at: milliseconds. */
const TRACKED_AT_ONCE = 64;

export interface ReviewsParts {
  readonly driver: Pick<Driver, "links" | "addresses">;
  readonly table: InterfaceTable;
  readonly monitor: Monitor;
  readonly roster: Roster;
  readonly groups: SyncGroups;
  readonly routes: Routes;
  readonly tracking: Tracking;
  readonly attachments: Attachments;
  readonly log: Log;
}

/**
 * Looks at virtual routers again after what the kernel has told, or what they track, or what the
 * kernel has refused some time ago.
 */
export class Reviews {
  readonly #parts: ReviewsParts;
  #touched: ReadonlySet<number> | "all" = new Set();
  /** Not all that the kernel tells has been read. */
  #moreNews = false;

  constructor(parts: ReviewsParts) {
    this.#parts = parts;
  }

  /** Looks at the whole machine; what changes after that is told by notifications. */
  lookAgain(): void {
    const { table, driver } = this.#parts;
    table.replace(driver.links(), driver.addresses());
  }

  /** Begins to follow what these track, and looks at all of them. */
  begin(routers: readonly Router[], batch: Batch, nowMs: number): void {
    const { tracking, monitor, attachments } = this.#parts;
    tracking.replace(routers);
    // Notifications first: what changes after the look is told by them.
    monitor.followRoutes();
    this.followTracked(batch, nowMs, Infinity);
    attachments.review("all", batch, nowMs);
  }

  /** Reads what the kernel tells. */
  read(): void {
    const { monitor, log } = this.#parts;
    const { touched, more } = monitor.drain();
    this.#moreNews = more;
    if (touched === "lost") {
      log.warning("The kernel dropped notifications: looking at all interfaces again");
      this.lookAgain();
    }
    this.#touched = touched === "lost" || this.#touched === "all"
      ? "all"
      : this.#touched.union(touched);
  }

  /** No descriptor says that the rest has been read: only another {@linkcode read} does. */
  get moreNews(): boolean {
    return this.#moreNews;
  }

  /** Whether there is anything to look at already. */
  get waiting(): boolean {
    return this.#touched === "all" || this.#touched.size > 0 || this.#parts.tracking.hasNews;
  }

  /** When the kernel is to be asked again for something that it refused, or that others took away. */
  get retryMs(): number {
    const { roster, attachments } = this.#parts;
    return Math.min(roster.retries.earliestMs, attachments.putBackMs);
  }

  /** Tells virtual routers of what they track. */
  followTracked(batch: Batch, nowMs: number, limit = TRACKED_AT_ONCE): void {
    const { tracking, groups } = this.#parts;
    for (const change of tracking.review(nowMs, limit)) {
      if (applyChange(change, { groups, batch, nowMs })) this.#lookAt(change.router);
    }
  }

  /** Looks at those that something was told about. */
  turn(batch: Batch, nowMs: number): void {
    const { attachments, routes, tracking } = this.#parts;
    if (this.retryMs <= nowMs) attachments.retry(batch, nowMs);
    const touched = this.#touched;
    if (this.#moreNews || (touched !== "all" && touched.size === 0)) return;
    routes.noteInterfaces();
    this.#touched = new Set();
    tracking.noteInterfaces(touched);
    this.followTracked(batch, nowMs);
    attachments.review(touched, batch, nowMs);
  }

  /** What there is to be said against it does not come from the kernel. */
  #lookAt({ config, placement }: Router): void {
    const ifindex = placement?.link.ifindex ??
      this.#parts.table.byName(config.interface)?.index;
    if (ifindex === undefined || this.#touched === "all") return;
    this.#touched = new Set(this.#touched).add(ifindex);
  }
}
