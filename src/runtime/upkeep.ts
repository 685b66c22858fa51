import { equalIp, type IpAddress } from "../base/ip.ts";
import { equalMac, type MacAddress } from "../base/mac.ts";
import type { MachineReport } from "../vrrp/types.ts";
import { Backoff } from "./backoff.ts";
import type { Batch } from "./batch.ts";
import type { InterfaceTable } from "./interfaces.ts";
import type { Router } from "./router.ts";

/**
 * Puts back what others take from running virtual routers: a Master's addresses, and the virtual
 * MAC. Nearly at once the first time, then ever later while somebody goes on.
 *
 * To be asked only while no change of ours is waiting to be made: what is yet to come would look
 * like something that was taken away.
 */
export class Upkeep {
  readonly #table: InterfaceTable;
  readonly #addresses = new Map<Router, Backoff>();
  readonly #macs = new Map<Router, Backoff>();
  /** Those whose time has not come yet; nearly always none. */
  readonly #waiting = new Set<Router>();

  constructor(table: InterfaceTable) {
    this.#table = table;
  }

  /** When to review the first of {@linkcode due} at the latest; Infinity where nothing waits. */
  get dueMs(): number {
    let dueMs = Infinity;
    for (const router of this.#waiting) dueMs = Math.min(dueMs, this.#due(router));
    return dueMs;
  }

  /** The routers to review now. */
  due(nowMs: number): readonly Router[] {
    return [...this.#waiting].filter((router) => this.#due(router) <= nowMs);
  }

  #due(router: Router): number {
    const dueMs = (backoffs: Map<Router, Backoff>) => backoffs.get(router)?.dueMs ?? Infinity;
    return Math.min(dueMs(this.#addresses), dueMs(this.#macs));
  }

  /** The router needs nothing now, or has just begun to. */
  rest(router: Router): void {
    this.#addresses.get(router)?.settle();
    this.#macs.get(router)?.settle();
    this.#waiting.delete(router);
  }

  /** Compares the machine with what the router needs. */
  review(router: Router, batch: Batch, nowMs: number): void {
    this.#reviewMac(router, batch, nowMs);
    this.#reviewAddresses(router, batch, nowMs);
    if (this.#due(router) === Infinity) this.#waiting.delete(router);
    else this.#waiting.add(router);
  }

  #reviewMac(router: Router, batch: Batch, nowMs: number): void {
    const mac = this.#foreignMac(router);
    if (mac === undefined) return this.#macs.get(router)?.settle();
    const waitedMs = backoffOf(this.#macs, router).take(nowMs);
    if (waitedMs === undefined) return;
    report(router, batch, { what: "macReplaced", mac, waitedMs });
    batch.changeKernel(router, "restoreMac");
    this.#announce(router, batch);
  }

  /** The hardware address that stands where the virtual one should. */
  #foreignMac(router: Router): MacAddress | undefined {
    if (!holdsVirtualMac(router) || router.placement === undefined) return undefined;
    const mac = this.#table.get(router.placement.carrier.ifindex)?.mac;
    return mac === undefined || equalMac(mac, router.virtualMac) ? undefined : mac;
  }

  #reviewAddresses(router: Router, batch: Batch, nowMs: number): void {
    const addresses = this.#missingAddresses(router);
    if (addresses.length === 0) return this.#addresses.get(router)?.settle();
    const waitedMs = backoffOf(this.#addresses, router).take(nowMs);
    if (waitedMs === undefined) return;
    report(router, batch, { what: "addressesRemoved", addresses, waitedMs });
    batch.changeKernel(router, "restoreAddresses");
    this.#announce(router, batch);
  }

  /** An owner's addresses are not ours to set. */
  #missingAddresses({ state, config, installed, placement }: Router): IpAddress[] {
    if (state.name !== "Master" || state.facts.owner || placement === undefined) return [];
    const { carrier, link } = placement;
    const others = [...config.addresses, ...config.excludedAddresses]
      .map(({ address }) => address)
      .filter((address) => !installed.some((ours) => equalIp(ours.address, address)));
    return [
      ...installed
        .filter((prefix) => !this.#table.hasAddress(carrier.ifindex, prefix))
        .map(({ address }) => address),
      ...others.filter((address) =>
        !this.#isOn(link.ifindex, address) && !this.#isOn(carrier.ifindex, address) &&
        (address.family === config.protocol.family || this.#hasIpv6(carrier.ifindex))
      ),
    ];
  }

  /** An IPv4 virtual router does without its IPv6 addresses where it is switched off. */
  #hasIpv6(ifindex: number): boolean {
    return this.#table.get(ifindex)?.ipv6Settings?.disableIpv6 === 0;
  }

  #isOn(ifindex: number, address: IpAddress): boolean {
    return this.#table.addressesOf(ifindex).some(({ prefix }) => equalIp(prefix.address, address));
  }

  /** Neighbours may have asked in vain meanwhile, or learned another MAC. */
  #announce(router: Router, batch: Batch): void {
    if (router.state.name === "Master") batch.add(router, [{ do: "announce", repeat: 1 }]);
  }
}

function holdsVirtualMac({ state, config, replacesMac }: Router): boolean {
  if (state.name === "Master") return replacesMac || config.interfaceType === "macvlan";
  return state.name === "Backup" && config.interfaceType === "macvlan";
}

function backoffOf(backoffs: Map<Router, Backoff>, router: Router): Backoff {
  const known = backoffs.get(router) ?? new Backoff();
  backoffs.set(router, known);
  return known;
}

function report(router: Router, batch: Batch, machineReport: MachineReport): void {
  batch.add(router, [{ do: "report", report: machineReport }]);
}
