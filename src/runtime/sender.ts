import { SendSlots } from "../../ffi/frame_slots.ts";
import type { Log } from "../log.ts";
import { LEAVING_PRIORITY } from "../vrrp/types.ts";
import { HEADER_SIZE } from "../wire/ethernet.ts";
import type { Outlet } from "./outlet.ts";
import { heldBack, type LogLimit } from "./log_limit.ts";
import type { Recipient, Router } from "./router.ts";

/** A wish to send a virtual router's advertisement. */
export interface AdvertWish {
  readonly router: Router;
  readonly priority: number;
}

/**
 * Puts frames on the wire, several with one call to the kernel; what the network refuses is counted
 * and told, never thrown. Frames go out at {@linkcode flush} at the latest.
 */
export class Sender {
  readonly #log: Log;
  readonly #limit: LogLimit;
  readonly #slots = new SendSlots();
  /** What the frames are that wait, where they are advertisements. */
  readonly #adverts: (AdvertWish | undefined)[] = [];
  /** Whom they are for, in unicast. */
  readonly #recipients: (Recipient | undefined)[] = [];
  #link: Outlet | undefined;

  constructor({ log, limit }: { log: Log; limit: LogLimit }) {
    this.#log = log;
    this.#limit = limit;
  }

  sendAdvert(wish: AdvertWish, nowMs: number): void {
    const { router, priority } = wish;
    const { placement, recipients } = router;
    if (placement === undefined) return;
    const { unicast } = placement;
    const outlet = unicast ?? placement.link;
    if (outlet.closed) {
      router.counters.sendErrors++;
      return;
    }
    const frames = router.framesToSend(priority);
    for (let index = 0; index < frames.length; index++) {
      const frame = frames[index];
      if (frame === undefined) continue;
      const recipient = unicast === undefined ? undefined : recipients[index];
      const slot = this.#put(outlet, frame, recipient, nowMs);
      this.#adverts[slot] = wish;
    }
  }

  send(link: Outlet, frame: Uint8Array, nowMs: number): void {
    if (!link.closed) this.#put(link, frame, undefined, nowMs);
  }

  /** Gives the slot that the frame waits in; `to` has the kernel find its way to the next hop. */
  #put(link: Outlet, frame: Uint8Array, to: Recipient | undefined, nowMs: number): number {
    if (link !== this.#link || this.#slots.full) this.flush(nowMs);
    this.#link = link;
    const slot = this.#slots.count;
    this.#adverts[slot] = undefined;
    this.#recipients[slot] = to;
    if (to === undefined) this.#slots.put(frame);
    else this.#slots.putTo(frame.subarray(HEADER_SIZE), to.address.bytes);
    return slot;
  }

  /** Sends what waits. */
  flush(nowMs: number): void {
    const { count } = this.#slots;
    const link = this.#link;
    if (link === undefined || count === 0) return;
    let refusals = 0;
    link.sendAll(this.#slots, (index, error) => {
      refusals++;
      this.#countRefusal(this.#adverts[index]);
      this.#adverts[index] = undefined;
      const subject = this.#recipients[index]?.name ?? link.name;
      this.#recipients[index] = undefined;
      const held = this.#limit.ask(subject, error.code, nowMs);
      if (held !== undefined) this.#log.error(error.message + heldBack(held));
    });
    if (refusals < count) this.#limit.rearm(link.name);
    for (let index = 0; index < count; index++) {
      this.#countSent(this.#adverts[index]);
      const recipient = this.#recipients[index];
      if (recipient !== undefined) this.#limit.rearm(recipient.name);
    }
  }

  #countRefusal(advert: AdvertWish | undefined): void {
    if (advert !== undefined) advert.router.counters.sendErrors++;
  }

  #countSent(advert: AdvertWish | undefined): void {
    if (advert === undefined) return;
    const { router, priority } = advert;
    router.counters.sent++;
    if (priority === LEAVING_PRIORITY) router.counters.sentLeaving++;
    this.#log.debug(3, "packet", () => `${router.label} - sent priority ${priority}`);
  }
}
