import assert from "node:assert/strict";
import { ledgerOf } from "../../../scripts/conformance/ledger.ts";
import type { Mark } from "../../../scripts/conformance/marks.ts";
import { tableText } from "../../../scripts/conformance/table.ts";
import type { Requirement } from "../../conformance/requirement.ts";

const MUST: Requirement = {
  id: "B9",
  level: "MUST",
  source: "RFC 9568 6.4.2",
  sentence: "It does.",
  without: { forbids: "nothing else can be" },
};
const TEST: Mark = {
  id: "B9",
  polarity: "demands",
  path: "tests/vrrp/a_test.ts",
  title: "step() does a|b: ${why}",
};

function tableOf(requirements: readonly Requirement[], marks: readonly Mark[]): string {
  const { entries } = ledgerOf(requirements, marks);
  return tableText([{ title: "Machine", requirements }], entries);
}

Deno.test("tableText() has a line for each requirement, with links and reasons", () => {
  assert.ok(
    tableOf([MUST], [TEST]).endsWith(
      "| B9 | MUST | RFC 9568 6.4.2 | It does. | " +
        "[step() does a\\|b: \\${why}](../vrrp/a_test.ts) | no test: nothing else can be |\n",
    ),
  );
});

Deno.test("tableText() names what does not bind, and what is otherwise", () => {
  const optional = {
    id: "M2",
    level: "MUST",
    source: "",
    sentence: "",
    unbound: "optional",
  } as const;
  const other = { id: "S4", level: "MUST", source: "", sentence: "", deviation: "true" } as const;
  const text = tableOf([optional, other], []);
  assert.match(text, /\| M2 .*does not bind: optional/);
  assert.match(text, /\| S4 .*otherwise here: true/);
});

Deno.test("tableText() counts what is tested both ways, what has a reason, and what does not bind", () => {
  const strict: Requirement = { id: "B8", level: "MUST NOT", source: "", sentence: "" };
  const optional = {
    id: "M2",
    level: "MUST",
    source: "",
    sentence: "",
    unbound: "optional",
  } as const;
  const marks = (["demands", "forbids"] as const).map((polarity) => ({
    ...TEST,
    id: "B8",
    polarity,
  }));
  const text = tableOf([MUST, strict, optional], [TEST, ...marks]);
  assert.match(text, /\| MUST, MUST NOT \| 2 \| 1 both ways \| 1 one or both ways \|/);
  assert.match(text, /\| do not bind \| 1 \|/);
});
