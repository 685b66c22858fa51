import { assert } from "../../base/assert.ts";
import { equalIp, type IpAddress } from "../../base/ip.ts";
import type { VirtualRouterConfig } from "../../config/types.ts";
import { emitRouterAdvert, routerAdvertSize } from "../../wire/router_discovery.ts";
import type { Outlet } from "../outlet.ts";
import type { Placement, Router } from "../router.ts";
import type { Sender } from "../sender.ts";
import { Listening, type ListeningOptions } from "./listening.ts";
import { afterAdvert, afterSolicitation, begin, type Schedule } from "./schedule.ts";

/** Three times the longest interval (RFC 4861 section 6.2.1, AdvDefaultLifetime). */
const LIFETIME_S = 1800;
/** Then deadlines get their turn again. */
const ADVERTS_PER_TURN = 64;

export interface RouterAdvertsOptions extends Omit<ListeningOptions, "answer"> {
  readonly sender: Pick<Sender, "send" | "flush">;
  /** Gives numbers from 0 to below 1. */
  readonly random?: () => number;
}

interface Advertised {
  readonly router: Router;
  schedule: Schedule;
  /** The next one takes back what the others said. */
  ends: boolean;
}

/**
 * Sends router advertisements for the virtual routers that are Master and have `router_advert`, from
 * the virtual link-local address and with the virtual MAC, as RFC 9568 section 6.4.3 asks. All of
 * them say the same, whoever is Master (section 8.2.3): nothing in them comes from the machine.
 *
 * A router that ceases to advertise takes its advertisements back with a lifetime of 0 (RFC 4861
 * section 6.2.5), but a virtual router does not cease when a machine stops being its Master: another
 * one sends from the same address within the second. A lifetime of 0 from us would make the hosts
 * forget their default router just when it moves, for as long as they miss the first advertisement
 * of the new Master, and this holds at an orderly stop too: nobody can see whether there is a Backup,
 * because Backups are silent. Where there is none, hosts find out that nobody answers there any
 * more (RFC 4861 section 7.3), as with every router that dies. So they are taken back where it is
 * not the Master that moves: a new configuration in which this Master, or whatever takes its place
 * here, does not advertise that address; and an interface that forwards no more, whose neighbour
 * advertisements say the same.
 */
export class RouterAdverts implements Disposable {
  readonly #options: RouterAdvertsOptions;
  readonly #random: () => number;
  /** By {@linkcode advertKey}: a reload may replace the router, and to the hosts it is the same. */
  readonly #advertised = new Map<string, Advertised>();
  /** However often a virtual router changes hands, hosts are not flooded. */
  readonly #lastMs = new Map<string, number>();
  /** Those that were told to be silent for want of forwarding. */
  readonly #unforwarded = new WeakSet<Router>();
  readonly #listening: Listening;
  /** Since when others may be listened on: to open sockets takes time that a take-over has not. */
  #reviewedMs = Infinity;

  constructor(options: RouterAdvertsOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    const answer = (ifindex: number, nowMs: number) => this.#answer(ifindex, nowMs);
    this.#listening = new Listening({ ...options, answer });
  }

