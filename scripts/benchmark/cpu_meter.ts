import { delay } from "../../tests/support/wait.ts";
import { NotMeasurable } from "./not_measurable.ts";
import { processTree, readProc, threadsOf } from "./process_tree.ts";

/** By thread, nanoseconds on a processor since it began. */
export type ThreadTimes = ReadonlyMap<number, number>;

/**
 * Adds up what threads have used since the first look. A thread that ends takes its count with it,
 * so one has to look again and again: only what it used since the last look is lost.
 */
export class CpuTally {
  readonly #first: ThreadTimes;
  readonly #last: Map<number, number>;

  constructor(first: ThreadTimes) {
    this.#first = first;
    this.#last = new Map(first);
  }

  add(times: ThreadTimes): void {
    for (const [thread, ns] of times) this.#last.set(thread, ns);
  }

  get usedNs(): number {
    return Array.from(this.#last).reduce(
      (sum, [thread, ns]) => sum + ns - (this.#first.get(thread) ?? 0),
      0,
    );
  }
}

/** The first field of /proc/PID/task/TID/schedstat: nanoseconds on a processor. */
export function parseSchedstat(text: string): number | undefined {
  const [, ns] = /^(\d+) \d+ \d+$/.exec(text.trim()) ?? [];
  return ns === undefined ? undefined : Number(ns);
}

export interface CpuUse {
  /** Nanoseconds on a processor, of all threads. */
  readonly usedNs: number;
  /** Milliseconds since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
}

const LOOK_EVERY_MS = 1000;

/** What a process and its children use in `durationMs`; throws {@linkcode NotMeasurable} where it ends. */
export async function measureCpu(pid: number, durationMs: number): Promise<CpuUse> {
  const tally = new CpuTally(await threadTimes(pid));
  const fromMs = Date.now();
  for (let toMs = fromMs;; toMs = Date.now()) {
    const leftMs = fromMs + durationMs - toMs;
    if (leftMs <= 0) return { usedNs: tally.usedNs, fromMs, toMs };
    await delay(Math.min(LOOK_EVERY_MS, leftMs));
    tally.add(await threadTimes(pid));
  }
}

async function threadTimes(root: number): Promise<ThreadTimes> {
  const times = new Map<number, number>();
  for (const pid of await processTree(root)) {
    for (const thread of await threadsOf(pid)) {
      const ns = parseSchedstat(await readProc(`${pid}/task/${thread}/schedstat`));
      if (ns !== undefined) times.set(thread, ns);
    }
  }
  if (times.size === 0) throw new NotMeasurable(`Process ${root} has ended, or has no schedstat`);
  return times;
}
