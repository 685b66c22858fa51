import { realtimeMs } from "../../ffi/clock.ts";
import { SyscallError } from "../../ffi/errno.ts";
import type { ReceiveSlots } from "../../ffi/frame_slots.ts";
import { formatIp, type IpAddress } from "../base/ip.ts";
import { equalMac } from "../base/mac.ts";
import type { Log } from "../log.ts";
import { type Counters, countHeard, countReject } from "../vrrp/counters.ts";
import { acceptAdvert, acceptPacket } from "../vrrp/receive.ts";
import { LEAVING_PRIORITY, type RouterEvent } from "../vrrp/types.ts";
import * as frame from "../wire/frame.ts";
import type { Reject } from "../wire/reject.ts";
import { type FrameSpan, saysTheSame, vridOf } from "../wire/repeat.ts";
import { peek } from "../wire/vrrp.ts";
import { Attention, type Reading, type Watcher } from "./attention.ts";
import { instantAt } from "./auth/clocks.ts";
import type { Batch } from "./batch.ts";
import { parseClaim } from "./claim.ts";
import type { Link } from "./link.ts";
import { heldBack, type LogLimit } from "./log_limit.ts";
import type { ReadingTime } from "./reading_time.ts";
import type { Placement, Router } from "./router.ts";

/** So many frames of one socket before the timers get their turn again, however short it took. */
const FRAMES_PER_TURN = 4096;

type AdvertEvent = Extract<RouterEvent, { kind: "advert" }>;

/** What an advertisement means, each time that it comes. */
type Meaning = Pick<Heard, "router" | "event" | "otherAddresses">;

/** An accepted advertisement, to recognise it when it comes again. */
interface Heard {
  readonly router: Router;
  readonly event: AdvertEvent;
  /** It lists other addresses than we do, which is counted each time. */
  readonly otherAddresses: boolean;
  readonly bytes: Uint8Array;
  /** Where the router lived: what is one of our own frames depends on it. */
  readonly placement: Placement | undefined;
}

export interface SegmentParts {
  readonly link: Link;
  readonly generation: number;
  readonly routers: readonly Router[];
  /** Where the link's frames are received. */
  readonly slots: ReceiveSlots;
  readonly readingTime: ReadingTime;
  readonly watcher: Watcher;
  readonly log: Log;
  readonly limit: LogLimit;
  readonly clock: () => number;
}

/** The virtual routers of one family on one interface, and what its sockets bring them. */
export class Segment implements Disposable {
  readonly link: Link;
  /** Which of the links that had this index one after the other; see InterfaceTable.removals(). */
  readonly generation: number;
  /** Frames that could not be given to any virtual router. */
  readonly rejected: Counters["rejected"] = {};
  readonly #byVrid = new Map<number, Router>();
  readonly #byAddress = new Map<string, Router>();
  readonly #slots: ReceiveSlots;
  readonly #readingTime: ReadingTime;
  readonly #watcher: Watcher;
  readonly #log: Log;
  readonly #limit: LogLimit;
  readonly #clock: () => number;
  readonly #attention: Attention;
  readonly #heard = new Map<number, Heard>();
  /** When the queue of advertisements was last seen empty. */
  #emptyAtMs: number;

  constructor(parts: SegmentParts) {
    this.link = parts.link;
    this.generation = parts.generation;
    this.#slots = parts.slots;
    this.#readingTime = parts.readingTime;
    this.#watcher = parts.watcher;
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
    this.#watcher.watch(this.link.claimsFd, (batch) => this.#receiveClaims(batch));
    const receive = (batch: Batch) => this.#receiveAdverts(batch);
    this.#attention = new Attention({ ...parts, receive, nowMs: this.#emptyAtMs });
  }

  /** When {@linkcode look} is due. */
  get lookAtMs(): number {
    return this.#attention.lookAtMs;
  }

  /** Reads what has waited long enough. */
  look(batch: Batch, nowMs: number): void {
    this.#attention.look(batch, nowMs);
  }

