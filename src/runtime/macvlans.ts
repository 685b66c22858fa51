import { SyscallError } from "../../ffi/errno.ts";
import { readSysctl } from "../../ffi/sysctl.ts";
import { equalMac } from "../base/mac.ts";
import { type Change, type Driver, type DriverError, isSoAlready } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { FaultReason } from "../vrrp/types.ts";
import type { LinkInfo } from "../wire/rtnetlink.ts";
import { type InterfaceTable, LEAST_IPV6_MTU } from "./interfaces.ts";
import { isOurLinkGroup, newLinkGroup } from "./link_group.ts";
import { deleteLinkElsewhere } from "./link_removal.ts";
import type { LinkSettings } from "./link_settings.ts";
import { CHILD_SETTINGS, childIpv6Settings, parentSettings } from "./macvlan_settings.ts";
import type { Router } from "./router.ts";
import { carries } from "./spot.ts";
import type { OtherDaemons } from "./undo/other_daemons.ts";

/** Whose link it is to be, and where. */
interface Wanted {
  readonly router: Router;
  readonly parent: LinkInfo;
}

export interface Carrier {
  readonly ifindex: number;
  readonly name: string;
}

/** The macvlan links that carry virtual MACs: made at start, kept deaf while Backup. */
export class Macvlans {
  readonly #driver: Driver;
  readonly #table: InterfaceTable;
  readonly #settings: LinkSettings;
  readonly #log: Log;
  readonly #others: OtherDaemons;
  readonly #group = newLinkGroup();
  /** By a link's index: InterfaceTable.removals() of IPv6 when it was made. */
  readonly #ipv6Removals = new Map<number, number>();
  #sysctlRefused = false;
  #made = false;

  constructor(
    parts: {
      driver: Driver;
      table: InterfaceTable;
      settings: LinkSettings;
      log: Log;
      others: OtherDaemons;
    },
  ) {
    this.#driver = parts.driver;
    this.#table = parts.table;
    this.#settings = parts.settings;
    this.#log = parts.log;
    this.#others = parts.others;
  }

  /** The link of each router on `parent`, made where it is missing, or why there is none. */
  ensure(routers: readonly Router[], parent: LinkInfo): Map<Router, Carrier | FaultReason> {
    const found = new Map<Router, Carrier | FaultReason>();
    const missing: Router[] = [];
    for (const router of routers) {
      const wanted = { router, parent };
      const present = this.#discardSpoilt(this.#find(router), wanted);
      if (present === undefined || this.#isLeftover(present, wanted)) missing.push(router);
      else found.set(router, this.#isRight(present, wanted) ? carrier(present) : "nameTaken");
      if (present?.group !== this.#group) continue;
      if (!present.up) this.#bringUp([carrier(present)]);
      // Whoever switches IPv6 on for all interfaces does so for ours too.
      const hasIpv6 = present.ipv6Settings?.disableIpv6 === 0;
      if (hasIpv6 && !carries(router.config, 6)) {
        this.#withIpv6Off(new Map([[router, carrier(present)]]));
      }
    }
    if (missing.length > 0) this.#make(missing, parent, found);
    return found;
  }

  /** The one that the router lives on, whatever it is called by now; else the one of that name. */
  #find({ config, placement }: Router): LinkInfo | undefined {
    const known = placement && this.#table.get(placement.carrier.ifindex);
    return known?.group === this.#group ? known : this.#table.byName(config.virtualInterface);
  }

  /** Made by this process for that router, which may have another's MAC by now: that is put right. */
  #isRight(link: LinkInfo, { router, parent }: Wanted): boolean {
    if (link.group !== this.#group || link.parentIndex !== parent.index) return false;
    return link.index === router.placement?.carrier.ifindex ||
      (link.mac !== undefined && equalMac(link.mac, router.virtualMac));
  }

  /**
   * Where an interface's MTU is too small for IPv6, the kernel forgets all that a macvlan on it had of
   * that, our settings too, and leaves the macvlan's MTU low when the interface's rises again.
   */
  #discardSpoilt(link: LinkInfo | undefined, { router, parent }: Wanted): LinkInfo | undefined {
    if (link?.group !== this.#group || !carries(router.config, 6) || !hasRoomForIpv6(parent)) {
      return link;
    }
    const { index } = link;
    const isAsMade = this.#table.removals(index, 6) === this.#ipv6Removals.get(index);
    if (isAsMade && hasRoomForIpv6(link)) return link;
    this.#log.warning(
      `Making ${link.name} anew: its MTU was below ${LEAST_IPV6_MTU}, and IPv6 is lost on it`,
    );
    this.#report(this.#driver.apply([deletion(link)]));
    this.#table.noteDeleted(index);
    return undefined;
  }

