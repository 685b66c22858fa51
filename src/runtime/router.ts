import { assert } from "../base/assert.ts";
import { equalIp, formatIp, type IpAddress, type IpPrefix } from "../base/ip.ts";
import { equalMac, type MacAddress } from "../base/mac.ts";
import { MS_PER_S } from "../base/units.ts";
import type { VirtualRouterConfig } from "../config/types.ts";
import { authenticated } from "../vrrp/auth.ts";
import { type Counters, newCounters } from "../vrrp/counters.ts";
import { initialState, step } from "../vrrp/machine.ts";
import type { Guard } from "../vrrp/guard.ts";
import type { UnicastRules } from "../vrrp/receive.ts";
import { effectivePriority } from "../vrrp/timers.ts";
import type { Action, FaultReason, ForcedState, RouterEvent, RouterState } from "../vrrp/types.ts";
import { virtualMac } from "../wire/ethernet.ts";
import * as frame from "../wire/frame.ts";
import { MAX_ADDRESSES } from "../wire/vrrp2.ts";
import { type Authenticator, authenticator, type NumberSource } from "./auth/authenticator.ts";
import { passingNumbers } from "./auth/passing_numbers.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Outlet } from "./outlet.ts";

/** A refusal may be for the moment only, or for good: tried again after this long, then ever later. */
const FIRST_RETRY_MS = 10_000;
const LAST_RETRY_MS = 320_000;

/** Where a virtual router lives right now. */
export interface Placement {
  /** The sockets of the configured interface. */
  readonly link: Outlet;
  /** What advertisements to peers leave by; absent in multicast. */
  readonly unicast?: Outlet;
  /** Source of advertisements. */
  readonly source: IpAddress;
  /** The interface's own hardware address while we are not Master on it. */
  readonly ownMac: MacAddress;
  /** The interface's own addresses, as far as advertisements list them (`rfc3768 = false`). */
  readonly listedAddresses: readonly IpAddress[];
  /** Where the addresses go: the interface itself, or the macvlan. */
  readonly carrier: { readonly ifindex: number; readonly name: string };
}

/** One of those that a virtual router speaks to in unicast. */
export interface Recipient {
  readonly address: IpAddress;
  /** How log lines call it. */
  readonly name: string;
}

/** What everything that a virtual router tracks comes to. */
export interface TrackOutcome {
  /** Sum of the weights that apply now. */
  readonly adjustment: number;
  /** What keeps it in Fault, in words: "interface eth1", "script web". */
  readonly down?: string;
  /** What has no first result yet, without which it does not begin to run. */
  readonly awaits?: string;
}

/** Where a virtual router's times stand: at one index in both tables. */
export interface RouterEntries {
  readonly index: number;
  readonly deadlines: Deadlines;
  readonly retries: Deadlines;
}

/** One virtual router at run time: the protocol's state and the frames that follow from it. */
export class Router {
  readonly counters: Counters = newCounters();
  /** How log lines begin. */
  readonly label: string;
  readonly virtualMac: MacAddress;
  #config: VirtualRouterConfig;
  #entries: RouterEntries;
  #state: RouterState;
  #placement: Placement | undefined;
  #installed: readonly IpPrefix[] = [];
  #blockedBy: FaultReason | undefined;
  #retryDelayMs = FIRST_RETRY_MS;
  #tracked: TrackOutcome = { adjustment: 0 };
  #authenticator: Authenticator | undefined;
  readonly #numbers: NumberSource;
  readonly #advertFrames = new Map<number, readonly Uint8Array<ArrayBuffer>[]>();
  /** What is signed in the frames of each priority, where that is done for each sending. */
  readonly #sealable = new Map<number, readonly frame.SealableFrame[]>();
  #recipients: readonly Recipient[] = [];
  #arpFrames: readonly Uint8Array<ArrayBuffer>[] = [];

  constructor(
    config: VirtualRouterConfig,
    { nowMs, numbers = passingNumbers, ...entries }: RouterEntries & {
      readonly nowMs: number;
      /** Where it keeps what it has sent and accepted. */
      readonly numbers?: NumberSource | undefined;
    },
  ) {
    this.#config = config;
    this.#numbers = numbers;
    this.#authenticator = authenticator(config.protocol.auth, numbers.of(config));
    this.#entries = entries;
    const { vrid, family } = config.protocol;
    this.virtualMac = virtualMac({ vrid, family });
    this.label = `VR ${this.firstAddress} for group ${vrid} on interface ${config.interface}`;
    this.#state = initialState(config.protocol, nowMs);
  }

