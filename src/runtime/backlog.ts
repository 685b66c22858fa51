import { SyscallError } from "../../ffi/errno.ts";
import { readSysctl } from "../../ffi/sysctl.ts";
import { equalIp, type Family } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import {
  type Change,
  type DriverError,
  type DriverName,
  isSoAlready,
  OUR_PROTOCOL,
} from "../drivers/driver.ts";
import type { Drivers } from "../drivers/drivers.ts";
import { describeChange } from "../drivers/refusal.ts";
import type { Log, LogSource } from "../log.ts";
import type { FaultReason, Report } from "../vrrp/types.ts";
import { settingsOf } from "../wire/rtnetlink.ts";
import type { AcceptRules } from "./accept/accept_rules.ts";
import { AddressGeneration } from "./address_generation.ts";
import { announcementFrame } from "./announcement.ts";
import type { Batch, KernelWish } from "./batch.ts";
import { type InterfaceView, kernelChanges } from "./installation.ts";
import { forwardsIpv6, type InterfaceTable, ownAddresses } from "./interfaces.ts";
import type { Outlet } from "./outlet.ts";
import { heldBack, type LogLimit } from "./log_limit.ts";
import { reportLines } from "./report_text.ts";
import type { Router } from "./router.ts";
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

/** Others on the network can provoke all but these, which take their time by themselves. */
const UNHURRIED: readonly Report["what"][] = ["transition", "priorityChanged"];

/** These come at the rate at which we put things back, or have to wait for a processor. */
const PACED: readonly Report["what"][] = [
  "paused",
  "addressesRemoved",
  "macReplaced",
  "carrierLowered",
  "sourceChanged",
];

type Announcer = Router | Outlet;
type AddressAddition = Extract<Change, { change: "addAddress" }>;

interface Announcement {
  readonly repeat: number;
  /** Looked at when its turn comes: the virtual router may not be Master any more. */
  readonly frames: () => readonly Uint8Array<ArrayBuffer>[];
  readonly link: Outlet;
}

/**
 * What batches want done that takes longer than an advertisement may wait: changes to the kernel,
 * announcements and log lines, in this order for each virtual router. It is done a slice at a time,
 * so that with hundreds of virtual routers no deadline waits for the take-over of the others.
 */
export class Backlog {
  readonly #drivers: Pick<Drivers, "of">;
  readonly #table: InterfaceTable;
  readonly #sender: Sender;
  readonly #log: Log;
  readonly #limit: LogLimit;
  readonly #accept: Pick<AcceptRules, "deny" | "follow"> | undefined;
  readonly #addressGeneration: AddressGeneration;
  #changes: KernelWish[] = [];
  /** Changes were made since it was last looked who may be announced. */
  #hasChanged = false;
  /**
   * By how often they have been sent: every address once before any is repeated. In each round a
   * virtual router, or a link with addresses of its own, waits once: others on the network can bring
   * forth wishes faster than they are carried out.
   */
  readonly #rounds: Map<Announcer, Announcement>[] = [];
  #reports: { readonly router: Router; readonly report: Report }[] = [];

  constructor(
    parts: {
      drivers: Pick<Drivers, "of">;
      table: InterfaceTable;
      sender: Sender;
      log: Log;
      limit: LogLimit;
      /** What keeps packets from the addresses. */
      accept?: Pick<AcceptRules, "deny" | "follow"> | undefined;
    },
  ) {
    this.#drivers = parts.drivers;
    this.#table = parts.table;
    this.#sender = parts.sender;
    this.#log = parts.log;
    this.#limit = parts.limit;
    this.#accept = parts.accept;
    this.#addressGeneration = new AddressGeneration(parts);
  }

  get empty(): boolean {
    return this.#changes.length === 0 && this.#reports.length === 0 &&
      this.#rounds.every((round) => round.size === 0);
  }

  /** Whether the kernel is still to be changed: until then the machine is not what it is to be. */
  get changesKernel(): boolean {
    return this.#changes.length > 0;
  }

