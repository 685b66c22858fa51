import { equalIp, type IpAddress } from "../base/ip.ts";
import { equalMac } from "../base/mac.ts";
import { type Change, type Driver, isSoAlready, OUR_PROTOCOL } from "../drivers/driver.ts";
import type { FaultReason, LinkFacts } from "../vrrp/types.ts";
import type { LinkInfo } from "../wire/rtnetlink.ts";
import type { Batch } from "./batch.ts";
import { Claims } from "./claims.ts";
import { ownAddresses } from "./interfaces.ts";
import { LinkSettings } from "./link_settings.ts";
import { MachineCheck } from "./machine_check.ts";
import { type Carrier, Macvlans } from "./macvlans.ts";
import { judge, type PresentInterface, type Verdict } from "./placement.ts";
import { Upkeep } from "./upkeep.ts";
import type { Placement, Router } from "./router.ts";
import type { Segment } from "./segment.ts";
import { Segments, type SegmentsParts, tellName } from "./segments.ts";
import type { OtherDaemons } from "./undo/other_daemons.ts";
import { closeUnused, openUnicast } from "./unicast/sockets.ts";

export interface AttachmentParts extends SegmentsParts {
  readonly routers: readonly Router[];
  readonly driver: Driver;
  readonly others: OtherDaemons;
}

/**
 * Attaches virtual routers to their interfaces for as long as these can carry them: opens sockets,
 * makes macvlans, and tells each one's protocol when it may run and when it may not.
 */
export class Attachments implements Disposable {
  readonly #parts: AttachmentParts;
  readonly #settings: LinkSettings;
  readonly #macvlans: Macvlans;
  readonly #claims: Claims;
  readonly #machine: MachineCheck;
  #routers: readonly Router[];
  #byInterface: ReadonlyMap<string, readonly Router[]>;
  /** Links of ours are left that no virtual router needs. */
  #hasUnneeded = false;
  readonly #upkeep: Upkeep;
  readonly #segments: Segments;

  constructor(parts: AttachmentParts) {
    this.#parts = parts;
    this.#settings = new LinkSettings(parts);
    this.#macvlans = new Macvlans({ ...parts, settings: this.#settings });
    this.#machine = new MachineCheck(parts);
    this.#claims = new Claims(parts);
    this.#upkeep = new Upkeep(parts.table);
    this.#segments = new Segments(parts);
    this.#routers = parts.routers;
    this.#byInterface = Map.groupBy(parts.routers, ({ config }) => config.interface);
  }

