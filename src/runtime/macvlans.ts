import { SyscallError } from "../../ffi/errno.ts";
import { readSysctl, writeSysctl } from "../../ffi/sysctl.ts";
import { equalMac } from "../base/mac.ts";
import { type Change, type Driver, type DriverError, isSoAlready } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { FaultReason } from "../vrrp/types.ts";
import type { LinkInfo } from "../wire/rtnetlink.ts";
import type { InterfaceTable } from "./interfaces.ts";
import { isOurLinkGroup, newLinkGroup } from "./link_group.ts";
import type { LinkSettings } from "./link_settings.ts";
import { CHILD_SETTINGS, parentSettings } from "./macvlan_settings.ts";
import type { Router } from "./router.ts";
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
      const present = this.#find(router);
      const wanted = { router, parent };
      if (present === undefined || this.#isLeftover(present, wanted)) missing.push(router);
      else found.set(router, this.#isRight(present, wanted) ? carrier(present) : "nameTaken");
      if (present?.group === this.#group && !present.up) this.#bringUp([carrier(present)]);
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
   * Of a run of ours that did not live to delete it, on an interface that has another name now, or
   * of a virtual router that is gone and whose link had this name.
   */
  #isLeftover(link: LinkInfo, wanted: Wanted): boolean {
    const bearsOurMark = isOurLinkGroup(link.group) && link.kind === "macvlan";
    return bearsOurMark && !this.#isRight(link, wanted) && !this.#others.haveLinks(link.group);
  }

  #make(
    routers: readonly Router[],
    parent: LinkInfo,
    found: Map<Router, Carrier | FaultReason>,
  ): void {
    this.#setParent(parent);
    this.#made = true;
    const wishes = new Map<Change, Router>();
    for (const router of routers) {
      const interfaceName = router.config.virtualInterface;
      const leftover = this.#table.byName(interfaceName);
      if (leftover !== undefined) this.#report(this.#driver.apply([deletion(leftover)]));
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
    const targets = [...carriers.values()].map(({ ifindex, name }) => ({
      ifindex,
      interfaceName: name,
    }));
    const quiet = targets.flatMap((target): Change[] => [
      { change: "setIpv4", ...target, settings: CHILD_SETTINGS },
      { change: "noAddressGeneration", ...target },
    ]);
    this.#report(this.#driver.apply(quiet));
    for (const { ifindex, interfaceName } of targets) {
      this.#table.noteSettings(ifindex, CHILD_SETTINGS);
      this.#disableIpv6(interfaceName);
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

  /** Only a file sets this one. Without it the link still stays silent but for multicast reports. */
  #disableIpv6(name: string): void {
    try {
      writeSysctl(`net/ipv6/conf/${name}/disable_ipv6`, "1");
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (error.code === "ENOENT" || this.#sysctlRefused) return;
      this.#sysctlRefused = true;
      this.#log.warning(`${error.message}: virtual interfaces may send IPv6 multicast reports`);
    }
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
    const unneeded = this.#table.inGroup(this.#group).filter(({ index }) => !needed.has(index));
    const [next] = unneeded;
    if (next === undefined) return false;
    this.#report(this.#driver.apply([deletion(next)]));
    this.#table.noteDeleted(next.index);
    return unneeded.length > 1;
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

function carrier(link: LinkInfo): Carrier {
  return { ifindex: link.index, name: link.name };
}

function deletion(link: LinkInfo): Change {
  return { change: "deleteLink", ifindex: link.index, interfaceName: link.name };
}
