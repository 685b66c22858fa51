import { SyscallError } from "../../ffi/errno.ts";
import { formatIp, type IpAddress } from "../base/ip.ts";
import { equalMac } from "../base/mac.ts";
import type { Log } from "../log.ts";
import { type Counters, countReject } from "../vrrp/counters.ts";
import { acceptAdvert, acceptPacket } from "../vrrp/receive.ts";
import { LEAVING_PRIORITY } from "../vrrp/types.ts";
import * as arp from "../wire/arp.ts";
import * as ethernet from "../wire/ethernet.ts";
import * as frame from "../wire/frame.ts";
import type { Reject } from "../wire/reject.ts";
import { peek } from "../wire/vrrp.ts";
import type { Batch } from "./batch.ts";
import type { Link } from "./link.ts";
import { heldBack, type LogLimit } from "./log_limit.ts";
import type { Router } from "./router.ts";

/** So many frames of one socket before the timers get their turn again. */
const FRAMES_PER_TURN = 4096;

/** The virtual routers on one interface, and what its sockets bring them. */
export class Segment {
  readonly link: Link;
  /** Which of the links that had this index one after the other; see InterfaceTable.removals(). */
  readonly generation: number;
  /** Frames that could not be given to any virtual router. */
  readonly rejected: Counters["rejected"] = {};
  readonly #byVrid = new Map<number, Router>();
  readonly #byAddress = new Map<string, Router>();
  readonly #log: Log;
  readonly #limit: LogLimit;
  readonly #clock: () => number;
  /** When the queue of advertisements was last seen empty. */
  #emptyAtMs: number;

  constructor(
    parts: {
      link: Link;
      generation: number;
      routers: readonly Router[];
      log: Log;
      limit: LogLimit;
      clock: () => number;
    },
  ) {
    this.link = parts.link;
    this.generation = parts.generation;
    this.#log = parts.log;
    this.#limit = parts.limit;
    this.#clock = parts.clock;
    this.#emptyAtMs = parts.clock();
    for (const router of parts.routers) {
      this.#byVrid.set(router.config.protocol.vrid, router);
      for (const address of router.config.protocol.addresses) {
        this.#byAddress.set(formatIp(address), router);
      }
    }
  }

  /** Hands every waiting advertisement to its virtual router. */
  receiveAdverts(batch: Batch): void {
    this.#receive(() => {
      const view = this.link.receiveAdvert();
      if (view === undefined) return false;
      this.#advert(view, batch, this.#arrivalMs());
      return true;
    });
    this.#emptyAtMs = this.#clock();
  }

  /**
   * When the advertisement arrived, by the kernel's stamp: while a burst is worked off, the last
   * of it would count from milliseconds too late. Not before the queue was last seen empty, and
   * not in the future, whatever happens to the wall clock that the stamp is taken from.
   */
  #arrivalMs(): number {
    const nowMs = this.#clock();
    const stampedMs = nowMs - this.link.lastAdvertAgeMs();
    return Math.min(nowMs, Math.max(stampedMs, this.#emptyAtMs));
  }

  /** Looks through waiting gratuitous ARPs for others that claim an address of ours. */
  receiveArps(batch: Batch): void {
    this.#receive(() => {
      const view = this.link.receiveArp();
      if (view !== undefined) this.#arp(view, batch, this.#clock());
      return view !== undefined;
    });
  }

  #receive(takeNext: () => boolean): void {
    try {
      for (let count = 0; count < FRAMES_PER_TURN && takeNext(); count++);
    } catch (error) {
      // The interface went down or away; the kernel's notification about that says so as well.
      if (!(error instanceof SyscallError)) throw error;
      this.#log.debug(1, "link", () => error.message);
    }
  }

  #advert(view: DataView, batch: Batch, nowMs: number): void {
    const parsed = frame.parse(view);
    if (!parsed.ok) return this.#rejectStray(parsed.error, nowMs);
    const packet = parsed.value;
    const head = peek(packet.message);
    if (!head.ok) return this.#rejectStray(head.error, nowMs);
    const router = this.#byVrid.get(head.value.vrid);
    if (router?.isOwnFrame(packet.source, packet.sourceMac)) {
      return countReject(router.counters.rejected, "ownPacket");
    }
    const ours = acceptPacket(packet);
    if (router === undefined) {
      // Other people's groups are no fault of anybody's: counted, never logged.
      return countReject(this.rejected, ours.ok ? "unknownGroup" : ours.error.reason);
    }
    const accepted = ours.ok ? acceptAdvert(router.config.protocol, packet) : ours;
    if (!accepted.ok) return this.#reject(router, accepted.error, packet.source, nowMs);
    const { advert, otherAddresses } = accepted.value;
    this.#limit.rearm(router.label);
    router.counters.received++;
    if (advert.priority === LEAVING_PRIORITY) router.counters.receivedLeaving++;
    if (otherAddresses) this.#noteOtherAddresses(router, packet.source, nowMs);
    this.#log.debug(3, "packet", () => {
      return `${router.label} - heard priority ${advert.priority} from ${formatIp(packet.source)}`;
    });
    batch.add(router, router.step({ kind: "advert", advert }, nowMs));
  }

  #rejectStray(reject: Reject, nowMs: number): void {
    countReject(this.rejected, reject.reason);
    const held = this.#limit.ask(this.link.name, reject.reason, nowMs);
    if (held === undefined) return;
    this.#log.warning(
      `Dropped a frame on ${this.link.name}: ${reject.detail}${heldBack(held)}`,
    );
  }

  #reject(router: Router, reject: Reject, from: IpAddress, nowMs: number): void {
    countReject(router.counters.rejected, reject.reason);
    const held = this.#limit.ask(router.label, reject.reason, nowMs);
    if (held === undefined) return;
    const dropped = `Dropped an advertisement from ${formatIp(from)}`;
    this.#log.warning(`${router.label} - ${dropped}: ${reject.detail}${heldBack(held)}`);
  }

  #noteOtherAddresses(router: Router, from: IpAddress, nowMs: number): void {
    router.counters.otherAddresses++;
    const held = this.#limit.ask(router.label, "otherAddresses", nowMs);
    if (held === undefined) return;
    const lists = `${formatIp(from)} lists other virtual addresses than we do`;
    this.#log.warning(`${router.label} - ${lists}${heldBack(held)}`);
  }

  #arp(view: DataView, batch: Batch, nowMs: number): void {
    const outer = ethernet.parse(view);
    const packet = outer.ok ? arp.parse(outer.value.payload) : outer;
    if (!packet.ok) return countReject(this.rejected, packet.error.reason);
    const { senderAddress: address, senderMac: mac } = packet.value;
    if (!arp.isGratuitous(packet.value)) return;
    const router = this.#byAddress.get(formatIp(address));
    if (router === undefined || equalMac(mac, router.virtualMac)) return;
    if (router.placement !== undefined && equalMac(mac, router.placement.ownMac)) return;
    batch.add(router, router.step({ kind: "claimed", address, mac }, nowMs));
  }
}
