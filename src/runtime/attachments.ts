import type { IpAddress } from "../base/ip.ts";
import type { Driver } from "../drivers/driver.ts";
import type { FaultReason } from "../vrrp/types.ts";
import type { Batch } from "./batch.ts";
import { Carriers } from "./carriers.ts";
import { Claims } from "./claims.ts";
import { ownAddresses } from "./interfaces.ts";
import { removeLeftovers } from "./leftovers.ts";
import { MachineCheck } from "./machine_check.ts";
import { judge, type PresentInterface, type Verdict } from "./placement.ts";
import type { Router } from "./router.ts";
import { isRunning } from "./running.ts";
import type { Segment } from "./segment.ts";
import { Segments, type SegmentsParts } from "./segments.ts";
import { Settling } from "./settling.ts";
import { type Spot, spotKey, spotOf } from "./spot.ts";
import type { OtherDaemons } from "./undo/other_daemons.ts";
import { closeUnused, openUnicast } from "./unicast/sockets.ts";
import { Upkeep } from "./upkeep.ts";

export interface AttachmentParts extends SegmentsParts {
  readonly routers: readonly Router[];
  readonly driver: Driver;
  readonly others: OtherDaemons;
}

/** The virtual routers of one interface and family. */
interface SpotGroup {
  readonly spot: Spot;
  readonly routers: readonly Router[];
}

/**
 * Attaches virtual routers to their interfaces for as long as these can carry them: opens sockets,
 * makes macvlans, and tells each one's protocol when it may run and when it may not.
 */
export class Attachments implements Disposable {
  readonly #parts: AttachmentParts;
  readonly #carriers: Carriers;
  readonly #settling: Settling;
  readonly #claims: Claims;
  readonly #machine: MachineCheck;
  #routers: readonly Router[];
  #groups: ReadonlyMap<string, SpotGroup>;
  /** Links of ours are left that no virtual router needs. */
  #hasUnneeded = false;
  readonly #upkeep: Upkeep;
  readonly #segments: Segments;

  constructor(parts: AttachmentParts) {
    this.#parts = parts;
    this.#carriers = new Carriers(parts);
    this.#machine = new MachineCheck(parts);
    this.#claims = new Claims(parts);
    this.#upkeep = new Upkeep(parts.table);
    this.#settling = new Settling({ ...parts, upkeep: this.#upkeep, carriers: this.#carriers });
    this.#segments = new Segments(parts);
    this.#routers = parts.routers;
    this.#groups = bySpot(parts.routers);
  }

  /** Removes what a run before this one has left on the interfaces. */
  removeLeftovers(): void {
    removeLeftovers(this.#routers, this.#parts);
  }

  /** Looks again at the interfaces that `touched` speaks of. */
  review(touched: ReadonlySet<number> | "all", batch: Batch, nowMs: number): void {
    this.#settling.afterNews(() => {
      for (const group of this.#groups.values()) {
        if (touched === "all" || this.#isTouched(group, touched)) this.#review(group, batch, nowMs);
      }
    });
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
    for (const key of new Set(due.map(({ config }) => spotKey(spotOf(config))))) {
      const group = this.#groups.get(key);
      if (group !== undefined) this.#review(group, batch, nowMs);
    }
  }

  #isTouched({ spot, routers }: SpotGroup, touched: ReadonlySet<number>): boolean {
    const { table } = this.#parts;
    const indices = [
      table.byName(spot.interface)?.index,
      this.#segments.get(spot)?.link.ifindex,
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

  #review(group: SpotGroup, batch: Batch, nowMs: number): void {
    const { table } = this.#parts;
    const { spot, routers } = group;
    const link = this.#find(group, batch, nowMs);
    const virtual = this.#routersOn(spot.interface)
      .flatMap(({ installed }) => installed.map(({ address }) => address));
    const addresses = typeof link === "string" ? [] : table.addressesOf(link.index);
    const own = ownAddresses(addresses, virtual);
    const machineHas = (address: IpAddress) => table.machineHas(address);
    const verdicts = this.#judgeAll(routers, { link, addresses, own, machineHas });
    this.#claims.judge(verdicts, nowMs);
    const segment = this.#segment(spot, verdicts);
    const carriers = this.#carriers.ensure(verdicts, batch);
    for (const [router, verdict] of verdicts) {
      const carrier = carriers.get(router) ?? "refused";
      if (!verdict.ready) this.#settling.fail(router, verdict.reason, batch, nowMs);
      else if (typeof segment === "string") this.#settling.refuse(router, segment, batch, nowMs);
      else if (typeof carrier === "string") this.#settling.refuse(router, carrier, batch, nowMs);
      else if (router.tracked.awaits !== undefined && !isRunning(router)) continue;
      else {
        const { listedAddresses, isIpv6Router, facts } = verdict;
        const { source, mac: ownMac } = facts;
        const { link } = segment;
        const unicast = openUnicast(router.config, { link, source, log: this.#parts.log });
        if (typeof unicast === "string") {
          this.#settling.refuse(router, unicast, batch, nowMs);
          continue;
        }
        const where = { link, ...unicast, source, carrier };
        const placement = { ...where, ownMac, listedAddresses, isIpv6Router };
        this.#settling.settle(router, { placement, facts }, batch, nowMs);
      }
    }
    if (typeof segment !== "string") closeUnused(segment.link, routers);
  }

  /**
   * The interface that a configured name stands for: the one that the virtual routers run on for as
   * long as it is there, whatever it is called by now; before that, the one of that name.
   */
  #find(group: SpotGroup, batch: Batch, nowMs: number): PresentInterface["link"] {
    const { interface: name } = group.spot;
    const followed = this.#segments.follow(group.spot);
    if (followed !== undefined) return followed;
    this.#retire(group, batch, nowMs);
    const link = this.#parts.table.byName(name);
    if (link === undefined) return "interfaceMissing";
    return this.#segments.runsElsewhereOn(link.index, name) ? "interfaceFollowed" : link;
  }

  /** Those of both families. */
  #routersOn(name: string): Router[] {
    return this.#groups.values()
      .filter(({ spot }) => spot.interface === name)
      .flatMap(({ routers }) => routers).toArray();
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
  #retire({ spot, routers }: SpotGroup, batch: Batch, nowMs: number): void {
    const segment = this.#segments.get(spot);
    if (segment === undefined) return;
    this.#segments.retire(spot);
    const reason = segment.link.attached ? "noAddress" : "interfaceMissing";
    for (const router of routers) this.#settling.fail(router, reason, batch, nowMs);
  }

