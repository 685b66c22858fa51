import { SyscallError } from "../../ffi/errno.ts";
import type { MacAddress } from "../base/mac.ts";
import { type Change, type Driver, type DriverError, unexpected } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import { LEAVING_PRIORITY } from "../vrrp/types.ts";
import type { FaultReason } from "../vrrp/types.ts";
import type { Batch } from "./batch.ts";
import { type InterfaceView, kernelChanges } from "./installation.ts";
import { type InterfaceTable, ownAddresses } from "./interfaces.ts";
import type { Link } from "./link.ts";
import type { LogLimit } from "./log_limit.ts";
import { reportLines } from "./report_text.ts";
import { gratuitousArp, type Router } from "./router.ts";

/** A virtual router that cannot be Master because of what the kernel answered. */
export interface Failure {
  readonly router: Router;
  readonly reason: FaultReason;
}

/** What means that a change was not needed: it is so already, or its object is gone. */
const TOLERATED = ["EEXIST", "EADDRNOTAVAIL", "ENODEV"];
/** A driver's ways of saying that it does not change the hardware address while the link is up. */
const MAC_REFUSED = ["EBUSY", "EOPNOTSUPP"];

/** An interface whose hardware address we have just changed. */
interface ChangedMac {
  readonly router: Router;
  readonly link: Link;
  readonly mac: MacAddress;
}

/** Carries a batch out, on the wire and in the kernel. */
export class Performer {
  readonly #driver: Driver;
  readonly #table: InterfaceTable;
  readonly #log: Log;
  readonly #limit: LogLimit;

  constructor(
    parts: { driver: Driver; table: InterfaceTable; log: Log; limit: LogLimit },
  ) {
    this.#driver = parts.driver;
    this.#table = parts.table;
    this.#log = parts.log;
    this.#limit = parts.limit;
  }

  /** Nothing here waits, and nothing here throws for what the network or the kernel does. */
  perform(batch: Batch, nowMs: number): readonly Failure[] {
    for (const { router, priority } of batch.adverts) this.#sendAdvert(router, priority, nowMs);
    const { failures, changedMacs } = this.#changeKernel(batch);
    this.#announce(batch, changedMacs, nowMs);
    for (const { router, report } of batch.reports) {
      for (const { level, text } of reportLines(router, report)) this.#log[level](text);
    }
    return failures;
  }

  #sendAdvert(router: Router, priority: number, nowMs: number): void {
    const frame = router.advertFrame(priority);
    const link = router.placement?.link;
    if (frame === undefined || link === undefined) return;
    if (!this.#send(link, frame, nowMs)) {
      router.counters.sendErrors++;
      return;
    }
    router.counters.sent++;
    if (priority === LEAVING_PRIORITY) router.counters.sentLeaving++;
    this.#log.debug(3, "packet", () => `${router.label} - sent priority ${priority}`);
  }

  #send(link: Link, frame: Uint8Array<ArrayBuffer>, nowMs: number): boolean {
    try {
      link.send(frame);
      return true;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const held = this.#limit.ask(link.name, error.code, nowMs);
      if (held !== undefined) this.#log.error(error.message + heldBack(held));
      return false;
    }
  }

  /** One write for all virtual routers. Gives those that failed, and whose interface's MAC changed. */
  #changeKernel(batch: Batch): { failures: Failure[]; changedMacs: ChangedMac[] } {
    const askedBy = new Map<Change, Router>();
    const changedMacs: ChangedMac[] = [];
    for (const { router, want } of batch.changes) {
      const { placement } = router;
      if (placement === undefined) continue;
      const view = this.#view(placement.link.ifindex);
      for (const change of kernelChanges(router, placement, { want, view })) {
        askedBy.set(change, router);
        if (change.change === "setMac" && this.#table.get(change.ifindex)?.up) {
          changedMacs.push({ router, link: placement.link, mac: change.mac });
        }
      }
    }
    if (askedBy.size === 0) return { failures: [], changedMacs };
    const errors = unexpected(this.#driver.apply([...askedBy.keys()]), TOLERATED);
    return { failures: this.#failures(errors, askedBy), changedMacs };
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

  /** Every address once before any is repeated: a host that hears the first one is served. */
  #announce(
    { announcements }: Batch,
    changedMacs: readonly ChangedMac[],
    nowMs: number,
  ): void {
    const rows = [
      ...announcements.flatMap(({ router, repeat }) => {
        const link = router.placement?.link;
        return link === undefined ? [] : [{ link, repeat, frames: router.arpFrames }];
      }),
      ...changedMacs.map((changed) => this.#ownAnnouncement(changed)),
    ];
    const rounds = rows.reduce((most, { repeat }) => Math.max(most, repeat), 0);
    for (let round = 0; round < rounds; round++) {
      for (const { link, repeat, frames } of rows) {
        if (round < repeat) frames.forEach((frame) => this.#send(link, frame, nowMs));
      }
    }
  }

  /** The interface's own addresses have moved to another MAC too, and neighbours must hear of it. */
  #ownAnnouncement({ router, link, mac }: ChangedMac) {
    const addresses = this.#table.addressesOf(link.ifindex);
    const virtual = router.config.protocol.addresses;
    const frames = ownAddresses(addresses, virtual)
      .map(({ prefix }) => gratuitousArp(prefix.address, mac));
    const repeat = Math.max(1, router.config.protocol.announcements.repeat);
    return { link, repeat, frames };
  }
}

/** How a limited line ends. */
export function heldBack(count: number): string {
  return count === 0 ? "" : ` (${count} more since the last such line)`;
}
