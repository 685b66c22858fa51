import { checked } from "./errno.ts";
import { TIMESPEC } from "./layout.ts";
import { libc } from "./libc.ts";

/** CLOCK_BOOTTIME: monotonic, and goes on while the machine is suspended; clock_gettime(2). */
export const CLOCK_BOOTTIME = 7;

/** CLOCK_MONOTONIC: time since boot without that in which the machine is suspended. */
const CLOCK_MONOTONIC = 1;

/** CLOCK_REALTIME: the wall clock, which may be set at any time. */
const CLOCK_REALTIME = 0;

const timespec = new DataView(new ArrayBuffer(TIMESPEC.size));
const timespecBytes = new Uint8Array(timespec.buffer);

/** Time since boot in milliseconds with the kernel's resolution, suspended time included. */
export function boottimeMs(): number {
  return readClockMs(CLOCK_BOOTTIME);
}

/** CLOCK_MONOTONIC in whole microseconds: the time that systemd goes by. */
export function monotonicMicroseconds(): number {
  return Math.floor(readClockMs(CLOCK_MONOTONIC) * 1000);
}

/** Wall-clock time since 1970 in milliseconds; only to be compared with the kernel's own stamps. */
export function realtimeMs(): number {
  return readClockMs(CLOCK_REALTIME);
}

function readClockMs(clock: number): number {
  checked(libc().clock_gettime(clock, timespecBytes), () => `read clock ${clock}`);
  return timespecMs(timespec);
}

/** The struct timespec at `at` in milliseconds; right until 2106, when seconds outgrow 32 bits. */
export function timespecMs(view: DataView, at = 0): number {
  const seconds = view.getUint32(at + TIMESPEC.at.tv_sec, true);
  const nanoseconds = view.getUint32(at + TIMESPEC.at.tv_nsec, true);
  return seconds * 1000 + nanoseconds / 1e6;
}
