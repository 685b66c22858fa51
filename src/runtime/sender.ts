import { SyscallError } from "../../ffi/errno.ts";
import type { Log } from "../log.ts";
import { LEAVING_PRIORITY } from "../vrrp/types.ts";
import type { Link } from "./link.ts";
import { heldBack, type LogLimit } from "./log_limit.ts";
import type { Router } from "./router.ts";

/** Puts frames on the wire; what the network refuses is counted and told, never thrown. */
export class Sender {
  readonly #log: Log;
  readonly #limit: LogLimit;

  constructor({ log, limit }: { log: Log; limit: LogLimit }) {
    this.#log = log;
    this.#limit = limit;
  }

  sendAdvert(router: Router, priority: number, nowMs: number): void {
    const frame = router.advertFrame(priority);
    const link = router.placement?.link;
    if (frame === undefined || link === undefined) return;
    if (!this.send(link, frame, nowMs)) {
      router.counters.sendErrors++;
      return;
    }
    router.counters.sent++;
    if (priority === LEAVING_PRIORITY) router.counters.sentLeaving++;
    this.#log.debug(3, "packet", () => `${router.label} - sent priority ${priority}`);
  }

  /** Whether the frame went out. */
  send(link: Link, frame: Uint8Array<ArrayBuffer>, nowMs: number): boolean {
    if (link.closed) return false;
    try {
      link.send(frame);
      this.#limit.rearm(link.name);
      return true;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const held = this.#limit.ask(link.name, error.code, nowMs);
      if (held !== undefined) this.#log.error(error.message + heldBack(held));
      return false;
    }
  }
}