  add(batch: Batch): void {
    this.#changes.push(...batch.changes);
    this.#reports.push(...batch.reports);
    for (const { router, repeat } of batch.announcements) {
      const link = router.placement?.link;
      if (link === undefined) continue;
      const frames = () => router.state.name === "Master" ? router.announcementFrames : [];
      this.#announce(router, { link, repeat, frames }, 0);
    }
  }

  /** Does the next slice. Nothing that the network or the kernel does makes it throw. */
  work(nowMs: number): readonly Failure[] {
    if (this.#changes.length > 0) {
      return this.#announceSettled(nowMs) ? [] : this.#changeKernel(nowMs);
    }
    const round = this.#rounds.findIndex((announcements) => announcements.size > 0);
    if (round >= 0) this.#sendRound(round, [...this.#rounds[round]?.keys() ?? []], nowMs);
    else this.#writeReports(nowMs);
    return [];
  }

  /**
   * Whose addresses are set need not wait until those of all others are. Gives whether it was so:
   * once for each slice of changes, as announcements can be provoked again and again.
   */
  #announceSettled(nowMs: number): boolean {
    if (!this.#hasChanged) return false;
    this.#hasChanged = false;
    const unsettled = new Set<Announcer>(this.#changes.map(({ router }) => router));
    const waiting = this.#rounds[0]?.keys() ?? [];
    const settled = Array.from(waiting).filter((announcer) => !unsettled.has(announcer));
    if (settled.length > 0) this.#sendRound(0, settled, nowMs);
    return settled.length > 0;
  }

  /** One write for many virtual routers. */
  #changeKernel(nowMs: number): readonly Failure[] {
    this.#hasChanged = true;
    const installed = new Map<Router, Router["installed"]>();
    const askedBy = new Map<Change, KernelWish>();
    const views = new Map<number, InterfaceView>();
    let taken = 0;
    for (const wish of this.#changes) {
      // Many a wish needs no change at all: a slice is as much as the kernel has to do.
      if (askedBy.size >= SLICE.changes) break;
      taken++;
      if (!installed.has(wish.router)) installed.set(wish.router, wish.router.installed);
      const view = this.#view(wish.placement.link, views);
      for (const change of kernelChanges(wish, view)) askedBy.set(change, wish);
    }
    const wishes = this.#changes.slice(0, taken);
    const unguarded = this.#accept?.deny(wishes) ?? new Set();
    for (const [change, { router }] of askedBy) {
      if (change.change === "addAddress" && unguarded.has(router)) askedBy.delete(change);
    }
    const refused = this.#addressGeneration.settle(this.#apply(askedBy, installed));
    this.#changes = this.#changes.slice(taken);
    this.#followUp(askedBy, refused);
    const exposed = this.#accept?.follow(wishes) ?? new Set();
    const failures = [
      ...this.#failures(refused.filter((error) => !isSoAlready(error)), askedBy, nowMs),
      ...refusedRouters(unguarded.union(exposed)),
    ];
    noteTakeOvers(wishes, failures);
    return failures;
  }

