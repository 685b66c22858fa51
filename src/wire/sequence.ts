import { MS_PER_S } from "../base/units.ts";

/**
 * The number of a signed advertisement: 64 bits that are also a time. They are compared as RFC 1982
 * compares serial numbers, so that it goes on beyond the year 2106.
 */
export interface Sequence {
  /** Seconds since 1970, the lower 32 bits. */
  readonly seconds: number;
  /** 32 bits: the second's fraction in units of 2⁻¹⁶, and below it a counter of 16 bits. */
  readonly ticks: number;
}

const TICKS_PER_S = 2 ** 32;
const COUNTER_SIZE = 2 ** 16;
/** Half of what 32 bits can hold. */
const HALF = 2 ** 31;

/** The number that stands for a time of the wall clock, with counter 0. */
export function sequenceAt(unixMs: number): Sequence {
  const seconds = Math.floor(unixMs / MS_PER_S);
  const fraction = Math.floor((unixMs - seconds * MS_PER_S) / MS_PER_S * COUNTER_SIZE);
  return { seconds: seconds >>> 0, ticks: fraction * COUNTER_SIZE };
}

/** Whether `a` comes after `b`: less than half of all numbers lie between. */
export function isAfter(a: Sequence, b: Sequence): boolean {
  const borrow = a.ticks < b.ticks ? 1 : 0;
  const seconds = (a.seconds - b.seconds - borrow) >>> 0;
  return seconds < HALF && (seconds > 0 || a.ticks !== b.ticks);
}

export function equals(a: Sequence, b: Sequence): boolean {
  return a.seconds === b.seconds && a.ticks === b.ticks;
}

export function later(a: Sequence, b: Sequence): Sequence {
  return isAfter(b, a) ? b : a;
}

/** The next number: the counter runs over into the fraction, and that into the seconds. */
export function successor({ seconds, ticks }: Sequence): Sequence {
  const next = (ticks + 1) % TICKS_PER_S;
  return { seconds: next === 0 ? (seconds + 1) >>> 0 : seconds, ticks: next };
}

/** `ms` may be a fraction, and less than 0. */
export function shifted({ seconds, ticks }: Sequence, ms: number): Sequence {
  const wholeS = Math.floor(ms / MS_PER_S);
  const moved = ticks + Math.floor((ms - wholeS * MS_PER_S) / MS_PER_S * TICKS_PER_S);
  const carry = moved >= TICKS_PER_S ? 1 : 0;
  return { seconds: (seconds + wholeS + carry) >>> 0, ticks: moved % TICKS_PER_S };
}

/** How many whole seconds `a` is ahead of `b`, fractions left out; less than 0 where it is behind. */
export function secondsAhead(a: Sequence, b: Sequence): number {
  return (a.seconds - b.seconds) | 0;
}

/** The same with fractions, in milliseconds. */
export function msAhead(a: Sequence, b: Sequence): number {
  return (secondsAhead(a, b) + (a.ticks - b.ticks) / TICKS_PER_S) * MS_PER_S;
}

/** 16 hexadecimal digits. */
export function formatSequence({ seconds, ticks }: Sequence): string {
  return [seconds, ticks].map((half) => half.toString(16).padStart(8, "0")).join("");
}

export function parseSequence(text: string): Sequence | undefined {
  if (!/^[0-9a-f]{16}$/.test(text)) return undefined;
  return {
    seconds: Number.parseInt(text.slice(0, 8), 16),
    ticks: Number.parseInt(text.slice(8), 16),
  };
}
