import type { HmacTrailer } from "../wire/hmac_trailer.ts";
import { formatTime } from "./time_text.ts";

const US_PER_S = 1_000_000;
const FRACTIONS_PER_S = 0x10000;

/** When an HMAC trailer says that it was signed. */
export function signedAt({ seconds, fraction }: HmacTrailer): string {
  return formatTime(seconds * US_PER_S + Math.floor((fraction * US_PER_S) / FRACTIONS_PER_S));
}

/** The 64 bits by which a receiver tells old from new, in hexadecimal. */
export function sequenceOf({ seconds, fraction, counter }: HmacTrailer): string {
  return [hex(seconds, 8), hex(fraction, 4), hex(counter, 4)].join("");
}

/** Lower case, without a prefix. */
export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
