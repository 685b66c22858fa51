import assert from "node:assert/strict";
import type { NotifyConfig } from "../../../src/config/types.ts";
import { type Change, notifyJobs } from "../../../src/runtime/scripts/notify_jobs.ts";
import { routerConfig } from "../fixtures.ts";

const NOTIFY: NotifyConfig = {
  onMaster: ["/m"],
  onBackup: ["/b", "x"],
  onFault: ["/f"],
  onStop: ["/s"],
  onChange: ["/c"],
  timeoutMs: 1234,
  appendsWords: false,
};
const CHANGE: Change = {
  from: "Backup",
  to: "Master",
  reason: "masterSilent",
  priority: 150,
  sequence: 3,
};

function programs(change: Partial<Change>, notify: NotifyConfig = NOTIFY): string[] | undefined {
  const jobs = notifyJobs({ ...routerConfig(), notify }, { ...CHANGE, ...change });
  return jobs?.map(({ command, words }) => [...command, ...words].join(" "));
}

Deno.test("notifyJobs() runs the state's own program before the common one", () => {
  assert.deepEqual(programs({ to: "Master" }), ["/m", "/c"]);
  assert.deepEqual(programs({ from: "Master", to: "Backup" }), ["/b x", "/c"]);
  assert.deepEqual(programs({ to: "Fault" }), ["/f", "/c"]);
});

Deno.test("notifyJobs() tells of the end, whatever it was before", () => {
  assert.deepEqual(programs({ from: "Master", to: "Down" }), ["/s", "/c"]);
  assert.deepEqual(programs({ from: "Backup", to: "Down" }), ["/s", "/c"]);
});

Deno.test("notifyJobs() tells of the end of being Master alone where that is asked for", () => {
  const notify = {
    onMaster: ["/m"],
    onMasterEnd: ["/e"],
    timeoutMs: 1,
    appendsWords: false,
  } as const;
  for (const to of ["Backup", "Fault", "Down"] as const) {
    assert.deepEqual(programs({ from: "Master", to }, notify), ["/e"]);
    assert.equal(programs({ from: "Init", to }, notify), undefined);
  }
  assert.deepEqual(programs({ to: "Master" }, notify), ["/m"]);
});

Deno.test("notifyJobs() has nothing for what is no new state", () => {
  assert.deepEqual(programs({ from: "Fault", to: "Fault" }), undefined);
  assert.deepEqual(programs({ from: "Fault", to: "Init" }), undefined);
});

Deno.test("notifyJobs() runs only what is configured", () => {
  const notify = { onBackup: ["/b"], timeoutMs: 1, appendsWords: false } as const;
  assert.deepEqual(programs({ to: "Master" }, notify), []);
});

Deno.test("notifyJobs() appends group, interface, state, priority, reason and number", () => {
  const notify = { ...NOTIFY, appendsWords: true };
  assert.deepEqual(programs({}, notify), [
    "/m 7 eth0 Master 150 masterSilent 3",
    "/c 7 eth0 Master 150 masterSilent 3",
  ]);
});

Deno.test("notifyJobs() says all of it in the environment", () => {
  const jobs = notifyJobs({ ...routerConfig(), notify: NOTIFY }, {
    ...CHANGE,
    to: "Fault",
    reason: "linkFault",
    fault: "interfaceDown",
  });
  assert.deepEqual(jobs?.[0], {
    command: ["/f"],
    words: [],
    environment: {
      RVRRPD_GROUP: "7",
      RVRRPD_INTERFACE: "eth0",
      RVRRPD_FAMILY: "4",
      RVRRPD_ADDRESSES: "10.9.0.100",
      RVRRPD_STATE: "Fault",
      RVRRPD_PREVIOUS_STATE: "Backup",
      RVRRPD_PRIORITY: "150",
      RVRRPD_REASON: "linkFault",
      RVRRPD_FAULT: "interfaceDown",
      RVRRPD_SEQUENCE: "3",
    },
    timeoutMs: 1234,
    purpose: "group 7 on eth0, Fault",
    codeIsAnswer: false,
  });
});
