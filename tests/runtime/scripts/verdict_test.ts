import assert from "node:assert/strict";
import { Verdict } from "../../../src/runtime/scripts/verdict.ts";

const TABLE: readonly {
  readonly what: string;
  readonly rise: number;
  readonly fall: number;
  /** g: a good run, b: a bad one; in capitals where the verdict changes. */
  readonly runs: string;
}[] = [
  { what: "the first run decides, whatever the thresholds", rise: 3, fall: 3, runs: "Gg" },
  { what: "also when it is bad", rise: 3, fall: 3, runs: "Bbb" },
  { what: "one run is enough by default", rise: 1, fall: 1, runs: "GBGBbGg" },
  { what: "so many bad runs in a row are down", rise: 1, fall: 3, runs: "GbbBbb" },
  { what: "a good run between them begins the count anew", rise: 1, fall: 3, runs: "GbbgbbB" },
  { what: "so many good runs in a row are up", rise: 2, fall: 1, runs: "BgGB" },
  { what: "a bad run between them begins the count anew", rise: 3, fall: 1, runs: "BggbggG" },
];

for (const { what, rise, fall, runs } of TABLE) {
  Deno.test(`Verdict.note() changes as it should: ${what}`, () => {
    const verdict = new Verdict();
    const seen = Array.from(runs, (run) => {
      const good = run.toLowerCase() === "g";
      const letter = good ? "g" : "b";
      return verdict.note(good, { rise, fall }) ? letter.toUpperCase() : letter;
    });
    assert.equal(seen.join(""), runs);
  });
}
