import { fileURLToPath } from "node:url";
import { TestProcess } from "../../tests/support/process.ts";
import type { World } from "../../tests/support/world.ts";

const PROGRAM = fileURLToPath(new URL("./witness_program.ts", import.meta.url));
/** Before rvrrpd, which has the least there is. */
const PRIORITY = "50";

/** A time in which a processor did nothing for anybody on this machine. */
export interface Stall {
  readonly processor: number;
  /** Milliseconds since the epoch. */
  readonly endMs: number;
  readonly lastsMs: number;
}

/**
 * Knows when the machine itself stood still, as a virtual one does whose host has other things to do:
 * nothing on it is on time then, whoever has written it.
 */
export class Witness {
  readonly #processes: readonly TestProcess[];

  private constructor(processes: readonly TestProcess[]) {
    this.#processes = processes;
  }

  /** Returns when every processor is watched. */
  static async start(world: World): Promise<Witness> {
    const deno = [Deno.execPath(), "run", "--quiet", "--no-lock", "--no-config", "--allow-ffi"];
    const processes = Array.from({ length: navigator.hardwareConcurrency }, (_, processor) => {
      const args = ["-c", String(processor), "chrt", "-f", PRIORITY, ...deno, PROGRAM];
      return world.own(new TestProcess({ command: "taskset", args }));
    });
    await Promise.all(processes.map((process) => process.waitForLine(/^watching$/)));
    return new Witness(processes);
  }

  /** So far. */
  stalls(): Stall[] {
    return this.#processes.flatMap((process, processor) =>
      process.matching(/^\d+ [\d.]+$/).map((line) => {
        const [endMs = NaN, lastsMs = NaN] = line.split(" ").map(Number);
        return { processor, endMs, lastsMs };
      })
    );
  }
}

/**
 * For how much of the last `windowMs` (milliseconds) before `tMs` the machine stood still: on the
 * processor where it was longest.
 */
export function stoodStillMs(
  stalls: readonly Stall[],
  { tMs, windowMs }: { readonly tMs: number; readonly windowMs: number },
): number {
  const lost = stalls.map(({ processor, endMs, lastsMs }) => ({
    processor,
    lostMs: Math.min(endMs, tMs) - Math.max(endMs - lastsMs, tMs - windowMs),
  }));
  const sums = Map.groupBy(lost.filter(({ lostMs }) => lostMs > 0), ({ processor }) => processor)
    .values().map((those) => those.reduce((sum, { lostMs }) => sum + lostMs, 0));
  return Math.max(0, ...sums);
}
