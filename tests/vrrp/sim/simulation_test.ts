import assert from "node:assert/strict";
import { MUTANTS } from "./mutants.ts";
import { simulate } from "./simulation.ts";
import { Violation } from "./violation.ts";

/** `deno task sim` runs as many more as one has time for. */
const SEEDS = 400;
/** Most mistakes show in the first ten, the rarest within a hundred. */
const SEEDS_FOR_A_MUTANT = 300;

Deno.test(`simulate() keeps every promise of the protocol in ${SEEDS} networks`, () => {
  for (let seed = 0; seed < SEEDS; seed++) simulate({ seed });
});

Deno.test("simulate() gives the same run for the same seed, and another for another", () => {
  assert.deepEqual(simulate({ seed: 7 }), simulate({ seed: 7 }));
  assert.notDeepEqual(simulate({ seed: 7 }), simulate({ seed: 8 }));
});

for (const { mistake, step, caught } of MUTANTS) {
  Deno.test(`simulate() catches a core that ${mistake}`, () => {
    const violation = firstViolation(step);
    assert.match(violation.message.split("\n")[0] ?? "", caught);
  });
}

Deno.test("simulate() fails with the seed and what happened before", () => {
  const [mutant] = MUTANTS;
  assert.ok(mutant);
  const { message } = firstViolation(mutant.step);
  assert.match(message, /^Seed \d+, [\d.]+ ms: h\d, virtual router \d+: /);
  assert.match(message, /advert \d+: Master → (Backup|Master)$/);
});

function firstViolation(step: (typeof MUTANTS)[number]["step"]): Violation {
  for (let seed = 0; seed < SEEDS_FOR_A_MUTANT; seed++) {
    try {
      simulate({ seed, step });
    } catch (error) {
      assert.ok(error instanceof Violation);
      return error;
    }
  }
  assert.fail(`no violation in ${SEEDS_FOR_A_MUTANT} networks`);
}
