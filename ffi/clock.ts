import { checked } from "./errno.ts";
import { TIMESPEC } from "./layout.ts";
import { libc } from "./libc.ts";

/** CLOCK_BOOTTIME: monotonic, and goes on while the machine is suspended; clock_gettime(2). */
export const CLOCK_BOOTTIME = 7;

const timespec = new DataView(new ArrayBuffer(TIMESPEC.size));
const timespecBytes = new Uint8Array(timespec.buffer);

/** Time since boot in milliseconds with the kernel's resolution, suspended time included. */
export function boottimeMs(): number {
  checked(libc().clock_gettime(CLOCK_BOOTTIME, timespecBytes), () => "read CLOCK_BOOTTIME");
  // Seconds since boot stay far below 2^53, so the low word's unsigned value is enough for 136 years.
  const seconds = timespec.getUint32(TIMESPEC.at.tv_sec, true);
  const nanoseconds = timespec.getUint32(TIMESPEC.at.tv_nsec, true);
  return seconds * 1000 + nanoseconds / 1e6;
}
