import assert from "node:assert/strict";
import { leftBehind, type Namespace, type Process } from "../../scripts/sweep_namespaces.ts";

const MINUTE_MS = 60_000;
const OLD_MS = 60 * MINUTE_MS;
const NEW_MS = MINUTE_MS;

/** A test runner (100) with a daemon (101), which has a child (102); orphans of init and of systemd. */
const PROCESSES = new Map<number, Process>([
  [1, { parent: 0, name: "init" }],
  [50, { parent: 1, name: "systemd" }],
  [90, { parent: 50, name: "bash" }],
  [100, { parent: 90, name: "deno" }],
  [101, { parent: 100, name: "keepalived" }],
  [102, { parent: 101, name: "keepalived" }],
  [201, { parent: 1, name: "keepalived" }],
  [202, { parent: 201, name: "keepalived" }],
  [203, { parent: 50, name: "rvrrpd" }],
]);

const CASES: {
  what: string;
  world: Omit<Namespace, "name">[];
  left: boolean;
}[] = [
  {
    what: "with a daemon of a living test",
    world: [{ ageMs: OLD_MS, pids: [101, 102] }],
    left: false,
  },
  {
    what: "with an orphan and its child",
    world: [{ ageMs: NEW_MS, pids: [201, 202] }],
    left: true,
  },
  {
    what: "with an orphan under the user's systemd",
    world: [{ ageMs: NEW_MS, pids: [203] }],
    left: true,
  },
  {
    what: "with an orphan beside a living one",
    world: [{ ageMs: OLD_MS, pids: [101, 201] }],
    left: false,
  },
  { what: "with a process that just ended", world: [{ ageMs: OLD_MS, pids: [999] }], left: true },
  { what: "just made and still empty", world: [{ ageMs: NEW_MS, pids: [] }], left: false },
  { what: "empty for long", world: [{ ageMs: OLD_MS, pids: [] }], left: true },
  {
    what: "whose other namespace is looked after",
    world: [{ ageMs: OLD_MS, pids: [] }, { ageMs: OLD_MS, pids: [102, 101] }],
    left: false,
  },
];

for (const { what, world, left } of CASES) {
  Deno.test(`leftBehind() ${left ? "gives" : "spares"} a world ${what}`, () => {
    const namespaces = world.map((rest, index) => ({ name: `rv-a1-r${index}`, ...rest }));
    assert.deepEqual(leftBehind(namespaces, PROCESSES), left ? namespaces : []);
  });
}

Deno.test("leftBehind() judges every world by itself", () => {
  const living = { name: "rv-a1-r1", ageMs: OLD_MS, pids: [101] };
  const dead = { name: "rv-a2-r1", ageMs: OLD_MS, pids: [201] };
  assert.deepEqual(leftBehind([living, dead], PROCESSES), [dead]);
});
