import { SyscallError } from "../../ffi/errno.ts";
import { writeSysctl } from "../../ffi/sysctl.ts";
import { type Change, type Driver, type DriverError, isSoAlready } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { FaultReason } from "../vrrp/types.ts";
import type { Ipv4Settings, LinkInfo } from "../wire/rtnetlink.ts";
import type { InterfaceTable } from "./interfaces.ts";
import type { LinkSettings } from "./link_settings.ts";
import type { Router } from "./router.ts";

/** Our links' groups: this and 24 bits by chance for each run, so that one request deletes all. */
const GROUP_BASE = 0x5200_0000;
const GROUP_MASK = 0xff00_0000;

/**
 * A link that answers for its own addresses only, never with another's, and is as good as deaf
 * while it has none. Reverse-path filtering must be loose (2): the way back to every neighbour
 * leads through the parent.
 */
const CHILD_SETTINGS: Ipv4Settings = {
  arpIgnore: 1,
  arpAnnounce: 2,
  rpFilter: 2,
  promoteSecondaries: 1,
  sendRedirects: 0,
  forwarding: 0,
};

/**
 * Without these the parent answers for the virtual addresses with its own MAC (arp_ignore), and
 * its own questions tell neighbours to look for them there (arp_announce).
 */
const PARENT_SETTINGS: Ipv4Settings = { arpIgnore: 1, arpAnnounce: 2, sendRedirects: 0 };

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
  readonly #group = GROUP_BASE + randomBits24();
  #sysctlRefused = false;
  #made = false;

  constructor(
    parts: { driver: Driver; table: InterfaceTable; settings: LinkSettings; log: Log },
  ) {
    this.#driver = parts.driver;
    this.#table = parts.table;
    this.#settings = parts.settings;
    this.#log = parts.log;
  }

  /** The link of each router on `parent`, made where it is missing, or why there is none. */
  ensure(routers: readonly Router[], parent: LinkInfo): Map<Router, Carrier | FaultReason> {
    const found = new Map<Router, Carrier | FaultReason>();
    const missing: Router[] = [];
    for (const router of routers) {
      const present = this.#table.byName(router.config.virtualInterface);
      if (present === undefined || this.#isLeftover(present, parent)) missing.push(router);
      else found.set(router, this.#isOurs(present, parent) ? carrier(present) : "nameTaken");
      if (present?.group === this.#group && !present.up) this.#bringUp([carrier(present)]);
    }
    if (missing.length > 0) this.#make(missing, parent, found);
    return found;
  }

  #isOurs(link: LinkInfo, parent: LinkInfo): boolean {
    return link.group === this.#group && link.parentIndex === parent.index;
  }

  /** Of a run of ours that did not live to delete it, or on an interface that has another name now. */
  #isLeftover(link: LinkInfo, parent: LinkInfo): boolean {
    const bearsOurMark = ((link.group & GROUP_MASK) >>> 0) === GROUP_BASE &&
      link.kind === "macvlan";
    return bearsOurMark && !this.#isOurs(link, parent);
  }

  #make(
    routers: readonly Router[],
    parent: LinkInfo,
    found: Map<Router, Carrier | FaultReason>,
  ): void {
    this.#settings.keep(parent, PARENT_SETTINGS);
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

  /** Deletes all links that this process made. */
  remove(): void {
    if (!this.#made) return;
    this.#report(this.#driver.apply([{ change: "deleteLinkGroup", group: this.#group }]));
  }
}

function randomBits24(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value & 0xff_ffff;
}

function carrier(link: LinkInfo): Carrier {
  return { ifindex: link.index, name: link.name };
}

function deletion(link: LinkInfo): Change {
  return { change: "deleteLink", ifindex: link.index, interfaceName: link.name };
}
