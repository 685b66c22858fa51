import { fileURLToPath } from "node:url";
import { TestProcess } from "../../tests/support/process.ts";
import type { World } from "../../tests/support/world.ts";

const PROGRAM = fileURLToPath(new URL("./witness_program.ts", import.meta.url));
/** Before rvrrpd, which has the least there is. */
const PRIORITY = "50";
/** What comes so long before a flap has to do with it. */
const BEFORE_MS = 100;

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
 * For how long the machine stood still, in milliseconds, shortly before or while something came to
 * pass at `tMs`: on the processor where it was longest.
 */
export function stoodStillMs(stalls: readonly Stall[], tMs: number): number {
  const near = stalls.filter(({ endMs, lastsMs }) =>
    endMs >= tMs - BEFORE_MS && endMs - lastsMs <= tMs
  );
  const sums = Map.groupBy(near, ({ processor }) => processor).values()
    .map((those) => those.reduce((sum, { lastsMs }) => sum + lastsMs, 0));
  return Math.max(0, ...sums);
}
