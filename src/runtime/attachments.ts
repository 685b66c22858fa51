import { SyscallError } from "../../ffi/errno.ts";
import type { ReceiveSlots } from "../../ffi/frame_slots.ts";
import { equalIp, type IpAddress } from "../base/ip.ts";
import { equalMac } from "../base/mac.ts";
import { type Change, type Driver, isSoAlready, OUR_PROTOCOL } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { FaultReason, LinkFacts } from "../vrrp/types.ts";
import type { LinkInfo } from "../wire/rtnetlink.ts";
import type { Watcher } from "./attention.ts";
import type { Batch } from "./batch.ts";
import { Claims } from "./claims.ts";
import { type InterfaceTable, ownAddresses } from "./interfaces.ts";
import { Link } from "./link.ts";
import { LinkSettings } from "./link_settings.ts";
import type { LogLimit } from "./log_limit.ts";
import { MachineCheck } from "./machine_check.ts";
import { type Carrier, Macvlans } from "./macvlans.ts";
import { judge, type PresentInterface, type Verdict } from "./placement.ts";
import { Upkeep } from "./upkeep.ts";
import type { Placement, Router } from "./router.ts";
import { Segment } from "./segment.ts";
import type { OtherDaemons } from "./undo/other_daemons.ts";

export interface AttachmentParts {
  readonly routers: readonly Router[];
  readonly driver: Driver;
  readonly table: InterfaceTable;
  readonly log: Log;
  readonly limit: LogLimit;
  readonly others: OtherDaemons;
  readonly watcher: Watcher;
  /** Where frames are received. */
  readonly slots: ReceiveSlots;
  /** Milliseconds on the clock of every deadline. */
  readonly clock: () => number;
}

/** An interface that virtual routers run on. */
interface Attached {
  readonly segment: Segment;
  /** What it is called now; its virtual routers know it by the name that it had. */
  name: string;
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
  /** By the name in the configuration. */
  readonly #attached = new Map<string, Attached>();
  /** Closed only after the batch that says goodbye on them. */
  #retired: Segment[] = [];

