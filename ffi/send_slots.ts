import type { Fd } from "./fd.ts";
import type { SendSlots } from "./frame_slots.ts";
import { lastErrno, libc } from "./libc.ts";

const MSG_DONTWAIT = 0x40;

/**
 * Sends what is in `slots` by a socket, in order, and empties them. `refused` is called with the
 * errno of each that did not go out. Never blocks.
 */
export function sendSlots(
  fd: Fd,
  slots: SendSlots,
  refused: (index: number, errno: number) => void,
): void {
  for (let next = 0; next < slots.count;) {
    const waiting = slots.count - next;
    const sent = libc().sendmmsg(fd.number, slots.headersFrom(next), waiting, MSG_DONTWAIT);
    // The kernel stops at the first one that it refuses, and says why when that one is first.
    if (sent < 0) refused(next, lastErrno());
    next += Math.max(1, sent);
  }
  slots.clear();
}
