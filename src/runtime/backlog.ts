import type { MacAddress } from "../base/mac.ts";
import { type Change, type Driver, type DriverError, unexpected } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { FaultReason, Report } from "../vrrp/types.ts";
import type { Batch, KernelAction } from "./batch.ts";
import { type InterfaceView, kernelChanges } from "./installation.ts";
import { type InterfaceTable, ownAddresses } from "./interfaces.ts";
import type { Link } from "./link.ts";
import { reportLines } from "./report_text.ts";
import { gratuitousArp, type Router } from "./router.ts";
import type { Sender } from "./sender.ts";

/** A virtual router that cannot be Master because of what the kernel answered. */
export interface Failure {
  readonly router: Router;
  readonly reason: FaultReason;
}

/** How much is done before deadlines are looked at again: each of these takes about a millisecond. */
const SLICE = { changes: 64, announcements: 128, reports: 32 } as const;

/** What means that a change was not needed: it is so already, or its object is gone. */
const TOLERATED = ["EEXIST", "EADDRNOTAVAIL", "ENODEV"];
/** A driver's ways of saying that it does not change the hardware address while the link is up. */
const MAC_REFUSED = ["EBUSY", "EOPNOTSUPP"];

interface Announcement {
  readonly repeat: number;
  /** Looked at when its turn comes: the virtual router may not be Master any more. */
  readonly frames: () => readonly Uint8Array<ArrayBuffer>[];
  readonly link: Link;
}

/**
 * What batches want done that takes longer than an advertisement may wait: changes to the kernel,
 * announcements and log lines, in this order. It is done a slice at a time, so that with hundreds
 * of virtual routers no deadline waits for the take-over of the others.
 */
export class Backlog {
  readonly #driver: Driver;
  readonly #table: InterfaceTable;
  readonly #sender: Sender;
  readonly #log: Log;
  #changes: { readonly router: Router; readonly want: KernelAction }[] = [];
  /** By how often they have been sent: every address once before any is repeated. */
  readonly #rounds: Announcement[][] = [];
  #reports: { readonly router: Router; readonly report: Report }[] = [];

  constructor(parts: { driver: Driver; table: InterfaceTable; sender: Sender; log: Log }) {
    this.#driver = parts.driver;
    this.#table = parts.table;
    this.#sender = parts.sender;
    this.#log = parts.log;
  }

  get empty(): boolean {
    return this.#changes.length === 0 && this.#reports.length === 0 &&
      this.#rounds.every((round) => round.length === 0);
  }

  add(batch: Batch): void {
    this.#changes.push(...batch.changes);
    this.#reports.push(...batch.reports);
    for (const { router, repeat } of batch.announcements) {
      const link = router.placement?.link;
      if (link === undefined) continue;
      const frames = () => router.state.name === "Master" ? router.arpFrames : [];
      this.#announce({ link, repeat, frames }, 0);
    }
  }

  /** Does the next slice. Nothing that the network or the kernel does makes it throw. */
  work(nowMs: number): readonly Failure[] {
    if (this.#changes.length > 0) return this.#changeKernel();
    const round = this.#rounds.findIndex((announcements) => announcements.length > 0);
    if (round >= 0) this.#sendRound(round, nowMs);
    else this.#writeReports();
    return [];
  }

  /** One write for many virtual routers. */
  #changeKernel(): readonly Failure[] {
    const slice = this.#changes.slice(0, SLICE.changes);
    this.#changes = this.#changes.slice(SLICE.changes);
    const askedBy = new Map<Change, Router>();
    for (const { router, want } of slice) {
      const { placement } = router;
      if (placement === undefined) continue;
      const view = this.#view(placement.link.ifindex);
      for (const change of kernelChanges(router, placement, { want, view })) {
        askedBy.set(change, router);
      }
    }
    if (askedBy.size === 0) return [];
    const errors = unexpected(this.#driver.apply([...askedBy.keys()]), TOLERATED);
    const refused = new Set(errors.map(({ change }) => change));
    for (const [change, router] of askedBy) {
      if (change.change === "setMac" && !refused.has(change)) this.#announceOwn(router, change.mac);
    }
    return this.#failures(errors, askedBy);
  }

  #view(ifindex: number): InterfaceView {
    const forwarding = this.#table.get(ifindex)?.ipv4Settings?.forwarding ?? 0;
    return { addresses: this.#table.addressesOf(ifindex), forwarding };
  }

  #failures(errors: readonly DriverError[], askedBy: Map<Change, Router>): Failure[] {
    const failures = new Map<Router, FaultReason>();
    for (const error of errors) {
      this.#log.error(error.message);
      const router = askedBy.get(error.change);
      if (router === undefined || failures.has(router)) continue;
      const macRefused = error.change.change === "setMac" && MAC_REFUSED.includes(error.code);
      failures.set(router, macRefused ? "macRefused" : "refused");
    }
    return Array.from(failures, ([router, reason]) => ({ router, reason }));
  }

  /** The interface's own addresses have moved to another MAC too, and neighbours must hear of it. */
  #announceOwn(router: Router, mac: MacAddress): void {
    const link = router.placement?.link;
    if (link === undefined || !this.#table.get(link.ifindex)?.up) return;
    const { addresses, announcements } = router.config.protocol;
    const built = ownAddresses(this.#table.addressesOf(link.ifindex), addresses)
      .map(({ prefix }) => gratuitousArp(prefix.address, mac));
    this.#announce({ link, repeat: Math.max(1, announcements.repeat), frames: () => built }, 0);
  }

  #announce(announcement: Announcement, round: number): void {
    if (round >= announcement.repeat) return;
    (this.#rounds[round] ??= []).push(announcement);
  }

  #sendRound(round: number, nowMs: number): void {
    const waiting = this.#rounds[round] ?? [];
    this.#rounds[round] = waiting.slice(SLICE.announcements);
    for (const announcement of waiting.slice(0, SLICE.announcements)) {
      for (const frame of announcement.frames()) {
        this.#sender.send(announcement.link, frame, nowMs);
      }
      this.#announce(announcement, round + 1);
    }
  }

  #writeReports(): void {
    for (const { router, report } of this.#reports.slice(0, SLICE.reports)) {
      for (const { level, text } of reportLines(router, report)) this.#log[level](text);
    }
    this.#reports = this.#reports.slice(SLICE.reports);
  }
}