  /**
   * Addresses that bear our mark from a run that ended without removing them, and whose undo file
   * is lost. What another living daemon has noted is that one's, and stays.
   */
  removeLeftovers(): void {
    const { table, driver, log, others } = this.#parts;
    const changes = Array.from(this.#byInterface, ([name, routers]): Change[] => {
      const ifindex = table.byName(name)?.index;
      if (ifindex === undefined) return [];
      const virtual = routers.flatMap(({ config }) => config.protocol.addresses);
      return table.addressesOf(ifindex)
        .filter(({ protocol, prefix }) =>
          protocol === OUR_PROTOCOL && virtual.some((one) => equalIp(one, prefix.address)) &&
          !others.haveAddress({ ifindex, prefix })
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

  /** When {@linkcode retry} has to put something back that others have taken away. */
  get putBackMs(): number {
    return this.#upkeep.dueMs;
  }

  /** Tries again what the kernel has refused a while ago, and puts back what was to wait. */
  retry(batch: Batch, nowMs: number): void {
    const refused = this.#routers.filter(({ retryMs }) => retryMs <= nowMs);
    for (const router of refused) router.unblock();
    const due = [...refused, ...this.#upkeep.due(nowMs)];
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
      routers.some(({ state }) =>
        state.name === "Fault" && WAITS_FOR_NAME.includes(state.reason)
      ) ||
      routers.some((router) => this.#sourceHasMoved(router));
  }

  /** The source of unicast may be an address of another interface, and has gone or come there. */
  #sourceHasMoved(router: Router): boolean {
    const { config: { source, unicast }, state } = router;
    if (unicast === undefined || source === undefined) return false;
    const waits = state.name === "Fault" && state.reason === "noAddress";
    return waits === this.#parts.table.machineHas(source);
  }

  #review(name: string, batch: Batch, nowMs: number): void {
    const { table } = this.#parts;
    const routers = this.#byInterface.get(name) ?? [];
    const link = this.#find(name, batch, nowMs);
    const virtual = routers.flatMap(({ installed }) => installed.map(({ address }) => address));
    const addresses = typeof link === "string" ? [] : table.addressesOf(link.index);
    const own = ownAddresses(addresses, virtual);
    const machineHas = (address: IpAddress) => table.machineHas(address);
    const verdicts = this.#judgeAll(routers, { link, addresses, own, machineHas });
    this.#claims.judge(verdicts, nowMs);
    const segment = this.#segment(name, verdicts);
    const carriers = this.#carriers(verdicts, batch);
    for (const [router, verdict] of verdicts) {
      const carrier = carriers.get(router) ?? "refused";
      if (!verdict.ready) this.#fail(router, verdict.reason, batch, nowMs);
      else if (typeof segment === "string") this.#refuse(router, segment, batch, nowMs);
      else if (typeof carrier === "string") this.#refuse(router, carrier, batch, nowMs);
      else if (router.tracked.awaits !== undefined && !isRunning(router)) continue;
      else {
        const { listedAddresses, facts } = verdict;
        const { source, mac: ownMac } = facts;
        const { link } = segment;
        const unicast = openUnicast(router.config, { link, source, log: this.#parts.log });
        if (typeof unicast === "string") {
          this.#refuse(router, unicast, batch, nowMs);
          continue;
        }
        const placement = { link, ...unicast, source, ownMac, listedAddresses, carrier };
        this.#settle(router, { placement, facts }, batch, nowMs);
      }
    }
    if (typeof segment !== "string") closeUnused(segment.link, routers);
  }

  /** Nothing tells when the system would grant what it has refused: it is asked again. */
  #refuse(router: Router, reason: FaultReason, batch: Batch, nowMs: number): void {
    if (reason === "refused") router.block(reason, nowMs);
    this.#fail(router, reason, batch, nowMs);
  }

  #fail(router: Router, reason: FaultReason, batch: Batch, nowMs: number): void {
    this.#upkeep.rest(router);
    batch.add(router, router.step({ kind: "linkFault", reason }, nowMs));
  }

  /**
   * The interface that a configured name stands for: the one that the virtual routers run on for as
   * long as it is there, whatever it is called by now; before that, the one of that name.
   */
  #find(name: string, batch: Batch, nowMs: number): PresentInterface["link"] {
    const followed = this.#segments.follow(name);
    if (followed !== undefined) return followed;
    this.#retire(name, batch, nowMs);
    const link = this.#parts.table.byName(name);
    if (link === undefined) return "interfaceMissing";
    return this.#segments.runsOn(link.index) ? "interfaceFollowed" : link;
  }

  /** Tells the router what has changed about its place, if anything has. */
  #settle(
    router: Router,
    { placement, facts }: { placement: Placement; facts: LinkFacts },
    batch: Batch,
    nowMs: number,
  ): void {
    const before = router.placement;
    const fault = isRunning(router) && before !== undefined
      ? placeFault(router, { before, placement, facts })
      : undefined;
    if (fault !== undefined) this.#fail(router, fault, batch, nowMs);
    const runs = isRunning(router);
    if (!runs || before === undefined || !samePlacement(before, placement)) {
      router.place(placement);
      if (runs && before !== undefined) this.#tellWhatMoved(router, before, batch);
      batch.add(router, router.step({ kind: "linkReady", facts }, nowMs));
    }
    if (!runs) return this.#upkeep.rest(router);
    this.#mendForwarding(router, placement, batch);
    this.#upkeep.review(router, batch, nowMs);
  }

  #tellWhatMoved(router: Router, before: Placement, batch: Batch): void {
    if (router.placement === undefined) return;
    const { source, carrier } = router.placement;
    if (router.config.interfaceType === "macvlan") {
      tellName(this.#parts.log, before.carrier.name, carrier.name);
    }
    if (equalIp(source, before.source)) return;
    const report = { what: "sourceChanged", before: before.source, source } as const;
    batch.add(router, [{ do: "report", report }]);
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

  /** What was attached to an interface that is gone ends. */
  #retire(name: string, batch: Batch, nowMs: number): void {
    const segment = this.#segments.get(name);
    if (segment === undefined) return;
    this.#segments.retire(name);
    const reason = segment.link.attached ? "noAddress" : "interfaceMissing";
    for (const router of this.#byInterface.get(name) ?? []) {
      this.#fail(router, reason, batch, nowMs);
    }
  }

  #segment(name: string, verdicts: Map<Router, Verdict>): Segment | FaultReason {
    const known = this.#segments.get(name);
    if (known !== undefined) return known;
    const ready = verdicts.values().find((verdict) => verdict.ready);
    if (ready === undefined) return "refused";
    const routers = [...verdicts.keys()];
    const opened = this.#segments.open(name, ready.link, routers);
    if (typeof opened !== "string") this.#machine.warn(ready.link.name, routers);
    return opened;
  }