  /** After an exception all is as before, so that an orderly stop can still undo it. */
  #apply(
    askedBy: ReadonlyMap<Change, KernelWish>,
    installed: ReadonlyMap<Router, Router["installed"]>,
  ): readonly DriverError[] {
    if (askedBy.size === 0) return [];
    const errors: DriverError[] = [];
    try {
      for (const [name, changes] of byDriver(askedBy)) {
        errors.push(...this.#drivers.of(name).apply(changes));
      }
      return errors;
    } catch (error) {
      for (const [router, prefixes] of installed) router.noteInstalled(prefixes);
      throw error;
    }
  }

  /** What these accept has changed; gives those that cannot be Master like that. */
  followAccept(routers: readonly Router[]): readonly Failure[] {
    const holders = routers.flatMap((router) => {
      const { placement } = router;
      return placement === undefined ? [] : [{ router, placement }];
    });
    return refusedRouters(this.#accept?.follow(holders) ?? new Set());
  }

  #view(link: Outlet, views: Map<number, InterfaceView>): InterfaceView {
    const { ifindex } = link;
    const known = views.get(ifindex);
    if (known !== undefined) return known;
    // Those with our mark, hundreds at times, neither decide a prefix nor belong to others.
    const addresses = this.#table.addressesOf(ifindex)
      .filter(({ protocol }) => protocol !== OUR_PROTOCOL);
    const view = {
      addresses,
      forwarding: this.#forwarding(link, 4),
      ipv6Forwarding: this.#forwarding(link, 6),
      ipv6Disabled: this.#table.get(ifindex)?.ipv6Settings?.disableIpv6 === 1,
      addressGeneration: this.#addressGeneration,
    };
    views.set(ifindex, view);
    return view;
  }

  /** As it is now: not every change of it is told. */
  #forwarding({ name, ifindex }: Outlet, family: Family): number {
    const link = this.#table.get(ifindex);
    try {
      return Number(readSysctl(`net/ipv${family}/conf/${link?.name ?? name}/forwarding`));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const { forwarding = 0, ipv6Forwarding = 0 } = link === undefined ? {} : settingsOf(link);
      return family === 4 ? forwarding : ipv6Forwarding;
    }
  }

  #followUp(askedBy: Map<Change, KernelWish>, refused: readonly DriverError[]): void {
    const refusals = new Map(refused.map((error) => [error.change, error]));
    for (const [change, wish] of askedBy) {
      const refusal = refusals.get(change);
      if (refusal === undefined) this.#noteDone(change, wish);
      else if (change.change === "addAddress") this.#noteNotAdded(change, wish, refusal);
      else if (isSoAlready(refusal)) this.#noteDone(change, wish);
    }
  }

  /** What we do ourselves is known at once: no notification need come of it. */
  #noteDone(change: Change, { router }: KernelWish): void {
    this.#log.debug(2, sourceOf(change), () => describeChange(change));
    switch (change.change) {
      case "addAddress":
        return this.#table.noteAddress(change.ifindex, change.prefix);
      case "removeAddress":
        return this.#table.noteAddressGone(change.ifindex, change.prefix);
      case "setIpv4":
        return this.#table.noteSettings(change.ifindex, change.settings);
      case "setIpv6":
        return this.#table.noteIpv6Settings(change.ifindex, change.settings);
      case "setMac":
        this.#table.noteMac(change.ifindex, change.mac);
        if (router.replacesMac) this.#announceOwn(router, change.mac);
    }
  }

  /** Whoever set an address before us keeps it when we go, unless that was ourselves. */
  #noteNotAdded(change: AddressAddition, { router, want }: KernelWish, refusal: DriverError): void {
    const { ifindex, prefix } = change;
    const ours = isSoAlready(refusal) &&
      (want === "restoreAddresses" || this.#bearsOurMark(change, router));
    if (!ours) router.forgetInstalled(prefix.address);
    else this.#table.noteAddress(ifindex, prefix);
  }

  #bearsOurMark(wanted: AddressAddition, { config }: Router): boolean {
    const driver = this.#drivers.of(config.driver);
    return driver.addresses().some(({ ifindex, protocol, prefix }) =>
      ifindex === wanted.ifindex && protocol === OUR_PROTOCOL &&
      prefix.length === wanted.prefix.length && equalIp(prefix.address, wanted.prefix.address)
    );
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
      if (isBeside(wish.router, error)) {
        this.#tellWithout(wish.router, error, nowMs);
        continue;
      }
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
    const present = link && this.#table.get(link.ifindex);
    if (link === undefined || !present?.up) return;
    const { addresses, announcements } = router.config.protocol;
    const sender = { sourceMac: mac, isIpv6Router: forwardsIpv6(present) };
    const built = ownAddresses(this.#table.addressesOf(link.ifindex), addresses)
      .map(({ prefix }) => announcementFrame(prefix.address, sender));
    const repeat = Math.max(1, announcements.repeat);
    this.#announce(link, { link, repeat, frames: () => built }, 0);
  }

  /** What already waits keeps its place, but what it says is what was wished last. */
  #announce(announcer: Announcer, announcement: Announcement, round: number): void {
    if (round >= announcement.repeat) return;
    const waiting = this.#rounds[round] ??= new Map();
    const repeat = Math.max(announcement.repeat, waiting.get(announcer)?.repeat ?? 0);
    waiting.set(announcer, { ...announcement, repeat });
  }

  #sendRound(round: number, announcers: readonly Announcer[], nowMs: number): void {
    const waiting = this.#rounds[round] ?? new Map<Announcer, Announcement>();
    this.#log.debug(2, "arp", () => `Round ${round + 1} of ${announcers.length} announcements`);
    for (const announcer of announcers.slice(0, SLICE.announcements)) {
      const announcement = waiting.get(announcer);
      if (announcement === undefined) continue;
      waiting.delete(announcer);
      for (const frame of announcement.frames()) {
        this.#sender.send(announcement.link, frame, nowMs);
      }
      this.#announce(announcer, announcement, round + 1);
    }
    this.#sender.flush(nowMs);
  }

  #tellWithout(router: Router, { change, code, message }: DriverError, nowMs: number): void {
    if (change.change !== "addAddress") return;
    const held = this.#limit.ask(router.label, code, nowMs);
    if (held === undefined) return;
    this.#log.error(
      `${message}: the virtual router runs without it. IPv6 needs an MTU of at least 1280, and ` +
        `net.ipv6.conf.${change.interfaceName}.disable_ipv6 = 0${heldBack(held)}`,
    );
  }

  #tell(router: Router, { code, message }: DriverError, nowMs: number): void {
    const held = this.#limit.ask(router.label, code, nowMs);
    if (held !== undefined) this.#log.error(message + heldBack(held));
  }

  #writeReports(nowMs: number): void {
    for (const { router, report } of this.#reports.slice(0, SLICE.reports)) {
      const held = this.#heldBack(router, report, nowMs);
      if (held === undefined) continue;
      for (const { level, text } of reportLines(router, report)) {
        this.#log[level](text + heldBack(held));
      }
    }
    this.#reports = this.#reports.slice(SLICE.reports);
  }

  /** See LogLimit.ask(). */
  #heldBack(router: Router, { what }: Report, nowMs: number): number | undefined {
    if (UNHURRIED.includes(what)) return 0;
    if (PACED.includes(what)) return this.#limit.admit(nowMs) ? 0 : undefined;
    return this.#limit.ask(router.label, what, nowMs);
  }
}