  #segment(spot: Spot, verdicts: Map<Router, Verdict>): Segment | FaultReason {
    const known = this.#segments.get(spot);
    if (known !== undefined) return known;
    const ready = verdicts.values().find((verdict) => verdict.ready);
    if (ready === undefined) return "refused";
    const routers = [...verdicts.keys()];
    const opened = this.#segments.open(spot, ready.link, routers);
    if (typeof opened !== "string") this.#machine.warn(ready.link.name, routers);
    return opened;
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
    const before = this.#groups;
    this.#routers = routers;
    this.#groups = bySpot(routers);
    for (const spot of this.#segments.spots()) {
      const was = before.get(spotKey(spot))?.routers ?? [];
      const now = this.#groups.get(spotKey(spot))?.routers ?? [];
      const ifindex = this.#segments.get(spot)?.link.ifindex;
      if (!sameRouters(was, now)) this.#segments.reopen(spot, now, batch);
      const isParent = this.#routersOn(spot.interface).some(isOnMacvlan);
      if (ifindex !== undefined && !isParent) this.#carriers.release(ifindex);
    }
    this.#hasUnneeded ||= gone.some(isOnMacvlan);
  }

  /** Does a piece of what is slow and can wait; gives whether there is more. */
  tidy(): boolean {
    if (!this.#hasUnneeded) return false;
    this.#hasUnneeded = this.#carriers.removeNext(this.#neededLinks());
    return this.#hasUnneeded;
  }

  /** The same on another thread. */
  async tidyElsewhere(): Promise<boolean> {
    if (!this.#hasUnneeded) return false;
    this.#hasUnneeded = false;
    const isMore = await this.#carriers.removeNextElsewhere(this.#neededLinks());
    // A reload may have left something behind meanwhile.
    this.#hasUnneeded ||= isMore;
    return this.#hasUnneeded;
  }

  #neededLinks(): ReadonlySet<number> {
    const indexes = this.#routers.filter(isOnMacvlan)
      .map(({ placement }) => placement?.carrier.ifindex);
    return new Set(indexes.filter((ifindex) => ifindex !== undefined));
  }

  /** The sockets, to be read and closed in time. */
  get segments(): Segments {
    return this.#segments;
  }

  /** Deletes our links, puts settings of others back and closes all sockets. */
  [Symbol.dispose](): void {
    this.#carriers[Symbol.dispose]();
    this.#segments[Symbol.dispose]();
  }
}

/** Faults that any change of any interface may end. */
const WAITS_FOR_NAME: readonly FaultReason[] = ["nameTaken", "interfaceFollowed"];

function bySpot(routers: readonly Router[]): ReadonlyMap<string, SpotGroup> {
  const byKey = Map.groupBy(routers, ({ config }) => spotKey(spotOf(config)));
  return new Map(
    byKey.entries().flatMap(([key, routers]) => {
      const [first] = routers;
      return first === undefined ? [] : [[key, { spot: spotOf(first.config), routers }]];
    }),
  );
}

function isOnMacvlan({ config }: Router): boolean {
  return config.interfaceType === "macvlan";
}

function sameRouters(before: readonly Router[], now: readonly Router[]): boolean {
  return before.length === now.length && before.every((router, index) => router === now[index]);
}
