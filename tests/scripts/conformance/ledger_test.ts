import assert from "node:assert/strict";
import { ledgerOf } from "../../../scripts/conformance/ledger.ts";
import type { Mark, Polarity } from "../../../scripts/conformance/marks.ts";
import type { Requirement } from "../../conformance/requirement.ts";

function requirement(differences: Partial<Requirement> = {}): Requirement {
  return {
    id: "B9",
    level: "MUST",
    source: "RFC 9568 6.4.2",
    sentence: "It does.",
    ...differences,
  };
}

function mark(polarity: Polarity, id = "B9"): Mark {
  return { id, polarity, path: "tests/vrrp/a_test.ts", title: "step() does" };
}

const BOTH = [mark("demands"), mark("forbids")];

const CASES: readonly {
  readonly why: string;
  readonly requirement: Partial<Requirement>;
  readonly marks: readonly Mark[];
  readonly faults: readonly RegExp[];
}[] = [
  { why: "takes a MUST that is tested both ways", requirement: {}, marks: BOTH, faults: [] },
  {
    why: "misses both tests of a MUST",
    requirement: {},
    marks: [],
    faults: [/^B9: no test is marked \[B9 demands\]$/, /^B9: no test is marked \[B9 forbids\]$/],
  },
  {
    why: "misses the second test of a MUST NOT",
    requirement: { level: "MUST NOT" },
    marks: [mark("forbids")],
    faults: [/\[B9 demands\]/],
  },
  {
    why: "takes a reason for one of the two",
    requirement: { without: { forbids: "nothing else can be" } },
    marks: [mark("demands")],
    faults: [],
  },
  {
    why: "refuses a reason that a test has made untrue",
    requirement: { without: { forbids: "nothing else can be" } },
    marks: BOTH,
    faults: [/^B9: there is a test of what it forbids and a reason/],
  },
  {
    why: "takes one test of a SHOULD, whatever it shows",
    requirement: { level: "SHOULD" },
    marks: [mark("forbids")],
    faults: [],
  },
  {
    why: "misses a test of a SHOULD",
    requirement: { level: "SHOULD" },
    marks: [],
    faults: [/^B9: no test is marked with it$/],
  },
  {
    why: "takes a reason for a SHOULD",
    requirement: { level: "SHOULD", without: { demands: "not done" } },
    marks: [],
    faults: [],
  },
  {
    why: "refuses a test of a SHOULD that has a reason",
    requirement: { level: "SHOULD", without: { demands: "not done" } },
    marks: [mark("demands")],
    faults: [/^B9: there is a test and a reason/],
  },
  {
    why: "needs no test of what does not bind",
    requirement: { unbound: "it is optional" },
    marks: [],
    faults: [],
  },
  {
    why: "refuses a test of what is done otherwise",
    requirement: { deviation: "it does not" },
    marks: [mark("demands")],
    faults: [/^B9 is not what rvrrpd does/],
  },
  {
    why: "refuses an id that no requirement has",
    requirement: {},
    marks: [...BOTH, mark("demands", "B99")],
    faults: [/^tests\/vrrp\/a_test\.ts: "step\(\) does" is marked B99/],
  },
];

for (const { why, requirement: differences, marks, faults } of CASES) {
  Deno.test(`ledgerOf() ${why}`, () => {
    const found = ledgerOf([requirement(differences)], marks).faults;
    assert.equal(found.length, faults.length, found.join("\n"));
    for (const [index, pattern] of faults.entries()) assert.match(found[index] ?? "", pattern);
  });
}

Deno.test("ledgerOf() refuses one id for two requirements", () => {
  const { faults } = ledgerOf([requirement(), requirement()], BOTH);
  assert.deepEqual(faults, ["B9 is listed more than once"]);
});

Deno.test("ledgerOf() gives each requirement its own tests", () => {
  const other = requirement({ id: "B8" });
  const { entries } = ledgerOf([requirement(), other], [...BOTH, mark("demands", "B8")]);
  assert.deepEqual(
    entries.map(({ demands, forbids }) => [demands.length, forbids.length]),
    [[1, 1], [1, 0]],
  );
});