  #carriers(verdicts: Map<Router, Verdict>, batch: Batch): Map<Router, Carrier | FaultReason> {
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
    for (const router of onMacvlan) this.#noticeLowered(router, batch);
    return new Map([...carriers, ...this.#macvlans.ensure(onMacvlan, parent)]);
  }

  #noticeLowered(router: Router, batch: Batch): void {
    const ifindex = router.placement?.carrier.ifindex;
    const link = ifindex === undefined ? undefined : this.#parts.table.get(ifindex);
    if (!isRunning(router) || link === undefined || link.adminUp) return;
    batch.add(router, [{ do: "report", report: { what: "carrierLowered" } }]);
  }

  /**
   * Goes on with `routers`, to be reviewed after this; those that are `gone` have withdrawn. Where
   * an interface keeps some of its virtual routers, these move to new sockets without a word.
   */
  replace(
    { routers, gone }: { readonly routers: readonly Router[]; readonly gone: readonly Router[] },
    batch: Batch,
  ): void {
    for (const router of gone) this.#upkeep.rest(router);
    this.#claims.release(gone);
    const before = this.#byInterface;
    this.#routers = routers;
    this.#byInterface = Map.groupBy(routers, ({ config }) => config.interface);
    for (const name of this.#segments.names()) {
      const now = this.#byInterface.get(name) ?? [];
      const ifindex = this.#segments.get(name)?.link.ifindex;
      if (!sameRouters(before.get(name) ?? [], now)) this.#segments.reopen(name, now, batch);
      if (ifindex !== undefined && !now.some(isOnMacvlan)) this.#settings.release(ifindex);
    }
    this.#hasUnneeded ||= gone.some(isOnMacvlan);
  }

  /** Does a piece of what is slow and can wait; gives whether there is more. */
  tidy(): boolean {
    if (!this.#hasUnneeded) return false;
    const needed = this.#routers.filter(isOnMacvlan)
      .map(({ placement }) => placement?.carrier.ifindex)
      .filter((ifindex) => ifindex !== undefined);
    this.#hasUnneeded = this.#macvlans.removeNext(new Set(needed));
    return this.#hasUnneeded;
  }

  /** The sockets, to be read and closed in time. */
  get segments(): Segments {
    return this.#segments;
  }

  /** Deletes our links, puts settings of others back and closes all sockets. */
  [Symbol.dispose](): void {
    this.#macvlans.remove();
    this.#settings.restore();
    this.#segments[Symbol.dispose]();
  }
}

/** Faults that any change of any interface may end. */
const WAITS_FOR_NAME: readonly FaultReason[] = ["nameTaken", "interfaceFollowed"];

/** Why the router cannot simply go on in its new place. */
function placeFault(
  { state }: Router,
  { before, placement, facts }: { before: Placement; placement: Placement; facts: LinkFacts },
): FaultReason | undefined {
  // The addresses went with the link that carried them.
  if (before.carrier.ifindex !== placement.carrier.ifindex) return "carrierMissing";
  const owned = "facts" in state && state.facts.owner;
  return owned && !facts.owner ? "ownershipLost" : undefined;
}

function isOnMacvlan({ config }: Router): boolean {
  return config.interfaceType === "macvlan";
}

function sameRouters(before: readonly Router[], now: readonly Router[]): boolean {
  return before.length === now.length && before.every((router, index) => router === now[index]);
}

function isRunning({ state }: Router): boolean {
  return state.name === "Backup" || state.name === "Master" || state.name === "Down";
}

function samePlacement(a: Placement, b: Placement): boolean {
  return a.link === b.link && a.unicast === b.unicast && equalIp(a.source, b.source) &&
    equalMac(a.ownMac, b.ownMac) && a.carrier.ifindex === b.carrier.ifindex &&
    a.carrier.name === b.carrier.name &&
    isSameList(a.listedAddresses, b.listedAddresses);
}

function isSameList(a: readonly IpAddress[], b: readonly IpAddress[]): boolean {
  return a.length === b.length && a.every((one, index) => {
    const other = b[index];
    return other !== undefined && equalIp(one, other);
  });
}
