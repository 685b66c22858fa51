import assert from "node:assert/strict";
import { lanesOf, planOf } from "../../../scripts/test_run/plan.ts";

const DIRECTORIES = ["tests/aarch64", "tests/base", "tests/ffi", "tests/netns", "tests/wire"];

const CASES = [
  {
    what: "everything without arguments",
    args: [],
    plan: {
      gate: true,
      unit: ["tests/base", "tests/wire"],
      system: ["tests/aarch64", "tests/ffi", "tests/netns"],
    },
  },
  {
    what: "one group",
    args: ["unit"],
    plan: { gate: false, unit: ["tests/base", "tests/wire"], system: [] },
  },
  { what: "the gate alone", args: ["gate"], plan: { gate: true, unit: [], system: [] } },
  {
    what: "paths, by where they lie",
    args: ["./tests/netns/world_test.ts", "tests/wire/arp_test.ts"],
    plan: {
      gate: false,
      unit: ["tests/wire/arp_test.ts"],
      system: ["./tests/netns/world_test.ts"],
    },
  },
  {
    what: "a directory whose name only begins like one that needs root",
    args: ["tests/ffi_layout"],
    plan: { gate: false, unit: ["tests/ffi_layout"], system: [] },
  },
];

for (const { what, args, plan } of CASES) {
  Deno.test(`planOf() plans ${what}`, () => assert.deepEqual(planOf(args, DIRECTORIES), plan));
}

Deno.test("lanesOf() gives what takes longest a lane of its own", () => {
  const paths = ["tests/ffi", "tests/netns", "tests/undo"];
  assert.deepEqual(lanesOf(paths), [["tests/netns"], ["tests/ffi", "tests/undo"]]);
});

Deno.test("lanesOf() keeps in one lane what is no more than one", () => {
  for (const paths of [["tests/netns"], ["tests/ffi", "tests/netns/world_test.ts"]]) {
    assert.equal(lanesOf(paths)[0], paths);
    assert.equal(lanesOf(paths).length, 1);
  }
});
