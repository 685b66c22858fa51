const US_PER_MS = 1000;
/** The last moment that a calendar can name (ECMA-262 section 21.4.1.1). */
const LAST_MS = 8.64e15;

/** UTC with microseconds, so that captures of several machines can be compared: `2026-11-22T…Z`. */
export function formatTime(timestampUs: number): string {
  const ms = Math.min(Math.floor(timestampUs / US_PER_MS), LAST_MS);
  const rest = String(timestampUs % US_PER_MS).padStart(3, "0");
  return new Date(ms).toISOString().replace("Z", `${rest}Z`);
}
