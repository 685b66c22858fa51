import { delay } from "../../../tests/support/wait.ts";
import { percentile } from "../statistics.ts";
import { Connection } from "./connection.ts";
import type { LoadPlan, LoadReport } from "./plan.ts";
import { type Asked, requestMix } from "./requests.ts";

const MS_PER_S = 1000;

/** Requests answered as they had to be, and those that were not. */
class Tally {
  readonly latenciesMs: number[] = [];
  readonly wrong: Record<string, number> = {};

  noteWrong(error: unknown): void {
    const what = error instanceof Error ? error.message : String(error);
    this.wrong[what] = (this.wrong[what] ?? 0) + 1;
  }
}

export type Asking = Pick<LoadReport, "fromMs" | "toMs" | "answered" | "wrong" | "latencyP99Ms">;

/**
 * Sends the plan's requests at their times, however long the answers take: what the daemon could not
 * take in time counts as its delay, and what it never took is missing from the answers.
 */
export async function askAll(plan: LoadPlan): Promise<Asking> {
  const { clients, durationMs } = plan;
  const tally = new Tally();
  const mix = requestMix(plan);
  const fromMs = Date.now();
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: clients }, (_, index) => askOnOne({ plan, mix, index, startMs, tally })),
  );
  return {
    fromMs,
    toMs: fromMs + durationMs,
    answered: tally.latenciesMs.length,
    wrong: tally.wrong,
    latencyP99Ms: tally.latenciesMs.length === 0 ? 0 : percentile(tally.latenciesMs, 99),
  };
}

interface OneClient {
  readonly plan: LoadPlan;
  readonly mix: readonly Asked[];
  readonly index: number;
  readonly startMs: number;
  readonly tally: Tally;
}

async function askOnOne({ plan, mix, index, startMs, tally }: OneClient): Promise<void> {
  const { clients, requestsPerS, durationMs } = plan;
  const gapMs = MS_PER_S / requestsPerS;
  const endMs = startMs + durationMs;
  let connection: Connection | undefined;
  // Clients take turns, so that all together send evenly.
  for (let turn = index; performance.now() < endMs; turn += clients) {
    const dueMs = startMs + turn * gapMs;
    if (dueMs >= endMs) break;
    await untilMs(dueMs);
    const asked = mix[turn % mix.length];
    if (asked === undefined) break;
    try {
      connection ??= await Connection.open(plan);
      const status = await connection.ask(asked.bytes);
      if (status !== asked.status) throw new Error(`${status} for ${asked.status}`);
      tally.latenciesMs.push(performance.now() - dueMs);
    } catch (error) {
      tally.noteWrong(error);
      connection?.[Symbol.dispose]();
      connection = undefined;
    }
  }
  connection?.[Symbol.dispose]();
}

async function untilMs(dueMs: number): Promise<void> {
  const earlyMs = dueMs - performance.now();
  if (earlyMs > 0) await delay(earlyMs);
}
