export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

export const NOTHING: Tally = { passed: 0, failed: 0 };

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (total, { passed, failed }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
    }),
    NOTHING,
  );
}

/** One step that either works or does not. */
export function tallyStep(success: boolean): Tally {
  return success ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Counts one run of `deno test` from its JUnit report, `undefined` where it wrote none. A run that failed
 * without a failed test (a module that does not load, a killed process) counts as one failure.
 */
export function tallyTests(
  { report, success }: { report: string | undefined; success: boolean },
): Tally {
  const { passed, failed } = report === undefined ? NOTHING : sum(suites(report));
  if (failed > 0) return { passed, failed };
  return { passed, failed: success && passed > 0 ? 0 : 1 };
}

/** One entry for each test file. Text is escaped in the report, so a tag is always a tag. */
function suites(report: string): Tally[] {
  return Array.from(report.matchAll(/<testsuite (?<attributes>[^>]*)>/g), (match) => {
    const attributes = match.groups?.["attributes"] ?? "";
    const failed = count(attributes, "failures") + count(attributes, "errors");
    return { passed: count(attributes, "tests") - count(attributes, "disabled") - failed, failed };
  });
}

function count(attributes: string, name: string): number {
  return Number(new RegExp(`(?:^| )${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0);
}