  /**
   * Of a run of ours that did not live to delete it, on an interface that has another name now, or
   * of a virtual router that is gone and whose link had this name.
   */
  #isLeftover(link: LinkInfo, wanted: Wanted): boolean {
    // To ask for other daemons reads their files: only where it matters, not for each of thousands.
    return !this.#isRight(link, wanted) && this.#isOurs(link);
  }

  /** Made by this process, or by one of ours that lives no more. */
  #isOurs({ group, kind }: LinkInfo): boolean {
    return isOurLinkGroup(group) && kind === "macvlan" && !this.#others.haveLinks(group);
  }

  #make(
    routers: readonly Router[],
    parent: LinkInfo,
    found: Map<Router, Carrier | FaultReason>,
  ): void {
    if (routers.some(({ config }) => carries(config, 4))) this.#setParent(parent);
    this.#made = true;
    const wishes = new Map<Change, Router>();
    for (const router of routers) {
      const interfaceName = router.config.virtualInterface;
      const leftover = this.#table.byName(interfaceName);
      if (leftover !== undefined) {
        if (!this.#isOurs(leftover)) {
          found.set(router, "nameTaken");
          continue;
        }
        this.#report(this.#driver.apply([deletion(leftover)]));
      }
      wishes.set({
        change: "addMacvlan",
        interfaceName,
        parentIndex: parent.index,
        mac: router.virtualMac,
        group: this.#group,
      }, router);
    }
    const refused = this.#driver.apply([...wishes.keys()]);
    this.#report(refused);
    for (const error of refused) {
      const router = wishes.get(error.change);
      if (router !== undefined) found.set(router, "refused");
    }
    this.#table.replace(this.#driver.links(), this.#driver.addresses());
    this.#setUp(routers.filter((router) => !found.has(router)), found);
  }

  #setParent(parent: LinkInfo): void {
    const { proxyArp = 0, proxyArpPvlan = 0 } = this.#settings.keep(
      parent,
      parentSettings({ strictByAll: isStrictByAll() }),
    );
    if (proxyArp === 0 && proxyArpPvlan === 0) return;
    this.#log.warning(
      `Proxy ARP is switched off on ${parent.name} until the end: it would answer for virtual ` +
        "addresses with the MAC of the interface",
    );
  }

  #setUp(routers: readonly Router[], found: Map<Router, Carrier | FaultReason>): void {
    const carriers = new Map<Router, Carrier>();
    for (const router of routers) {
      const link = this.#table.byName(router.config.virtualInterface);
      if (link === undefined) found.set(router, "refused");
      else carriers.set(router, carrier(link));
    }
    const targets = [...carriers.values()].map(targetOf);
    const quiet = targets.flatMap((target): Change[] => [
      { change: "setIpv4", ...target, settings: CHILD_SETTINGS },
      { change: "noAddressGeneration", ...target },
    ]);
    this.#report(this.#driver.apply(quiet));
    for (const { ifindex } of targets) {
      this.#table.noteSettings(ifindex, CHILD_SETTINGS);
      this.#ipv6Removals.set(ifindex, this.#table.removals(ifindex, 6));
    }
    for (const router of this.#withIpv6Off(carriers)) {
      carriers.delete(router);
      found.set(router, "refused");
    }
    this.#bringUp([...carriers.values()]);
    for (const [router, one] of carriers) found.set(router, one);
  }

  #bringUp(carriers: readonly Carrier[]): void {
    this.#report(this.#driver.apply(carriers.map(({ ifindex, name }) => ({
      change: "setUp",
      ifindex,
      interfaceName: name,
    }))));
  }

  /**
   * Switches IPv6 off, and gives those that cannot do without that. Only files do it, which may be
   * out of reach; links without IPv6 addresses then still stay silent but for multicast reports.
   */
  #withIpv6Off(carriers: ReadonlyMap<Router, Carrier>): Router[] {
    const asked = new Map(Array.from(carriers, ([router, carrier]) => {
      const settings = childIpv6Settings({ carriesIpv6: carries(router.config, 6) });
      return [{ change: "setIpv6", ...targetOf(carrier), settings } as const, router];
    }));
    const refused = new Map(
      this.#driver.apply([...asked.keys()]).map((error) => [error.change, error]),
    );
    const lost: Router[] = [];
    for (const [change, router] of asked) {
      const error = refused.get(change);
      if (error === undefined) this.#table.noteIpv6Settings(change.ifindex, change.settings);
      else if (needsIpv6(router, error)) {
        this.#log.error(error.message);
        lost.push(router);
      } else this.#warnOfReports(error);
    }
    return lost;
  }

  /** A link that knows no IPv6 at all sends none either. */
  #warnOfReports({ code, message }: DriverError): void {
    if (code === "ENODEV" || this.#sysctlRefused) return;
    this.#sysctlRefused = true;
    this.#log.warning(`${message}: virtual interfaces may send IPv6 multicast reports`);
  }

  #report(errors: readonly DriverError[]): void {
    for (const error of errors) {
      if (!isSoAlready(error)) this.#log.error(error.message);
    }
  }

  /**
   * Deletes one of the links that nobody needs any more, which may take the kernel 20 ms; to be
   * called while there is nothing better to do. Gives whether there are more.
   */
  removeNext(needed: ReadonlySet<number>): boolean {
    const [next, ...others] = this.#unneeded(needed);
    if (next === undefined) return false;
    this.#report(this.#driver.apply([deletion(next)]));
    this.#table.noteDeleted(next.index);
    return others.length > 0;
  }

  /** The same on another thread, while there is always something better to do on this one. */
  async removeNextElsewhere(needed: ReadonlySet<number>): Promise<boolean> {
    const [next, ...others] = this.#unneeded(needed);
    if (next === undefined) return false;
    // Whoever wants the name from now on makes a new link, for which the kernel has it wait.
    this.#table.noteDeleted(next.index);
    try {
      const refused = await deleteLinkElsewhere(deletion(next));
      if (refused !== undefined) this.#report([refused]);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#log.error(`${error.message}: ${next.name} stays until the end`);
    }
    return others.length > 0;
  }

  #unneeded(needed: ReadonlySet<number>): readonly LinkInfo[] {
    return this.#table.inGroup(this.#group).filter(({ index }) => !needed.has(index));
  }

  /** Deletes all links that this process made. */
  remove(): void {
    if (!this.#made) return;
    this.#report(this.#driver.apply([{ change: "deleteLinkGroup", group: this.#group }]));
  }
}

function isStrictByAll(): boolean {
  try {
    return readSysctl("net/ipv4/conf/all/rp_filter") === "1";
  } catch (error) {
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

/** Who has the whole of IPv6 beside IPv4 runs without it on a link that knows none. */
function needsIpv6({ config }: Router, { code }: DriverError): boolean {
  return config.protocol.family === 6 || (carries(config, 6) && code !== "ENODEV");
}

/** Whether the link's MTU is known to do for IPv6. */
function hasRoomForIpv6({ mtu = 0 }: LinkInfo): boolean {
  return mtu >= LEAST_IPV6_MTU;
}

function targetOf({ ifindex, name }: Carrier) {
  return { ifindex, interfaceName: name };
}

function carrier(link: LinkInfo): Carrier {
  return { ifindex: link.index, name: link.name };
}

function deletion(link: LinkInfo): Extract<Change, { change: "deleteLink" }> {
  return { change: "deleteLink", ifindex: link.index, interfaceName: link.name };
}
