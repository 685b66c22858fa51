import assert from "node:assert/strict";
import type { TrackingConfig } from "../../../src/config/types.ts";
import type { Router } from "../../../src/runtime/router.ts";
import { Board } from "../../../src/runtime/tracking/board.ts";
import { router } from "../fixtures.ts";

const NOTHING: TrackingConfig = { interfaces: [], routes: [], files: [], scripts: [] };

function follower(tracking: Partial<TrackingConfig>): Router {
  return router({ tracking: { ...NOTHING, ...tracking } });
}

function eth1(weight: number): Router {
  return follower({ interfaces: [{ name: "eth1", weight }] });
}

function board(...routers: readonly Router[]): Board {
  const made = new Board();
  made.replace(routers);
  return made;
}

/** Tells the virtual routers what has changed, and gives it. */
function told(one: Board) {
  const changes = one.take();
  for (const { router, outcome } of changes) router.track(outcome);
  return changes;
}

Deno.test("Board says what a change does, and by what", () => {
  const [heavy, light] = [eth1(-20), eth1(5)];
  const one = board(heavy, light);
  one.note("interface eth1", true, "is up");
  assert.deepEqual(told(one), [
    { router: light, outcome: { adjustment: 5 }, causes: ["interface eth1 is up (weight 5)"] },
  ]);
  one.note("interface eth1", false, "is down");
  assert.deepEqual(told(one), [
    {
      router: heavy,
      outcome: { adjustment: -20 },
      causes: ["interface eth1 is down (weight -20)"],
    },
    { router: light, outcome: { adjustment: 0 }, causes: ["interface eth1 is down (weight 5)"] },
  ]);
});

Deno.test("Board adds up all that a virtual router tracks", () => {
  const many = follower({
    interfaces: [{ name: "eth1", weight: -20 }, { name: "eth2", weight: 10 }],
    files: [{ path: "/run/number", weight: 2 }],
  });
  const one = board(many);
  one.note("interface eth1", false, "is down");
  one.note("interface eth2", true, "is up");
  one.note("file /run/number", 7, "says 7");
  assert.deepEqual(told(one), [{
    router: many,
    outcome: { adjustment: -20 + 10 + 14 },
    causes: [
      "interface eth1 is down (weight -20)",
      "interface eth2 is up (weight 10)",
      "file /run/number says 7 (weight 2)",
    ],
  }]);
});

Deno.test("Board names everything that has failed without a weight", () => {
  const strict = follower({
    interfaces: [{ name: "eth1", weight: 0 }, { name: "eth2", weight: 0 }],
  });
  const one = board(strict);
  one.note("interface eth1", false, "is down");
  one.note("interface eth2", false, "is missing");
  assert.equal(told(one)[0]?.outcome.down, "interface eth1 and interface eth2");
  one.note("interface eth1", true, "is up");
  assert.equal(told(one)[0]?.outcome.down, "interface eth2");
  one.note("interface eth2", true, "is up");
  assert.deepEqual(told(one)[0]?.outcome, { adjustment: 0 });
});

Deno.test("Board says nothing of a change that was over before anybody asked", () => {
  const one = board(eth1(-20));
  one.note("interface eth1", false, "is down");
  one.note("interface eth1", true, "is up");
  assert.deepEqual(told(one), []);
});

Deno.test("Board says nothing twice", () => {
  const one = board(eth1(-20));
  one.note("interface eth1", false, "is down");
  assert.equal(told(one).length, 1);
  one.note("interface eth1", false, "is missing");
  assert.deepEqual(told(one), []);
});

Deno.test("Board says nothing of what nobody follows", () => {
  const one = board(eth1(-20));
  one.note("interface eth7", false, "is down");
  assert.deepEqual(told(one), []);
});

Deno.test("Board makes a virtual router wait for a first result that decides", () => {
  const script = { command: ["/bin/true"] as const, intervalMs: 1, timeoutMs: 1, rise: 1, fall: 1 };
  const waiting = follower({ scripts: [{ name: "web", ...script, weight: 0 }] });
  const going = follower({ scripts: [{ name: "web", ...script, weight: -20 }] });
  const one = board(waiting, going);
  assert.deepEqual(told(one), [
    {
      router: waiting,
      outcome: { adjustment: 0, awaits: "script web" },
      causes: ["its configuration"],
    },
  ]);
  one.note("script web", false, "fails");
  assert.deepEqual(told(one).map(({ outcome }) => outcome), [
    { adjustment: 0, down: "script web" },
    { adjustment: -20 },
  ]);
});

Deno.test("Board goes on with what it knows when the configuration changes", () => {
  const kept = eth1(-20);
  const one = board(kept);
  one.note("interface eth1", false, "is down");
  told(one);
  const heavier = eth1(-30);
  one.replace([kept, heavier]);
  assert.deepEqual(told(one), [{
    router: heavier,
    outcome: { adjustment: -30 },
    causes: ["interface eth1 is down (weight -30)"],
  }]);
});

Deno.test("Board speaks of some at a time, and of each once", () => {
  const routers = [eth1(-1), eth1(-2), eth1(-3)];
  const one = board(...routers);
  one.note("interface eth1", false, "is down");
  assert.deepEqual(one.take(2).map(({ router }) => router), routers.slice(0, 2));
  assert.ok(one.hasNews);
  assert.deepEqual(one.take(2).map(({ router }) => router), routers.slice(2));
  assert.ok(!one.hasNews);
});

Deno.test("Board takes back what is not tracked any more", () => {
  const one = board();
  const changed = eth1(-20);
  one.replace([changed]);
  one.note("interface eth1", false, "is down");
  told(one);
  const { config } = changed;
  changed.reconfigure({ ...config, tracking: NOTHING });
  one.replace([changed]);
  assert.deepEqual(told(one), [{
    router: changed,
    outcome: { adjustment: 0 },
    causes: ["its configuration"],
  }]);
});
