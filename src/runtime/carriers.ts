import type { Driver } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { FaultReason } from "../vrrp/types.ts";
import { type LinkInfo, settingsOf } from "../wire/rtnetlink.ts";
import type { Batch } from "./batch.ts";
import type { InterfaceTable } from "./interfaces.ts";
import { LinkSettings } from "./link_settings.ts";
import { IPV6_PARENT_SETTINGS } from "./macvlan_settings.ts";
import { type Carrier, Macvlans } from "./macvlans.ts";
import type { Verdict } from "./placement.ts";
import type { Placement, Router } from "./router.ts";
import { isRunning } from "./running.ts";
import { carries } from "./spot.ts";
import type { OtherDaemons } from "./undo/other_daemons.ts";

/** The interfaces that have the virtual addresses, with the settings that these need. */
export class Carriers implements Disposable {
  readonly #table: InterfaceTable;
  readonly #settings: LinkSettings;
  readonly #macvlans: Macvlans;

  constructor(
    parts: {
      readonly driver: Driver;
      readonly table: InterfaceTable;
      readonly log: Log;
      readonly others: OtherDaemons;
    },
  ) {
    this.#table = parts.table;
    this.#settings = new LinkSettings(parts);
    this.#macvlans = new Macvlans({ ...parts, settings: this.#settings });
  }

  /** What carries each of these that may run, or why nothing does. */
  ensure(verdicts: ReadonlyMap<Router, Verdict>, batch: Batch): Map<Router, Carrier | FaultReason> {
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
    const ready = [...carriers.keys(), ...onMacvlan];
    if (ready.some(({ config }) => carries(config, 6))) {
      this.#settings.keep(parent, IPV6_PARENT_SETTINGS);
    }
    if (onMacvlan.length === 0) return carriers;
    for (const router of onMacvlan) this.#noticeLowered(router, batch);
    return new Map([...carriers, ...this.#macvlans.ensure(onMacvlan, parent)]);
  }

  #noticeLowered(router: Router, batch: Batch): void {
    const ifindex = router.placement?.carrier.ifindex;
    const link = ifindex === undefined ? undefined : this.#table.get(ifindex);
    if (!isRunning(router) || link === undefined || link.adminUp) return;
    batch.add(router, [{ do: "report", report: { what: "carrierLowered" } }]);
  }

  /** Switching a machine's forwarding on or off reaches our links too, where it must not. */
  mendForwarding(router: Router, { link, carrier }: Placement, batch: Batch): void {
    const { config, state } = router;
    if (config.interfaceType !== "macvlan") return;
    const [parent, present] = [link, carrier].map(({ ifindex }) => {
      const info = this.#table.get(ifindex);
      return info === undefined ? {} : settingsOf(info);
    });
    const isMaster = state.name === "Master";
    // What the link does not know cannot be set right.
    const hasIpv6 = carries(config, 6) && present?.disableIpv6 !== undefined;
    const wanted = {
      ...(carries(config, 4) ? { forwarding: isMaster ? parent?.forwarding : 0 } : {}),
      ...(hasIpv6 ? { disableIpv6: isMaster ? 0 : 1 } : {}),
      ...(hasIpv6 && isMaster ? { ipv6Forwarding: parent?.ipv6Forwarding } : {}),
    };
    const names = Object.keys(wanted) as (keyof typeof wanted)[];
    if (names.every((name) => present?.[name] === wanted[name])) return;
    batch.changeKernel(router, isMaster ? "assumeMac" : "releaseMac");
  }

  /** Puts settings of an interface back, which is the parent of no macvlan of ours any more. */
  release(ifindex: number): void {
    this.#settings.release(ifindex);
  }

  /** See {@linkcode Macvlans.removeNext}. */
  removeNext(needed: ReadonlySet<number>): boolean {
    return this.#macvlans.removeNext(needed);
  }

  /** See {@linkcode Macvlans.removeNextElsewhere}. */
  removeNextElsewhere(needed: ReadonlySet<number>): Promise<boolean> {
    return this.#macvlans.removeNextElsewhere(needed);
  }

  /** Deletes our links and puts settings of others back. */
  [Symbol.dispose](): void {
    this.#macvlans.remove();
    this.#settings.restore();
  }
}
