import { boottimeMs, realtimeMs } from "../../../ffi/clock.ts";
import type { Instant } from "../../vrrp/stamp_clock.ts";

export function bothClocks(): Instant {
  return { wallMs: realtimeMs(), steadyMs: boottimeMs() };
}

/** The wall clock's time at a moment that is not long past, on the clock of every deadline. */
export function instantAt(steadyMs: number): Instant {
  const now = bothClocks();
  return { wallMs: now.wallMs - (now.steadyMs - steadyMs), steadyMs };
}
