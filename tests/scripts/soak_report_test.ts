import assert from "node:assert/strict";
import { readLog } from "../../scripts/soak_run/daemon_log.ts";
import { tableText } from "../../scripts/soak_run/table.ts";

Deno.test("readLog() counts changes of state, and keeps complaints", () => {
  const change = "VR 10.9.0.100 for group 1 on interface eth0 - Changed from";
  const facts = readLog([
    `2026-01-01 ${change} Init to Backup`,
    `2026-01-01 ${change} Backup to Master`,
    `2026-01-01 warning: ${change} Master to Fault: interface eth0 is down`,
    `2026-01-01 ${change} Fault to Backup`,
    "2026-01-01 error: Cannot send on eth0: ENOBUFS",
    "",
  ].join("\n"));
  assert.deepEqual(facts, {
    changes: 4,
    complaints: ["2026-01-01 error: Cannot send on eth0: ENOBUFS"],
  });
});

Deno.test("tableText() says where either router misses a goal, and only there", () => {
  const lines = tableText([
    { what: "late", unit: "ms", r1: 1, r2: 20, goal: 15 },
    { what: "memory", unit: "MB", r1: 75.04, r2: 75.06, goal: 80 },
    { what: "flaps", r1: 0, goal: 0 },
  ]).split("\n");
  assert.deepEqual(lines, [
    "What    Unit  r1    r2    Goal",
    "late    ms    1.00  20.0  ≤ 15  misses the goal",
    "memory  MB    75.0  75.1  ≤ 80",
    "flaps         0           ≤ 0",
    "",
  ]);
});
