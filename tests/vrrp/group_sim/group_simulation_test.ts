import assert from "node:assert/strict";
import { Violation } from "../sim/violation.ts";
import { GROUP_MUTANTS, type GroupMutant } from "./mutants.ts";
import { simulateGroups } from "./simulation.ts";

/** `deno task sim` runs as many more as one has time for. */
const SEEDS = 120;
const SEEDS_FOR_A_MUTANT = 300;

Deno.test(`simulateGroups() keeps every promise of sync groups in ${SEEDS} networks`, () => {
  for (let seed = 0; seed < SEEDS; seed++) simulateGroups({ seed });
});

Deno.test("simulateGroups() gives the same run for the same seed, and another for another", () => {
  assert.deepEqual(simulateGroups({ seed: 7 }), simulateGroups({ seed: 7 }));
  assert.notDeepEqual(simulateGroups({ seed: 7 }), simulateGroups({ seed: 8 }));
});

for (const mutant of GROUP_MUTANTS) {
  Deno.test(`simulateGroups() catches a group that ${mutant.mistake}`, () => {
    const violation = firstViolation(mutant);
    assert.match(violation.message.split("\n")[0] ?? "", mutant.caught);
  });
}

function firstViolation({ step, moves }: GroupMutant): Violation {
  for (let seed = 0; seed < SEEDS_FOR_A_MUTANT; seed++) {
    try {
      simulateGroups({ seed, ...(step && { step }), ...(moves && { moves }) });
    } catch (error) {
      assert.ok(error instanceof Violation);
      return error;
    }
  }
  assert.fail(`no violation in ${SEEDS_FOR_A_MUTANT} networks`);
}
