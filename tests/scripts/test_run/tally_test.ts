import assert from "node:assert/strict";
import { sum, tallyTests } from "../../../scripts/test_run/tally.ts";

/** As `deno test --junit-path` writes it: one suite per file, text escaped. */
function report(...suites: string[]): string {
  const elements = suites.map((attributes) =>
    `    <testsuite name="./a &quot;tests=&quot; &lt;b&gt;.ts" ${attributes}>\n    </testsuite>\n`
  );
  return `<testsuites name="deno test" tests="99" failures="99" errors="0" time="0.2">\n${
    elements.join("")
  }</testsuites>\n`;
}

const CASES = [
  {
    what: "adds up the files",
    report: report(
      `tests="6" disabled="0" errors="0" failures="2"`,
      `tests="3" disabled="0" errors="0" failures="0"`,
    ),
    success: false,
    tally: { passed: 7, failed: 2 },
  },
  {
    what: "counts an error as a failure",
    report: report(`tests="2" disabled="0" errors="1" failures="0"`),
    success: false,
    tally: { passed: 1, failed: 1 },
  },
  {
    what: "counts a skipped test as neither",
    report: report(`tests="2" disabled="1" errors="0" failures="0"`),
    success: true,
    tally: { passed: 1, failed: 0 },
  },
  {
    what: "counts a file that does not load, which is in no suite",
    report: report(`tests="2" disabled="0" errors="0" failures="0"`),
    success: false,
    tally: { passed: 2, failed: 1 },
  },
  {
    what: "counts a run without a report",
    report: undefined,
    success: false,
    tally: { passed: 0, failed: 1 },
  },
  {
    what: "does not let a run without tests pass",
    report: report(),
    success: true,
    tally: { passed: 0, failed: 1 },
  },
];

for (const { what, tally, ...run } of CASES) {
  Deno.test(`tallyTests() ${what}`, () => assert.deepEqual(tallyTests(run), tally));
}

Deno.test("tallyTests() reads what deno test writes", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const body =
      `Deno.test("good", () => {}); Deno.test('bad tests="9" <b>', () => { throw new Error("<testsuite tests='5'>"); });`;
    await Deno.writeTextFile(`${directory}/a_test.ts`, body);
    const args = ["test", "--no-config", "--no-lock", "--quiet", "--junit-path=junit.xml", "."];
    const options = { args, cwd: directory, stdout: "null", stderr: "null" } as const;
    const { success } = await new Deno.Command(Deno.execPath(), options).output();
    const written = await Deno.readTextFile(`${directory}/junit.xml`);
    assert.deepEqual(tallyTests({ report: written, success }), { passed: 1, failed: 1 });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("sum() of no tally is nothing", () => {
  assert.deepEqual(sum([]), { passed: 0, failed: 0 });
});
