import { SendSlots } from "../../ffi/frame_slots.ts";
import type { Log } from "../log.ts";
import { LEAVING_PRIORITY } from "../vrrp/types.ts";
import type { Outlet } from "./link.ts";
import { heldBack, type LogLimit } from "./log_limit.ts";
import type { Router } from "./router.ts";

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
  #link: Outlet | undefined;

  constructor({ log, limit }: { log: Log; limit: LogLimit }) {
    this.#log = log;
    this.#limit = limit;
  }

  sendAdvert(wish: AdvertWish, nowMs: number): void {
    const { router, priority } = wish;
    const frame = router.advertFrame(priority);
    const link = router.placement?.link;
    if (frame === undefined || link === undefined) return;
    if (link.closed) router.counters.sendErrors++;
    else this.#put(link, frame, wish, nowMs);
  }

  send(link: Outlet, frame: Uint8Array, nowMs: number): void {
    if (!link.closed) this.#put(link, frame, undefined, nowMs);
  }

  #put(link: Outlet, frame: Uint8Array, advert: AdvertWish | undefined, nowMs: number): void {
    if (link !== this.#link || this.#slots.full) this.flush(nowMs);
    this.#link = link;
    this.#adverts[this.#slots.count] = advert;
    this.#slots.put(frame);
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
      const held = this.#limit.ask(link.name, error.code, nowMs);
      if (held !== undefined) this.#log.error(error.message + heldBack(held));
    });
    if (refusals < count) this.#limit.rearm(link.name);
    for (let index = 0; index < count; index++) this.#countSent(this.#adverts[index]);
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
