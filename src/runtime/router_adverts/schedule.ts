/*
 * When a router advertises itself to the hosts of a link (RFC 4861 sections 6.2.1, 6.2.4, 6.2.6 and
 * 10). Times are milliseconds on one clock; `random` is a number from 0 to below 1.
 */

/** MinRtrAdvInterval and MaxRtrAdvInterval by default. */
const SHORTEST_INTERVAL_MS = 200_000;
const LONGEST_INTERVAL_MS = 600_000;
/** MAX_INITIAL_RTR_ADVERTISEMENTS, no further apart than MAX_INITIAL_RTR_ADVERT_INTERVAL. */
const INITIAL_ADVERTS = 3;
const INITIAL_INTERVAL_MS = 16_000;
/** MIN_DELAY_BETWEEN_RAS: however many hosts ask. */
const LEAST_DISTANCE_MS = 3000;
/** MAX_RA_DELAY_TIME: so that not all routers of a link answer at once. */
const LONGEST_ANSWER_DELAY_MS = 500;

export interface Schedule {
  readonly dueMs: number;
  /** When the last one went out; -Infinity: never. */
  readonly lastMs: number;
  /** How many of the first ones are still to come. */
  readonly initial: number;
}

/** The first one goes out at once, unless this router has sent one just before. */
export function begin(nowMs: number, lastMs: number): Schedule {
  return { dueMs: Math.max(nowMs, lastMs + LEAST_DISTANCE_MS), lastMs, initial: INITIAL_ADVERTS };
}

/** Any that goes out, asked for or not, starts the interval anew. */
export function afterAdvert(schedule: Schedule, nowMs: number, random: number): Schedule {
  const initial = Math.max(0, schedule.initial - 1);
  const span = LONGEST_INTERVAL_MS - SHORTEST_INTERVAL_MS;
  const intervalMs = SHORTEST_INTERVAL_MS + random * span;
  const waitMs = initial > 0 ? Math.min(intervalMs, INITIAL_INTERVAL_MS) : intervalMs;
  return { dueMs: nowMs + waitMs, lastMs: nowMs, initial };
}

/** A host asks; whatever is due before the answer would be is the answer. */
export function afterSolicitation(schedule: Schedule, nowMs: number, random: number): Schedule {
  const earliestMs = Math.max(nowMs, schedule.lastMs + LEAST_DISTANCE_MS);
  const answerMs = earliestMs + random * LONGEST_ANSWER_DELAY_MS;
  return answerMs < schedule.dueMs ? { ...schedule, dueMs: answerMs } : schedule;
}