/** The addresses are the last that a Master needs. */
function noteTakeOvers(wishes: readonly KernelWish[], failures: readonly Failure[]): void {
  const failed = new Set(failures.map(({ router }) => router));
  for (const { router, want } of wishes) {
    if (want === "addAddresses" && !failed.has(router)) router.noteTakenOver();
  }
}

/** What the kernel keeps from being Master for now. */
export function refusedRouters(routers: ReadonlySet<Router>): Failure[] {
  return Array.from(routers, (router) => ({ router, reason: "refused" }));
}

/** Nothing is left to take back from an interface that is gone, nor to put back on it. */
function isGone({ want }: KernelWish, { code }: DriverError): boolean {
  return code === "ENODEV" && want !== "assumeMac" && want !== "addAddresses";
}

/** What an IPv4 virtual router carries of IPv6 is worth no Fault where the machine has no IPv6. */
function isBeside({ config }: Router, { change, code }: DriverError): boolean {
  if (config.protocol.family !== 4) return false;
  if (change.change === "setIpv6") return code === "ENODEV";
  return change.change === "addAddress" && change.prefix.address.family === 6;
}

/** What its debug line is filed under. */
function sourceOf({ change }: Change): LogSource {
  switch (change) {
    case "addAddress":
    case "removeAddress":
      return "ip";
    case "setMac":
      return "mac";
    case "addRoute":
    case "removeRoute":
      return "route";
    default:
      return "macvlan";
  }
}

/** Each virtual router's changes in their order, for the driver that it asks for. */
function byDriver(askedBy: ReadonlyMap<Change, KernelWish>): Map<DriverName, Change[]> {
  const changes = new Map<DriverName, Change[]>();
  for (const [change, { router }] of askedBy) {
    const { driver } = router.config;
    const list = changes.get(driver);
    if (list === undefined) changes.set(driver, [change]);
    else list.push(change);
  }
  return changes;
}