  get firstAddress(): string {
    const [first] = this.config.protocol.addresses;
    assert(first !== undefined, "a virtual router has at least one address");
    return formatIp(first);
  }

  get config(): VirtualRouterConfig {
    return this.#config;
  }

  /** Its place among the virtual routers of the process. */
  get index(): number {
    return this.#entries.index;
  }

  /** Goes on in its state under another configuration for the same place and addresses. */
  reconfigure(config: VirtualRouterConfig): void {
    this.#config = config;
    this.#authenticator = authenticator(config.protocol.auth, this.#numbers.of(config));
    // A new object: what was accepted under the old configuration may not be under this one.
    if (this.#placement !== undefined) this.place({ ...this.#placement });
  }

  /** From now on its times stand elsewhere. */
  moveTo(entries: RouterEntries): void {
    const { deadlineMs, retryMs } = this;
    this.#entries = entries;
    entries.deadlines.set(entries.index, deadlineMs);
    entries.retries.set(entries.index, retryMs);
  }

  get state(): RouterState {
    return this.#state;
  }

  /** What it advertises as Master; the configured one after its end. */
  get effectivePriority(): number {
    const { protocol } = this.#config;
    return this.#state.name === "Down"
      ? protocol.priority
      : effectivePriority(protocol, this.#state);
  }

  get forced(): ForcedState | undefined {
    return this.#state.name === "Down" ? undefined : this.#state.forced;
  }

  get tracked(): TrackOutcome {
    return this.#tracked;
  }

  /** Remembers the outcome; what follows from it is for applyChange() to do. */
  track(outcome: TrackOutcome): void {
    this.#tracked = outcome;
  }

  get deadlineMs(): number {
    return this.#entries.deadlines.get(this.#entries.index);
  }

  get placement(): Placement | undefined {
    return this.#placement;
  }

  /** What the kernel refused; it outweighs what the interface says, until {@linkcode unblock}. */
  get blockedBy(): FaultReason | undefined {
    return this.#blockedBy;
  }

  /** When to try again what the kernel refused; Infinity where nothing was. */
  get retryMs(): number {
    return this.#entries.retries.get(this.#entries.index);
  }

  /** Each time it happens again, the next try comes later. */
  block(reason: FaultReason, nowMs: number): void {
    this.#blockedBy = reason;
    this.#entries.retries.set(this.#entries.index, nowMs + this.#retryDelayMs);
    this.#retryDelayMs = Math.min(2 * this.#retryDelayMs, LAST_RETRY_MS);
  }

  unblock(): void {
    this.#blockedBy = undefined;
    this.#entries.retries.set(this.#entries.index, Infinity);
  }

  /** What we put on the carrier, and have to take off again. */
  get installed(): readonly IpPrefix[] {
    return this.#installed;
  }

  noteInstalled(prefixes: readonly IpPrefix[]): void {
    this.#installed = prefixes;
  }

  /** It turned out to be somebody else's. */
  forgetInstalled(address: IpAddress): void {
    this.#installed = this.#installed.filter((prefix) => !equalIp(prefix.address, address));
  }

  /** Whether the interface's own hardware address is replaced while this one is Master. */
  get replacesMac(): boolean {
    return this.config.virtualMac && this.config.interfaceType === "ether";
  }

  /**
   * Frames depend on where the router lives: a new place means new frames. Those that a take-over
   * needs are built now, when hundreds of virtual routers do not need theirs in one millisecond.
   */
  place(placement: Placement): void {
    this.#placement = placement;
    this.#advertFrames.clear();
    this.#sealable.clear();
    this.#authenticator?.sendFrom(placement.source);
    this.#recipients = recipients(this.config, placement);
    this.advertFrames(this.effectivePriority);
    const sourceMac = this.#senderMac(placement);
    this.#arpFrames = [...this.config.addresses, ...this.config.excludedAddresses]
      .filter(({ address }) => address.family === 4)
      .map(({ address }) => gratuitousArp(address, sourceMac));
  }

  /** Lets the protocol take one step, and gives what it wants done. */
  step(event: RouterEvent, nowMs: number): readonly Action[] {
    const next = step(this.config.protocol, this.#state, event, nowMs);
    this.#state = next.state;
    this.#entries.deadlines.set(this.#entries.index, next.deadlineMs);
    return next.actions;
  }

  /** Hardware address that stands in advertisements and announcements. */
  #senderMac(placement: Placement): MacAddress {
    return this.config.virtualMac ? this.virtualMac : placement.ownMac;
  }

  /** Whether a frame with this sender is one of our own that came back. */
  isOwnFrame(source: IpAddress, sourceMac: MacAddress): boolean {
    const placement = this.#placement;
    if (placement === undefined || !equalIp(source, placement.source)) return false;
    // In unicast the frame has the hardware address of whoever passed it on to us. What is signed
    // comes from the holder of that address, whoever has sent it.
    if (this.config.unicast !== undefined || this.guard !== undefined) return true;
    return equalMac(sourceMac, this.#senderMac(placement));
  }

  /** Judges advertisements whose authentication is new each time. */
  get guard(): Guard | undefined {
    return this.#authenticator?.guard;
  }

  /** {@linkcode advertFrames}, numbered and signed for this one time where that has to be. */
  framesToSend(priority: number): readonly Uint8Array<ArrayBuffer>[] {
    const frames = this.advertFrames(priority);
    this.#authenticator?.seal(this.#sealable.get(priority) ?? []);
    return frames;
  }

  /** Whom it listens to; `undefined` where that is the multicast group. */
  get listensTo(): UnicastRules | undefined {
    const { unicast, source } = this.config;
    return unicast && { ...unicast, own: this.#placement?.source ?? source };
  }

  /** The peers, except an address of our own: a list may be the same on all of them. */
  get recipients(): readonly Recipient[] {
    return this.#recipients;
  }

  /**
   * The advertisement with this priority, kept for as long as nothing in it changes: one frame to
   * the group, or in unicast one for each of {@linkcode recipients}, of which only the IP packet is
   * sent.
   */
  advertFrames(priority: number): readonly Uint8Array<ArrayBuffer>[] {
    const placement = this.#placement;
    if (placement === undefined) return [];
    const known = this.#advertFrames.get(priority);
    if (known !== undefined) return known;
    const built = this.config.unicast === undefined
      ? [this.#buildAdvert(priority, placement)]
      : this.#recipients.map(({ address }) => this.#buildAdvert(priority, placement, address));
    this.#advertFrames.set(priority, built);
    return built;
  }

  /** One gratuitous ARP for each IPv4 address, advertised or not. */
  get arpFrames(): readonly Uint8Array<ArrayBuffer>[] {
    return this.#arpFrames;
  }

  #buildAdvert(
    priority: number,
    placement: Placement,
    peer?: IpAddress,
  ): Uint8Array<ArrayBuffer> {
    const { vrid, addresses, auth, advertIntervalMs } = this.config.protocol;
    const message = {
      advert: authenticated(auth, {
        vrid,
        priority,
        advertIntervalS: advertIntervalMs / MS_PER_S,
        // One byte counts them; those of the interface are there for information only.
        addresses: [...addresses, ...placement.listedAddresses].slice(0, MAX_ADDRESSES),
      }),
      sourceMac: this.#senderMac(placement),
      source: placement.source,
      ...(peer === undefined ? {} : { destination: peer }),
      // Never fragmented, so the id means nothing (RFC 6864 section 4.1); rVRRPd sends 0 as well.
      ipId: 0,
      // It is there for rVRRPd, which knows no authentication that has to be done each time.
      pad: this.config.padFrames && peer === undefined && this.#authenticator === undefined,
      room: this.#authenticator?.room,
    };
    const bytes = new Uint8Array(frame.advertSize(message));
    const view = new DataView(bytes.buffer);
    frame.emitAdvert(message, view);
    if (message.room !== undefined) {
      const others = this.#sealable.get(priority) ?? [];
      this.#sealable.set(priority, [...others, frame.sealableFrame(view, message)]);
    }
    return bytes;
  }
}

function recipients({ unicast }: VirtualRouterConfig, { link, source }: Placement): Recipient[] {
  const peers = unicast?.peers ?? [];
  return peers.filter((address) => !equalIp(address, source))
    .map((address) => ({ address, name: `${formatIp(address)} on ${link.name}` }));
}

/** The frame that tells everybody on the link that `address` is at `sourceMac`. */
export function gratuitousArp(
  address: IpAddress,
  sourceMac: MacAddress,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(frame.gratuitousArpSize());
  frame.emitGratuitousArp({ sourceMac, address }, new DataView(bytes.buffer));
  return bytes;
}
