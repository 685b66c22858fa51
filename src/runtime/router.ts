import { assert } from "../base/assert.ts";
import { equalIp, formatIp, type IpAddress, type IpPrefix } from "../base/ip.ts";
import { equalMac, type MacAddress } from "../base/mac.ts";
import type { VirtualRouterConfig } from "../config/types.ts";
import { type Counters, newCounters } from "../vrrp/counters.ts";
import { initialState, step } from "../vrrp/machine.ts";
import type { Guard } from "../vrrp/guard.ts";
import type { UnicastRules } from "../vrrp/receive.ts";
import { effectivePriority } from "../vrrp/timers.ts";
import type { Action, FaultReason, ForcedState, RouterEvent, RouterState } from "../vrrp/types.ts";
import { virtualMac } from "../wire/ethernet.ts";
import type { ChecksumForm } from "../wire/vrrp3.ts";
import { announcementFrame } from "./announcement.ts";
import { AdvertFrames } from "./advert_frames.ts";
import { type Authenticator, authenticator, type NumberSource } from "./auth/authenticator.ts";
import { passingNumbers } from "./auth/passing_numbers.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Outlet } from "./outlet.ts";

/** A refusal may be for the moment only, or for good: tried again after this long, then ever later. */
const FIRST_RETRY_MS = 10_000;
const LAST_RETRY_MS = 320_000;
/** What went well for so long after a try makes the next refusal the first again. */
const FORGET_REFUSALS_MS = 60_000;
/** These end with another process: to look costs no more than to read some files. */
const ENDS_ELSEWHERE: readonly FaultReason[] = ["runsElsewhere", "macTaken"];

/** What keepalived and FRR take, as long as nobody was heard to do otherwise. */
const USUAL_CHECKSUM: ChecksumForm = "rfc5798";

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
  /** Whether the interface forwards IPv6, and so is a router in the eyes of its neighbours. */
  readonly isIpv6Router: boolean;
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
  #lastRetryMs = -Infinity;
  #refusedLast = false;
  #tracked: TrackOutcome = { adjustment: 0 };
  #authenticator: Authenticator | undefined;
  /** That of the last advertisement that was accepted. */
  #heardChecksum = USUAL_CHECKSUM;
  readonly #numbers: NumberSource;
  /** Absent without a place to send from. */
  #adverts: AdvertFrames | undefined;
  #recipients: readonly Recipient[] = [];
  #announcementFrames: readonly Uint8Array<ArrayBuffer>[] = [];

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
    if (nowMs > this.#lastRetryMs + FORGET_REFUSALS_MS) this.#retryDelayMs = FIRST_RETRY_MS;
    this.#blockedBy = reason;
    this.#refusedLast ||= this.state.name === "Master";
    this.#lastRetryMs = nowMs + this.#retryDelayMs;
    this.#entries.retries.set(this.#entries.index, this.#lastRetryMs);
    const lastMs = ENDS_ELSEWHERE.includes(reason) ? FIRST_RETRY_MS : LAST_RETRY_MS;
    this.#retryDelayMs = Math.min(2 * this.#retryDelayMs, lastMs);
  }

  unblock(): void {
    this.#blockedBy = undefined;
    this.#entries.retries.set(this.#entries.index, Infinity);
  }

  /** Whether the kernel refused a Master what it needs, and since then none has got it. */
  get refusedLast(): boolean {
    return this.#refusedLast;
  }

  /** What a Master needs has been done. */
  noteTakenOver(): void {
    if (this.#blockedBy === undefined && this.state.name === "Master") this.#refusedLast = false;
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
    this.#authenticator?.sendFrom(placement.source);
    this.#recipients = recipients(this.config, placement);
    this.#renewAdverts(placement);
    const { isIpv6Router } = placement;
    const sender = { sourceMac: this.#senderMac(placement), isIpv6Router };
    this.#announcementFrames = [...this.config.addresses, ...this.config.excludedAddresses]
      .map(({ address }) => announcementFrame(address, sender));
  }

  /** Lets the protocol take one step, and gives what it wants done. */
  step(event: RouterEvent, nowMs: number): readonly Action[] {
    if (event.kind === "advert") this.#noteChecksum(event.advert.checksumForm);
    const next = step(this.config.protocol, this.#state, event, nowMs);
    this.#state = next.state;
    this.#entries.deadlines.set(this.#entries.index, next.deadlineMs);
    return next.actions;
  }

  /** What others send, they can be trusted to take: hardware routers and keepalived differ in it. */
  #noteChecksum(form: ChecksumForm | undefined): void {
    if (form === undefined || form === this.#heardChecksum) return;
    this.#heardChecksum = form;
    const placement = this.#placement;
    const isFixed = this.#config.protocol.checksum !== "auto";
    if (placement !== undefined && !isFixed) this.#renewAdverts(placement);
  }

  get #checksumForm(): ChecksumForm {
    const { checksum } = this.#config.protocol;
    return checksum === "auto" ? this.#heardChecksum : checksum;
  }

  #renewAdverts(placement: Placement): void {
    const { protocol, unicast, padFrames } = this.#config;
    const { source, listedAddresses } = placement;
    this.#adverts = new AdvertFrames({
      protocol,
      checksumForm: this.#checksumForm,
      sourceMac: this.#senderMac(placement),
      source,
      listedAddresses,
      destinations: unicast && this.#recipients.map(({ address }) => address),
      // It is there for rVRRPd, which knows no authentication that has to be done each time.
      pad: padFrames && unicast === undefined && this.#authenticator === undefined,
      room: this.#authenticator?.room,
    });
    this.#adverts.of(this.effectivePriority);
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
    const adverts = this.#adverts?.of(priority);
    if (adverts === undefined) return [];
    this.#authenticator?.seal(adverts.sealable);
    return adverts.frames;
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
    return this.#adverts?.of(priority).frames ?? [];
  }

  /**
   * One for each address, advertised or not: a gratuitous ARP or an unsolicited neighbour
   * advertisement, by the family of the address.
   */
  get announcementFrames(): readonly Uint8Array<ArrayBuffer>[] {
    return this.#announcementFrames;
  }
}

function recipients({ unicast }: VirtualRouterConfig, { link, source }: Placement): Recipient[] {
  const peers = unicast?.peers ?? [];
  return peers.filter((address) => !equalIp(address, source))
    .map((address) => ({ address, name: `${formatIp(address)} on ${link.name}` }));
}