  /**
   * Reads what may have been left waiting: it may re-arm a timer that is about to run out. Gives
   * whether that was all of it.
   */
  catchUp(batch: Batch): boolean {
    return !this.#attention.relaxed || this.readAll(batch);
  }

  /** Reads what waits, announced or not, as long as there is time; gives whether that was all of it. */
  readAll(batch: Batch): boolean {
    return this.#receiveAdverts(batch).drained;
  }

  /** A virtual router has changed its state: other advertisements may have to be heard at once. */
  attend(nowMs: number): void {
    this.#attention.attend(nowMs);
  }

  /** Hands waiting advertisements to their virtual routers. */
  #receiveAdverts(batch: Batch): Reading {
    const nowMs = this.#clock();
    const stampToClockMs = nowMs - realtimeMs();
    let frames = 0;
    const drained = this.#receive(() =>
      this.link.receiveAdverts((index) => {
        frames++;
        this.#frame(index, batch, this.#arrivalMs(index, { stampToClockMs, nowMs }));
      })
    );
    if (drained) this.#emptyAtMs = this.#clock();
    return { frames, drained };
  }

  /**
   * When the advertisement arrived, by the kernel's stamp: it may have waited long. Not before the
   * queue was last seen empty, and not in the future, whatever happens to the wall clock that the
   * stamp is taken from.
   */
  #arrivalMs(index: number, clocks: { stampToClockMs: number; nowMs: number }): number {
    const stampMs = this.#slots.stampMs(index);
    if (stampMs === undefined) return clocks.nowMs;
    const arrivedMs = stampMs + clocks.stampToClockMs;
    return Math.min(this.#clock(), Math.max(arrivedMs, this.#emptyAtMs));
  }

  /** Looks through waiting claims for others that have an address of ours. */
  #receiveClaims(batch: Batch): void {
    this.#receive(() =>
      this.link.receiveClaims((index) => this.#claim(this.#slots.view(index), batch, this.#clock()))
    );
  }

  /** Takes what waits as long as there is time, but once in any case; gives whether that was all. */
  #receive(takeMore: () => boolean): boolean {
    const most = FRAMES_PER_TURN / this.#slots.capacity;
    try {
      for (let count = 0; count < most; count++) {
        if (!takeMore()) return true;
        if (this.#readingTime.over) return false;
      }
      return false;
    } catch (error) {
      // The interface went down or away; the kernel's notification about that says so as well.
      if (!(error instanceof SyscallError)) throw error;
      this.#log.debug(1, "link", () => error.message);
      return true;
    }
  }

  /** Reads a frame, unless it says what was heard before. */
  #frame(index: number, batch: Batch, nowMs: number): void {
    const span = {
      bytes: this.#slots.bytes,
      at: this.#slots.offsetOf(index),
      length: this.#slots.lengthOf(index),
    };
    this.#log.debug(5, "packet", () => `${this.link.name} received ${toHex(span)}`);
    const vrid = vridOf(span);
    const heard = this.#heard.get(vrid);
    if (
      heard !== undefined && heard.placement === heard.router.placement &&
      saysTheSame(heard.bytes, span)
    ) {
      this.#hear(heard, batch, nowMs);
      return;
    }
    this.#heard.delete(vrid);
    const meaning = this.#advert(this.#slots.view(index), batch, nowMs);
    if (meaning !== undefined) this.#remember(vrid, meaning, span);
  }

  /** Other advertisements of this sender will be the same; the last one before it leaves is not. */
  #remember(vrid: number, meaning: Meaning, { bytes, at, length }: FrameSpan): void {
    const { placement } = meaning.router;
    this.#heard.set(vrid, { ...meaning, placement, bytes: bytes.slice(at, at + length) });
  }

  /** Gives what it means where the same bytes will mean the same another time. */
  #advert(view: DataView, batch: Batch, nowMs: number): Meaning | undefined {
    const parsed = frame.parse(view);
    if (!parsed.ok) return this.#rejectStray(parsed.error, nowMs);
    const packet = parsed.value;
    const head = peek(packet.message);
    if (!head.ok) return this.#rejectStray(head.error, nowMs);
    const router = this.#byVrid.get(head.value.vrid);
    if (router?.isOwnFrame(packet.source, packet.sourceMac)) {
      countReject(router.counters.rejected, "ownPacket");
      return;
    }
    const ours = acceptPacket(packet, router?.config.protocol, router?.listensTo);
    if (router === undefined) {
      // Other people's groups are no fault of anybody's: counted, never logged.
      countReject(this.rejected, ours.ok ? "unknownGroup" : ours.error.reason);
      return;
    }
    const { guard } = router;
    const guarded = guard && { guard, arrival: instantAt(nowMs) };
    const accepted = ours.ok ? acceptAdvert(router.config.protocol, packet, guarded) : ours;
    if (!accepted.ok) return this.#reject(router, accepted.error, packet.source, nowMs);
    const { advert, otherAddresses } = accepted.value;
    if (!packet.ipChecksumOk) this.#noteWrongChecksum(router, packet.source);
    const meaning = { router, event: { kind: "advert", advert }, otherAddresses } as const;
    this.#hear(meaning, batch, nowMs);
    // To a guard the same bytes are a replay.
    const counted = !packet.ipChecksumOk || guard !== undefined;
    return counted || advert.priority === LEAVING_PRIORITY ? undefined : meaning;
  }

  #hear({ router, event, otherAddresses }: Meaning, batch: Batch, nowMs: number): void {
    const { priority, from } = event.advert;
    if (otherAddresses) this.#noteOtherAddresses(router, from, nowMs);
    this.#limit.rearm(router.label);
    countHeard(router.counters, event.advert, router.config.protocol.advertIntervalMs);
    this.#log.debug(3, "packet", () => {
      return `${router.label} - heard priority ${priority} from ${formatIp(from)}`;
    });
    batch.add(router, router.step(event, nowMs));
  }

  #rejectStray(reject: Reject, nowMs: number): undefined {
    countReject(this.rejected, reject.reason);
    const held = this.#limit.ask(this.link.name, reject.reason, nowMs);
    if (held === undefined) return;
    this.#log.warning(
      `Dropped a frame on ${this.link.name}: ${reject.detail}${heldBack(held)}`,
    );
  }

  #reject(router: Router, reject: Reject, from: IpAddress, nowMs: number): undefined {
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

  #noteWrongChecksum(router: Router, from: IpAddress): void {
    router.counters.wrongIpChecksum++;
    this.#log.debug(2, "ip", () => {
      return `${router.label} - let a wrong IPv4 header checksum from ${formatIp(from)} pass`;
    });
  }

  #claim(view: DataView, batch: Batch, nowMs: number): void {
    const read = parseClaim(view, this.link.family);
    if (!read.ok) return countReject(this.rejected, read.error.reason);
    if (read.value === undefined) return;
    const { address, mac } = read.value;
    const router = this.#byAddress.get(formatIp(address));
    if (router === undefined || equalMac(mac, router.virtualMac)) return;
    if (router.placement !== undefined && equalMac(mac, router.placement.ownMac)) return;
    batch.add(router, router.step({ kind: "claimed", address, mac }, nowMs));
  }

  /** Closes the sockets while the others of the process go on. */
  leave(): void {
    this.#unwatch();
    this.link.leave();
  }

  /** Closes the sockets. */
  [Symbol.dispose](): void {
    this.#unwatch();
    this.link[Symbol.dispose]();
  }

  #unwatch(): void {
    this.#attention[Symbol.dispose]();
    this.#watcher.unwatch(this.link.claimsFd);
  }
}

function toHex({ bytes, at, length }: FrameSpan): string {
  return bytes.slice(at, at + length).toHex();
}