  constructor(parts: AttachmentParts) {
    this.#parts = parts;
    this.#settings = new LinkSettings(parts);
    this.#macvlans = new Macvlans({ ...parts, settings: this.#settings });
    this.#machine = new MachineCheck(parts);
    this.#claims = new Claims(parts);
    this.#upkeep = new Upkeep(parts.table);
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
      this.#attached.get(name)?.segment.link.ifindex,
      ...routers.map(({ placement }) => placement?.carrier.ifindex),
    ];
    // A name that was taken may have become free by any change.
    return indices.some((index) => index !== undefined && touched.has(index)) ||
      routers.some(({ state }) => state.name === "Fault" && WAITS_FOR_NAME.includes(state.reason));
  }

  #review(name: string, batch: Batch, nowMs: number): void {
    const { table } = this.#parts;
    const routers = this.#byInterface.get(name) ?? [];
    const link = this.#find(name, batch, nowMs);
    const virtual = routers.flatMap(({ installed }) => installed.map(({ address }) => address));
    const addresses = typeof link === "string" ? [] : table.addressesOf(link.index);
    const own = ownAddresses(addresses, virtual);
    const verdicts = this.#judgeAll(routers, { link, addresses, own });
    this.#claims.judge(verdicts, nowMs);
    const segment = this.#segment(name, verdicts);
    const carriers = this.#carriers(verdicts, batch);
    for (const [router, verdict] of verdicts) {
      const carrier = carriers.get(router) ?? "refused";
      if (!verdict.ready) this.#fail(router, verdict.reason, batch, nowMs);
      else if (typeof segment === "string") this.#fail(router, segment, batch, nowMs);
      else if (typeof carrier === "string") this.#fail(router, carrier, batch, nowMs);
      else {
        const { listedAddresses, facts: { source, mac: ownMac } } = verdict;
        const placement = { link: segment.link, source, ownMac, listedAddresses, carrier };
        this.#settle(router, { placement, facts: verdict.facts }, batch, nowMs);
      }
    }
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
    const attached = this.#attached.get(name);
    const followed = attached && this.#follow(attached);
    if (followed !== undefined) return followed;
    if (attached !== undefined) this.#retire(name, attached, batch, nowMs);
    const link = this.#parts.table.byName(name);
    if (link === undefined) return "interfaceMissing";
    const taken = this.#attached.values().some(({ segment }) =>
      segment.link.ifindex === link.index
    );
    return taken ? "interfaceFollowed" : link;
  }

  #follow(attached: Attached): LinkInfo | undefined {
    const { table } = this.#parts;
    const { segment, name } = attached;
    const { ifindex } = segment.link;
    const link = table.get(ifindex);
    // Notifications may be lost, and the index be another link's by now: the sockets know.
    if (!segment.link.attached) table.noteReplaced(ifindex);
    if (link === undefined || segment.generation !== table.removals(ifindex)) return undefined;
    this.#tellName(name, link.name);
    attached.name = link.name;
    return link;
  }

  #tellName(before: string, now: string): void {
    if (before === now) return;
    const line = `Interface ${before} is called ${now} now: its virtual routers stay on it`;
    this.#parts.log.warning(line);
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
      this.#tellName(before.carrier.name, carrier.name);
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
  #retire(name: string, { segment }: Attached, batch: Batch, nowMs: number): void {
    this.#attached.delete(name);
    this.#retired.push(segment);
    const reason = segment.link.attached ? "noAddress" : "interfaceMissing";
    for (const router of this.#byInterface.get(name) ?? []) {
      this.#fail(router, reason, batch, nowMs);
    }
  }

  #segment(name: string, verdicts: Map<Router, Verdict>): Segment | FaultReason {
    const known = this.#attached.get(name);
    if (known !== undefined) return known.segment;
    const ready = verdicts.values().find((verdict) => verdict.ready);
    return ready === undefined ? "refused" : this.#open(name, ready.link, [...verdicts.keys()]);
  }

  #open(name: string, link: LinkInfo, routers: readonly Router[]): Segment | FaultReason {
    try {
      const segment = this.#openSegment(link, routers);
      this.#attached.set(name, { segment, name: link.name });
      return segment;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      // It has just gone, and the notification of that is on its way.
      if (error.code === "ENODEV") return "interfaceMissing";
      this.#parts.log.error(error.message);
      return "refused";
    }
  }

  #openSegment(info: LinkInfo, routers: readonly Router[]): Segment {
    const { log, slots, table } = this.#parts;
    const filtered = routers.every(({ config }) => config.socketFilter);
    const vrids = filtered ? routers.map(({ config }) => config.protocol.vrid) : "any";
    const link = new Link({ name: info.name, ifindex: info.index, vrids, slots, log });
    const generation = table.removals(info.index);
    const segment = new Segment({ ...this.#parts, link, generation, routers });
    this.#machine.warn(info.name, routers);
    return segment;
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
    for (const [name, attached] of [...this.#attached]) {
      const now = this.#byInterface.get(name) ?? [];
      if (!sameRouters(before.get(name) ?? [], now)) this.#reopen(name, attached, batch);
      if (!now.some(isOnMacvlan)) this.#settings.release(attached.segment.link.ifindex);
    }
    this.#hasUnneeded = gone.some(isOnMacvlan);
  }

  #reopen(name: string, { segment }: Attached, batch: Batch): void {
    segment.readAll(batch);
    this.#retired.push(segment);
    this.#attached.delete(name);
    const routers = this.#byInterface.get(name) ?? [];
    const link = this.#parts.table.get(segment.link.ifindex);
    if (routers.length === 0 || link === undefined) return;
    // The new sockets join before the old ones leave: the network notices nothing. Where they
    // cannot be opened, the review finds out.
    this.#open(name, link, routers);
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

  /** Closes the sockets of interfaces that are gone; call after the batch was carried out. */
  closeRetired(): void {
    for (const segment of this.#retired) segment[Symbol.dispose]();
    this.#retired = [];
  }

  /** When {@linkcode look} is due. */
  get nextLookMs(): number {
    let earliestMs = Infinity;
    for (const { segment } of this.#attached.values()) {
      earliestMs = Math.min(earliestMs, segment.lookAtMs);
    }
    return earliestMs;
  }

  /** Reads what has waited long enough. */
  look(batch: Batch, nowMs: number): void {
    for (const { segment } of this.#attached.values()) segment.look(batch, nowMs);
  }

  /** Reads all that may wait unannounced. */
  catchUp(batch: Batch): void {
    for (const { segment } of this.#attached.values()) segment.catchUp(batch);
  }

  /** This virtual router has changed its state. */
  attend({ config }: Router, nowMs: number): void {
    this.#attached.get(config.interface)?.segment.attend(nowMs);
  }

  /** Deletes our links, puts settings of others back and closes all sockets. */
  [Symbol.dispose](): void {
    this.closeRetired();
    this.#macvlans.remove();
    this.#settings.restore();
    for (const { segment } of this.#attached.values()) segment[Symbol.dispose]();
    this.#attached.clear();
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
  return a.link === b.link && equalIp(a.source, b.source) &&
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
