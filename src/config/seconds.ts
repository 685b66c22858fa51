import { MS_PER_S, wholeMs } from "../base/units.ts";

/** Seconds as the configuration has them, in whole milliseconds. */
export function toMs(seconds: number): number {
  return wholeMs(seconds * MS_PER_S);
}
