import assert from "node:assert/strict";
import { FailureLog } from "../../../src/runtime/scripts/failure_log.ts";
import type { Job, Outcome } from "../../../src/runtime/scripts/job.ts";
import { recordingLog } from "./recording_log.ts";

const JOB: Job = {
  command: ["/bin/moved", "x"],
  words: [],
  environment: {},
  timeoutMs: 1000,
  purpose: "group 1 on eth0, Master",
  codeIsAnswer: false,
};
const GOOD = { kind: "code", code: 0 } as const;
const BAD = { kind: "code", code: 3 } as const;
const TIMEOUT = { kind: "timeout", afterMs: 1500 } as const;

function told(...notes: readonly [Partial<Job>, Outcome, ...string[]][]): string[] {
  const { log, lines } = recordingLog();
  const failures = new FailureLog(log);
  for (const [keys, outcome, ...said] of notes) failures.note({ ...JOB, ...keys }, outcome, said);
  return lines;
}

Deno.test("FailureLog.note() tells of a failure once, and once that it is over", () => {
  assert.deepEqual(told([{}, BAD], [{}, TIMEOUT], [{}, BAD], [{}, GOOD], [{}, GOOD], [{}, BAD]), [
    "warning: /bin/moved (group 1 on eth0, Master) ended with code 3",
    "information: /bin/moved works again",
    "warning: /bin/moved (group 1 on eth0, Master) ended with code 3",
  ]);
});

Deno.test("FailureLog.note() tells what went wrong, with the first line that was said", () => {
  const rows: readonly (readonly [Outcome, string])[] = [
    [BAD, "ended with code 3: no"],
    [{ kind: "signal", signal: 11 }, "was ended by signal 11: no"],
    [TIMEOUT, "was ended after its time limit of 1.5 s: no"],
    [{ kind: "refused", why: "gone" }, "does not run: gone: no"],
  ];
  for (const [outcome, words] of rows) {
    assert.deepEqual(told([{}, outcome, "no", "more"]), [
      `warning: /bin/moved (group 1 on eth0, Master) ${words}`,
    ]);
  }
});

Deno.test("FailureLog.note() tells commands apart as the configuration has them", () => {
  assert.equal(told([{}, BAD], [{ command: ["/bin/moved", "y"] }, BAD]).length, 2);
  assert.equal(told([{ words: ["1"] }, BAD], [{ words: ["2"] }, BAD]).length, 1);
});

Deno.test("FailureLog.note() takes an exit code for an answer where it is one", () => {
  assert.deepEqual(told([{ codeIsAnswer: true }, BAD]), []);
  assert.equal(told([{ codeIsAnswer: true }, TIMEOUT]).length, 1);
});
