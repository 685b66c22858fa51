import assert from "node:assert/strict";
import { Violation } from "../sim/violation.ts";
import { GROUP_MUTANTS, type GroupMutant } from "./mutants.ts";
import { simulateGroups } from "./simulation.ts";

/** `deno task sim` runs as many more as one has time for. */
const SEEDS = 120;
const SLOW_SEEDS = 30;
const SEEDS_FOR_A_MUTANT = 300;

for (const version of [2, 3] as const) {
  Deno.test(`simulateGroups() keeps every promise of version ${version} in ${SEEDS} networks`, () => {
    for (let seed = 0; seed < SEEDS; seed++) simulateGroups({ seed, version });
  });
}

Deno.test(`simulateGroups() keeps every promise beside slow strangers in ${SLOW_SEEDS} networks`, () => {
  for (let seed = 0; seed < SLOW_SEEDS; seed++) {
    simulateGroups({ seed, version: 3, slowStrangers: true });
  }
});

Deno.test("simulateGroups() gives the same run for the same seed, and another for another", () => {
  const [seven, again, eight] = [7, 7, 8].map((seed) => simulateGroups({ seed, version: 3 }));
  assert.deepEqual(seven, again);
  assert.notDeepEqual(seven, eight);
});

for (const mutant of GROUP_MUTANTS) {
  Deno.test(`simulateGroups() catches a group that ${mutant.mistake}`, () => {
    const violation = firstViolation(mutant);
    assert.match(violation.message.split("\n")[0] ?? "", mutant.caught);
  });
}

function firstViolation({ step, moves, slowStrangers = false }: GroupMutant): Violation {
  const version = slowStrangers ? 3 : 2;
  for (let seed = 0; seed < SEEDS_FOR_A_MUTANT; seed++) {
    try {
      const mistake = { ...(step && { step }), ...(moves && { moves }) };
      simulateGroups({ seed, version, slowStrangers, ...mistake });
    } catch (error) {
      assert.ok(error instanceof Violation);
      return error;
    }
  }
  assert.fail(`no violation in ${SEEDS_FOR_A_MUTANT} networks`);
}
