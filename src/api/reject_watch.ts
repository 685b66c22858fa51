import type { RouterSnapshot, Snapshot } from "../runtime/snapshot.ts";
import type { RejectsBody } from "./answer_schemas.ts";
import type { EnginePort } from "./engine_port.ts";
import { moment } from "./router_views.ts";

/** So often it is looked, as long as somebody wants to know. */
export const LOOK_MS = 5000;
/** What has come together in a longer time is no news. */
const STALE_MS = 3 * LOOK_MS;
/** Whatever comes in, a report has no more rows. */
const MOST_ROWS = 100;

type Row = RejectsBody["rejected"][number];

export interface RejectWatchParts {
  readonly engine: Pick<EnginePort, "snapshot">;
  /** Milliseconds on a clock that nobody sets. */
  readonly steadyClock: () => number;
  /** Wall clock, milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Tells which packets were dropped since it was looked before, from the counters that there are
 * anyway: a flood costs the engine nothing more, and those who are told no more than a report in
 * {@linkcode LOOK_MS}. Only the latest report is kept.
 */
export class RejectWatch {
  readonly #parts: RejectWatchParts;
  #lookedMs = -Infinity;
  #looking: Promise<void> = Promise.resolve();
  #counts: ReadonlyMap<string, Row> = new Map();
  #report: { readonly number: number; readonly body: RejectsBody } | undefined;

  constructor(parts: RejectWatchParts) {
    this.#parts = parts;
  }

  /** The number of the latest report; 0: none. */
  get last(): number {
    return this.#report?.number ?? 0;
  }

  /** The latest report, where it is a later one than this. */
  after(number: number): RejectsBody | undefined {
    return this.last > number ? this.#report?.body : undefined;
  }

  /** Looks, if it is time to. An engine that does not answer has nothing to tell. */
  look(): Promise<void> {
    const nowMs = this.#parts.steadyClock();
    const sinceMs = nowMs - this.#lookedMs;
    if (sinceMs < LOOK_MS) return this.#looking;
    this.#lookedMs = nowMs;
    this.#looking = this.#lookAgain(sinceMs).catch(() => {});
    return this.#looking;
  }

  async #lookAgain(sinceMs: number): Promise<void> {
    const before = this.#counts;
    const counts = countsOf(await this.#parts.engine.snapshot());
    this.#counts = counts;
    if (sinceMs > STALE_MS) return;
    const rows = Array.from(counts.values(), (row) => ({ ...row, count: growth(row, before) }))
      .filter(({ count }) => count > 0);
    if (rows.length > 0) this.#tell(rows);
  }

  #tell(rows: readonly Row[]): void {
    const most = rows.toSorted((a, b) => b.count - a.count).slice(0, MOST_ROWS);
    const body = {
      at: moment(this.#parts.clock()),
      rejected: most,
      left_out: rows.length - most.length,
    };
    this.#report = { number: this.last + 1, body };
  }
}

/** A virtual router that has begun anew counts from 0. */
function growth(row: Row, before: ReadonlyMap<string, Row>): number {
  const known = before.get(keyOf(row))?.count ?? 0;
  return row.count < known ? row.count : row.count - known;
}

function countsOf({ routers, process }: Snapshot): ReadonlyMap<string, Row> {
  const strays = process.strays.map((stray) => ({ group: null, family: null, ...stray }));
  const rows = [...routers.map(placeOf), ...strays].flatMap(
    ({ group, interface: name, family, rejected }) =>
      Object.entries(rejected).map(([reason, count]) => ({
        group,
        interface: name,
        family,
        reason,
        count,
      })),
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

function placeOf({ group, interface: name, family, counters }: RouterSnapshot) {
  return { group, interface: name, family, rejected: counters.rejected };
}

function keyOf({ group, interface: name, family, reason }: Row): string {
  return `${group}/${name}/${family}/${reason}`;
}
