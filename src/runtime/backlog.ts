import { SyscallError } from "../../ffi/errno.ts";
import { readSysctl } from "../../ffi/sysctl.ts";
import type { MacAddress } from "../base/mac.ts";
import { type Change, type Driver, type DriverError, isSoAlready } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { FaultReason, Report } from "../vrrp/types.ts";
import type { Batch, KernelWish } from "./batch.ts";
import { type InterfaceView, kernelChanges } from "./installation.ts";
import { type InterfaceTable, ownAddresses } from "./interfaces.ts";
import type { Link } from "./link.ts";
import { heldBack, type LogLimit } from "./log_limit.ts";
import { reportLines } from "./report_text.ts";
import { gratuitousArp, type Router } from "./router.ts";
import type { Sender } from "./sender.ts";

/** A virtual router that cannot be Master because of what the kernel answered. */
export interface Failure {
  readonly router: Router;
  readonly reason: FaultReason;
}

/** How much is done before deadlines are looked at again: each takes one to three milliseconds. */
const SLICE = { changes: 64, announcements: 256, reports: 32 } as const;

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
  readonly #limit: LogLimit;
  #changes: KernelWish[] = [];
  /** By how often they have been sent: every address once before any is repeated. */
  readonly #rounds: Announcement[][] = [];
  #reports: { readonly router: Router; readonly report: Report }[] = [];

  constructor(
    parts: {
      driver: Driver;
      table: InterfaceTable;
      sender: Sender;
      log: Log;
      limit: LogLimit;
    },
  ) {
    this.#driver = parts.driver;
    this.#table = parts.table;
    this.#sender = parts.sender;
    this.#log = parts.log;
    this.#limit = parts.limit;
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
    if (this.#changes.length > 0) return this.#changeKernel(nowMs);
    const round = this.#rounds.findIndex((announcements) => announcements.length > 0);
    if (round >= 0) this.#sendRound(round, nowMs);
    else this.#writeReports(nowMs);
    return [];
  }

  /** One write for many virtual routers. */
  #changeKernel(nowMs: number): readonly Failure[] {
    const wishes = this.#changes.slice(0, SLICE.changes);
    const installed = new Map(wishes.map(({ router }) => [router, router.installed]));
    const askedBy = new Map<Change, KernelWish>();
    const forwarding = new Map<number, number>();
    for (const wish of wishes) {
      const view = this.#view(wish.placement.link, forwarding);
      for (const change of kernelChanges(wish, view)) askedBy.set(change, wish);
    }
    const refused = this.#apply([...askedBy.keys()], installed);
    this.#changes = this.#changes.slice(wishes.length);
    this.#followUp(askedBy, refused);
    return this.#failures(refused.filter((error) => !isSoAlready(error)), askedBy, nowMs);
  }

  /** After an exception all is as before, so that an orderly stop can still undo it. */
  #apply(
    changes: readonly Change[],
    installed: ReadonlyMap<Router, Router["installed"]>,
  ): readonly DriverError[] {
    if (changes.length === 0) return [];
    try {
      return this.#driver.apply(changes);
    } catch (error) {
      for (const [router, prefixes] of installed) router.noteInstalled(prefixes);
      throw error;
    }
  }

  #view(link: Link, forwarding: Map<number, number>): InterfaceView {
    const { ifindex } = link;
    const known = forwarding.get(ifindex) ?? this.#forwarding(link);
    forwarding.set(ifindex, known);
    return { addresses: this.#table.addressesOf(ifindex), forwarding: known };
  }

  /** As it is now: not every change of it is told. */
  #forwarding({ name, ifindex }: Link): number {
    try {
      return Number(readSysctl(`net/ipv4/conf/${name}/forwarding`));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return this.#table.get(ifindex)?.ipv4Settings?.forwarding ?? 0;
    }
  }

  #followUp(askedBy: Map<Change, KernelWish>, refused: readonly DriverError[]): void {
    const refusals = new Map(refused.map((error) => [error.change, error]));
    for (const [change, { router }] of askedBy) {
      const refusal = refusals.get(change);
      if (change.change === "addAddress" && refusal !== undefined) {
        // Whoever set it before us keeps it when we go.
        router.forgetInstalled(change.prefix.address);
      } else if (change.change === "setMac" && refusal === undefined) {
        this.#announceOwn(router, change.mac);
      } else if (change.change === "setIpv4" && refusal === undefined) {
        this.#table.noteSettings(change.ifindex, change.settings);
      }
    }
  }

  #failures(
    errors: readonly DriverError[],
    askedBy: Map<Change, KernelWish>,
    nowMs: number,
  ): Failure[] {
    const failures = new Map<Router, FaultReason>();
    for (const error of errors) {
      const wish = askedBy.get(error.change);
      if (wish === undefined || isGone(wish, error)) continue;
      this.#tell(wish.router, error, nowMs);
      if (failures.has(wish.router)) continue;
      const macRefused = error.change.change === "setMac" && MAC_REFUSED.includes(error.code);
      failures.set(wish.router, macRefused ? "macRefused" : "refused");
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

  #tell(router: Router, { code, message }: DriverError, nowMs: number): void {
    const held = this.#limit.ask(router.label, code, nowMs);
    if (held !== undefined) this.#log.error(message + heldBack(held));
  }

  #writeReports(nowMs: number): void {
    for (const { router, report } of this.#reports.slice(0, SLICE.reports)) {
      // Others can provoke all but changes of state, which take their time by themselves.
      const limited = report.what !== "transition" && report.what !== "paused";
      const held = limited ? this.#limit.ask(router.label, report.what, nowMs) : 0;
      if (held === undefined) continue;
      for (const { level, text } of reportLines(router, report)) {
        this.#log[level](text + heldBack(held));
      }
    }
    this.#reports = this.#reports.slice(SLICE.reports);
  }
}

/** Nothing is left to take back from an interface that is gone. */
function isGone({ want }: KernelWish, { code }: DriverError): boolean {
  return code === "ENODEV" && (want === "releaseMac" || want === "removeAddresses");
}
