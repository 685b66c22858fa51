import assert from "node:assert/strict";
import { MUTANTS } from "./mutants.ts";
import { VERSION_3_MUTANTS } from "./version3_mutants.ts";
import { simulate } from "./simulation.ts";
import { Violation } from "./violation.ts";

/** `deno task sim` runs as many more as one has time for. */
const SEEDS = 400;
/** Most mistakes show in the first ten, the rarest within a hundred. */
const SEEDS_FOR_A_MUTANT = 300;

for (const version of [2, 3] as const) {
  Deno.test(`simulate() keeps every promise of version ${version} in ${SEEDS} networks`, () => {
    for (let seed = 0; seed < SEEDS; seed++) simulate({ seed, version });
  });
}

Deno.test("simulate() gives the same run for the same seed, and another for another", () => {
  const [seven, again, eight] = [7, 7, 8].map((seed) => simulate({ seed, version: 3 }));
  assert.deepEqual(seven, again);
  assert.notDeepEqual(seven, eight);
});

for (const version of [2, 3] as const) {
  const mutants = version === 2 ? MUTANTS : [...MUTANTS, ...VERSION_3_MUTANTS];
  for (const { mistake, step, caught } of mutants) {
    Deno.test(`simulate() of version ${version} catches a core that ${mistake}`, () => {
      const violation = firstViolation(step, version);
      assert.match(violation.message.split("\n")[0] ?? "", caught);
    });
  }
}

Deno.test("simulate() fails with the seed and what happened before", () => {
  const [mutant] = MUTANTS;
  assert.ok(mutant);
  const { message } = firstViolation(mutant.step, 2);
  assert.match(message, /^Seed \d+ of version 2, [\d.]+ ms: h\d, virtual router \d+: /);
  assert.match(message, /advert \d+: Master → (Backup|Master)$/);
});

function firstViolation(step: (typeof MUTANTS)[number]["step"], version: 2 | 3): Violation {
  for (let seed = 0; seed < SEEDS_FOR_A_MUTANT; seed++) {
    try {
      simulate({ seed, version, step });
    } catch (error) {
      assert.ok(error instanceof Violation);
      return error;
    }
  }
  assert.fail(`no violation in ${SEEDS_FOR_A_MUTANT} networks`);
}