  /** The state or the configuration of these virtual routers has changed. Only takes note. */
  review(routers: readonly Router[], nowMs: number): void {
    for (const router of routers) this.#review(router, nowMs);
    if (this.#advertised.size > 0 || !this.#listening.empty) this.#reviewedMs = nowMs;
  }

  #review(router: Router, nowMs: number): void {
    // Almost nobody has any, and hundreds may take over at once.
    if (this.#advertised.size === 0 && router.config.routerAdvert !== true) return;
    const key = advertKey(router);
    const held = this.#advertised.get(key);
    const known = held?.router === router ? held : undefined;
    if (router.state.name !== "Master") {
      if (known !== undefined) this.#advertised.delete(key);
      return;
    }
    this.#tellForwarding(router);
    const ends = !advertises(router);
    const isSo = known === undefined ? ends : known.ends === ends;
    if (!isSo) {
      const schedule = begin(nowMs, this.#lastMs.get(key) ?? -Infinity);
      this.#advertised.set(key, { router, schedule, ends });
    }
  }

  /** Who has asked for it would look in vain for what keeps it silent. */
  #tellForwarding(router: Router): void {
    const { config: { routerAdvert }, label, placement } = router;
    if (routerAdvert !== true || placement === undefined) return;
    if (placement.isIpv6Router) {
      this.#unforwarded.delete(router);
      return;
    }
    if (this.#unforwarded.has(router)) return;
    this.#unforwarded.add(router);
    const { name } = placement.link;
    this.#options.log.warning(
      `${label} - Not advertised as a default router: ${name} does not forward IPv6. Set ` +
        `net.ipv6.conf.all.forwarding and net.ipv6.conf.${name}.forwarding to 1`,
    );
  }

  /**
   * These are about to withdraw for the configuration `wanted`. What no virtual router there goes
   * on to advertise is taken back now, without the usual distance from the last one: after the
   * goodbye the address and the MAC are another machine's to send from.
   */
  withdraw(
    leaving: readonly Router[],
    { wanted, nowMs }: {
      readonly wanted: readonly Pick<
        VirtualRouterConfig,
        "interface" | "protocol" | "routerAdvert"
      >[];
      readonly nowMs: number;
    },
  ): void {
    let sent = 0;
    for (const router of leaving) {
      const key = advertKey(router);
      if (this.#advertised.get(key)?.router !== router) continue;
      if (wanted.some((config) => advertisesTheSame(config, router.config))) continue;
      this.#advertised.delete(key);
      this.#send(router, { ends: true, nowMs });
      sent++;
    }
    if (sent > 0) this.#options.sender.flush(nowMs);
  }

  /** When {@linkcode turn} is due, on the clock of every deadline; need not be on time. */
  get dueMs(): number {
    let earliestMs = this.#reviewedMs;
    for (const { schedule } of this.#advertised.values()) {
      earliestMs = Math.min(earliestMs, schedule.dueMs);
    }
    return earliestMs;
  }

  /** Sends what is due. Call when addresses and MAC are where they belong (section 8.2.2). */
  turn(nowMs: number): void {
    const due = this.#advertised.entries().filter(([, { schedule }]) => schedule.dueMs <= nowMs);
    const sentOn = new Set<number>();
    let sent = 0;
    this.#reviewedMs = Infinity;
    for (const [key, one] of due.take(ADVERTS_PER_TURN)) {
      const link = this.#send(one.router, { ends: one.ends, nowMs });
      if (link !== undefined) sentOn.add(link.ifindex);
      if (one.ends) this.#advertised.delete(key);
      else one.schedule = afterAdvert(one.schedule, nowMs, this.#random());
      sent++;
    }
    if (sent > 0) this.#options.sender.flush(nowMs);
    this.#options.log.debug(2, "packet", () => `Sent ${sent} router advertisements`);
    this.#listening.follow(this.#links(), sentOn);
  }

  /** Gives where it goes out. */
  #send(
    router: Router,
    { ends, nowMs }: { readonly ends: boolean; readonly nowMs: number },
  ): Outlet | undefined {
    this.#lastMs.set(advertKey(router), nowMs);
    const { placement } = router;
    if (placement === undefined) return undefined;
    this.#options.sender.send(placement.link, routerAdvert(router, placement, ends), nowMs);
    return placement.link;
  }

  /** Those that anything is advertised on. */
  #links(): Outlet[] {
    return this.#advertised.values().flatMap(({ router: { placement } }) => {
      return placement === undefined ? [] : [placement.link];
    }).toArray();
  }

  #answer(ifindex: number, nowMs: number): void {
    for (const one of this.#advertised.values()) {
      if (one.router.placement?.link.ifindex !== ifindex) continue;
      one.schedule = afterSolicitation(one.schedule, nowMs, this.#random());
    }
  }

  [Symbol.dispose](): void {
    this.#advertised.clear();
    this.#listening.follow([]);
  }
}

/** Router advertisements are of IPv6 alone, so that the family says nothing. */
function advertKey({ config }: Router): string {
  return `${config.protocol.vrid} ${config.interface}`;
}

function advertises({ config, placement }: Router): boolean {
  return config.routerAdvert === true && placement?.isIpv6Router === true;
}

/** Whether `config` has hosts of the same link take the same address for a default router. */
function advertisesTheSame(
  config: Pick<VirtualRouterConfig, "interface" | "protocol" | "routerAdvert">,
  before: VirtualRouterConfig,
): boolean {
  return config.routerAdvert === true && config.interface === before.interface &&
    equalIp(advertisedAddress(config), advertisedAddress(before));
}

function advertisedAddress({ protocol }: Pick<VirtualRouterConfig, "protocol">): IpAddress {
  const [address] = protocol.addresses;
  assert(address !== undefined, "a virtual router has at least one address");
  return address;
}

function routerAdvert(
  { config, virtualMac }: Router,
  { ownMac }: Placement,
  ends: boolean,
): Uint8Array<ArrayBuffer> {
  const address = advertisedAddress(config);
  const bytes = new Uint8Array(routerAdvertSize());
  const mac = config.virtualMac ? virtualMac : ownMac;
  const lifetimeS = ends ? 0 : LIFETIME_S;
  emitRouterAdvert({ address, mac, lifetimeS }, new DataView(bytes.buffer));
  return bytes;
}
