import { SyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { equalIp } from "../base/ip.ts";
import { equalMac } from "../base/mac.ts";
import { type Change, type Driver, isSoAlready, OUR_PROTOCOL } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { FaultReason, LinkFacts } from "../vrrp/types.ts";
import type { LinkInfo } from "../wire/rtnetlink.ts";
import type { Batch } from "./batch.ts";
import { type InterfaceTable, ownAddresses } from "./interfaces.ts";
import { Link } from "./link.ts";
import { LinkSettings } from "./link_settings.ts";
import type { LogLimit } from "./log_limit.ts";
import { type Carrier, Macvlans } from "./macvlans.ts";
import { judge, type PresentInterface, type Verdict } from "./placement.ts";
import type { Placement, Router } from "./router.ts";
import { Segment } from "./segment.ts";

/** Who has to be told when a socket can be read. */
export interface Watcher {
  watch(fd: Fd, take: (batch: Batch, nowMs: number) => void): void;
  unwatch(fd: Fd): void;
}

export interface AttachmentParts {
  readonly routers: readonly Router[];
  readonly driver: Driver;
  readonly table: InterfaceTable;
  readonly log: Log;
  readonly limit: LogLimit;
  readonly watcher: Watcher;
  /** Milliseconds on the clock of every deadline. */
  readonly clock: () => number;
}

/**
 * Attaches virtual routers to their interfaces for as long as these can carry them: opens sockets,
 * makes macvlans, and tells each one's protocol when it may run and when it may not.
 */
export class Attachments implements Disposable {
  readonly #parts: AttachmentParts;
  readonly #settings: LinkSettings;
  readonly #macvlans: Macvlans;
  readonly #byInterface: ReadonlyMap<string, readonly Router[]>;
  readonly #segments = new Map<string, Segment>();
  /** Closed only after the batch that says goodbye on them. */
  #retired: Segment[] = [];

  constructor(parts: AttachmentParts) {
    this.#parts = parts;
    this.#settings = new LinkSettings(parts);
    this.#macvlans = new Macvlans({ ...parts, settings: this.#settings });
    this.#byInterface = Map.groupBy(parts.routers, ({ config }) => config.interface);
  }

  /** Addresses that bear our mark from a run that ended without removing them. */
  removeLeftovers(): void {
    const { table, driver, log } = this.#parts;
    const changes = Array.from(this.#byInterface, ([name, routers]): Change[] => {
      const ifindex = table.byName(name)?.index;
      if (ifindex === undefined) return [];
      const virtual = routers.flatMap(({ config }) => config.protocol.addresses);
      return table.addressesOf(ifindex)
        .filter(({ protocol, prefix }) =>
          protocol === OUR_PROTOCOL && virtual.some((one) => equalIp(one, prefix.address))
        )
        .map(({ prefix }) => ({
          change: "removeAddress",
          ifindex,
          interfaceName: name,
          prefix,
        }));
    }).flat();
    if (changes.length === 0) return;
    log.warning(`Removing ${changes.length} virtual addresses that an earlier run left behind`);
    for (const error of driver.apply(changes)) {
      if (!isSoAlready(error)) log.error(error.message);
    }
    table.replace(driver.links(), driver.addresses());
  }

  /** Looks again at the interfaces that `touched` speaks of. */
  review(touched: ReadonlySet<number> | "all", batch: Batch, nowMs: number): void {
    for (const name of this.#byInterface.keys()) {
      if (touched === "all" || this.#isTouched(name, touched)) this.#review(name, batch, nowMs);
    }
  }

  /** Tries again what the kernel has refused a while ago. */
  retry(batch: Batch, nowMs: number): void {
    const due = this.#parts.routers.filter(({ retryMs }) => retryMs <= nowMs);
    for (const router of due) router.unblock();
    for (const name of new Set(due.map(({ config }) => config.interface))) {
      this.#review(name, batch, nowMs);
    }
  }

  #isTouched(name: string, touched: ReadonlySet<number>): boolean {
    const { table } = this.#parts;
    const routers = this.#byInterface.get(name) ?? [];
    const indices = [
      table.byName(name)?.index,
      this.#segments.get(name)?.link.ifindex,
      ...routers.map(({ placement }) => placement?.carrier.ifindex),
    ];
    // A name that was taken may have become free by any change.
    return indices.some((index) => index !== undefined && touched.has(index)) ||
      routers.some(({ state }) => state.name === "Fault" && state.reason === "nameTaken");
  }

  #review(name: string, batch: Batch, nowMs: number): void {
    const { table } = this.#parts;
    const link = table.byName(name);
    const routers = this.#byInterface.get(name) ?? [];
    this.#retireStale(name, link, batch, nowMs);
    const virtual = routers.flatMap(({ installed }) => installed.map(({ address }) => address));
    const addresses = link === undefined ? [] : table.addressesOf(link.index);
    const own = ownAddresses(addresses, virtual);
    const verdicts = this.#judgeAll(routers, { link, addresses, own });
    const segment = this.#segment(name, verdicts);
    const carriers = this.#carriers(verdicts);
    for (const [router, verdict] of verdicts) {
      const carrier = verdict.ready ? carriers.get(router) ?? "refused" : verdict.reason;
      if (segment === undefined || !verdict.ready || typeof carrier === "string") {
        const reason = typeof carrier === "string" ? carrier : "refused";
        batch.add(router, router.step({ kind: "linkFault", reason }, nowMs));
      } else {
        const { source, mac: ownMac } = verdict.facts;
        const placement = { link: segment.link, source, ownMac, carrier };
        this.#settle(router, { placement, facts: verdict.facts }, batch, nowMs);
      }
    }
  }

  /** Tells the router what has changed about its place, if anything has. */
  #settle(
    router: Router,
    { placement, facts }: { placement: Placement; facts: LinkFacts },
    batch: Batch,
    nowMs: number,
  ): void {
    const before = router.placement;
    const running = isRunning(router);
    if (running && before !== undefined && samePlacement(before, placement)) {
      this.#mendForwarding(router, placement, batch);
      return;
    }
    if (running && before?.carrier.ifindex !== placement.carrier.ifindex) {
      // The addresses went with the link that carried them.
      const event = { kind: "linkFault", reason: "interfaceMissing" } as const;
      batch.add(router, router.step(event, nowMs));
    }
    router.place(placement);
    batch.add(router, router.step({ kind: "linkReady", facts }, nowMs));
  }

  /** Switching a machine's forwarding on or off reaches our links too, where it must not. */
  #mendForwarding(router: Router, { link, carrier }: Placement, batch: Batch): void {
    if (router.config.interfaceType !== "macvlan") return;
    const { table } = this.#parts;
    const forwarding = (ifindex: number) => table.get(ifindex)?.ipv4Settings?.forwarding;
    const isMaster = router.state.name === "Master";
    const wanted = isMaster ? forwarding(link.ifindex) : 0;
    if (forwarding(carrier.ifindex) === wanted) return;
    batch.changeKernel(router, isMaster ? "assumeMac" : "releaseMac");
  }

  #judgeAll(routers: readonly Router[], present: PresentInterface): Map<Router, Verdict> {
    return new Map(routers.map((router) => {
      const verdict = judge(router, present);
      // An interface that went away or down may come back able to do what it refused.
      if (!verdict.ready && verdict.reason !== router.blockedBy) router.unblock();
      return [router, verdict];
    }));
  }

  /** An interface of the same name may be another one: what was attached to the old one ends. */
  #retireStale(name: string, link: LinkInfo | undefined, batch: Batch, nowMs: number): void {
    const segment = this.#segments.get(name);
    if (segment === undefined) return;
    const { ifindex } = segment.link;
    const same = ifindex === link?.index &&
      segment.generation === this.#parts.table.removals(ifindex);
    if (same) return;
    this.#segments.delete(name);
    this.#retired.push(segment);
    for (const router of this.#byInterface.get(name) ?? []) {
      const event = { kind: "linkFault", reason: "interfaceMissing" } as const;
      batch.add(router, router.step(event, nowMs));
    }
  }

  #segment(name: string, verdicts: Map<Router, Verdict>): Segment | undefined {
    const known = this.#segments.get(name);
    if (known !== undefined) return known;
    const ready = verdicts.values().find((verdict) => verdict.ready);
    if (ready === undefined) return undefined;
    try {
      return this.#openSegment(ready.link, [...verdicts.keys()]);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#parts.log.error(error.message);
      return undefined;
    }
  }

  #openSegment(info: LinkInfo, routers: readonly Router[]): Segment {
    const { log, limit, watcher, clock, table } = this.#parts;
    const filtered = routers.every(({ config }) => config.socketFilter);
    const vrids = filtered ? routers.map(({ config }) => config.protocol.vrid) : "any";
    const link = new Link({ name: info.name, ifindex: info.index, vrids, log });
    const generation = table.removals(info.index);
    const segment = new Segment({ link, generation, routers, log, limit, clock });
    watcher.watch(link.vrrpFd, (batch) => segment.receiveAdverts(batch));
    watcher.watch(link.arpFd, (batch) => segment.receiveArps(batch));
    this.#segments.set(info.name, segment);
    return segment;
  }

  #carriers(verdicts: Map<Router, Verdict>): Map<Router, Carrier | FaultReason> {
    const carriers = new Map<Router, Carrier | FaultReason>();
    const onMacvlan: Router[] = [];
    let parent: LinkInfo | undefined;
    for (const [router, verdict] of verdicts) {
      if (!verdict.ready) continue;
      parent = verdict.link;
      const { index: ifindex, name } = verdict.link;
      if (router.config.interfaceType === "macvlan") onMacvlan.push(router);
      else carriers.set(router, { ifindex, name });
    }
    if (parent === undefined) return carriers;
    // Removing one address must not take others of its network along.
    if (carriers.size > 0) this.#settings.keep(parent, { promoteSecondaries: 1 });
    if (onMacvlan.length === 0) return carriers;
    return new Map([...carriers, ...this.#macvlans.ensure(onMacvlan, parent)]);
  }

  /** Closes the sockets of interfaces that are gone; call after the batch was carried out. */
  closeRetired(): void {
    for (const segment of this.#retired) this.#close(segment);
    this.#retired = [];
  }

  #close(segment: Segment): void {
    this.#parts.watcher.unwatch(segment.link.vrrpFd);
    this.#parts.watcher.unwatch(segment.link.arpFd);
    segment.link[Symbol.dispose]();
  }

  /** Deletes our links, puts settings of others back and closes all sockets. */
  [Symbol.dispose](): void {
    this.closeRetired();
    this.#macvlans.remove();
    this.#settings.restore();
    for (const segment of this.#segments.values()) this.#close(segment);
    this.#segments.clear();
  }
}

function isRunning({ state }: Router): boolean {
  return state.name === "Backup" || state.name === "Master" || state.name === "Down";
}

function samePlacement(a: Placement, b: Placement): boolean {
  return a.link === b.link && equalIp(a.source, b.source) &&
    equalMac(a.ownMac, b.ownMac) && a.carrier.ifindex === b.carrier.ifindex;
}
