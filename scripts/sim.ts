/**
 * Runs the simulated networks of tests/vrrp in both versions, those of single virtual routers and those of sync
 * groups, over as many seeds as one has time for. Stops with exit code 1 at the first seed that
 * breaks a promise, and prints what it broke.
 *
 * Usage: deno run scripts/sim.ts [--seeds N] [--from N]
 */
import { parseArgs } from "node:util";
import { simulateGroups } from "../tests/vrrp/group_sim/simulation.ts";
import { simulate } from "../tests/vrrp/sim/simulation.ts";
import { Violation } from "../tests/vrrp/sim/violation.ts";

const SEEDS_PER_LINE = 1000;
const USAGE_EXIT_CODE = 2;

interface Range {
  readonly from: number;
  readonly seeds: number;
}

/** Gives `undefined` for what is no range of seeds. */
function parseRange(args: readonly string[]): Range | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string", default: "10000" },
      from: { type: "string", default: "0" },
    },
  });
  const range = { from: Number(values.from), seeds: Number(values.seeds) };
  const whole = Number.isInteger(range.from) && Number.isInteger(range.seeds);
  return whole && range.from >= 0 && range.seeds >= 1 ? range : undefined;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function explore({ from, seeds }: Range): number {
  let transitions = 0;
  for (let done = 0; done < seeds; done++) {
    try {
      const seed = from + done;
      for (const version of [2, 3] as const) {
        transitions += simulate({ seed, version }).transitions.length +
          simulateGroups({ seed, version }).changes.length;
      }
      transitions += simulateGroups({ seed, version: 3, slowStrangers: true }).changes.length;
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      print(error.message);
      return 1;
    }
    const last = done + 1 === seeds;
    if (last || (done + 1) % SEEDS_PER_LINE === 0) {
      print(`seeds ${from} to ${from + done}: all well, ${transitions} changes of state`);
    }
  }
  return 0;
}

function main(args: readonly string[]): number {
  const range = parseRange(args);
  if (range !== undefined) return explore(range);
  print("Cannot run: --from is a whole number from 0 on, --seeds one from 1 on");
  return USAGE_EXIT_CODE;
}

if (import.meta.main) Deno.exit(main(Deno.args));
