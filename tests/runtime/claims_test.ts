import assert from "node:assert/strict";
import type { VirtualRouterConfig } from "../../src/config/types.ts";
import { Claims } from "../../src/runtime/claims.ts";
import { judge, type Verdict } from "../../src/runtime/placement.ts";
import type { Router } from "../../src/runtime/router.ts";
import type { Occupant } from "../../src/runtime/undo/other_daemons.ts";
import { address, link, NOW_MS, PaperLog, router } from "./fixtures.ts";

/** Another daemon that runs some of our virtual routers. */
function bench() {
  const theirs = new Map<VirtualRouterConfig, Occupant>();
  const asked: (readonly VirtualRouterConfig[])[] = [];
  const others = {
    claim: (configs: readonly VirtualRouterConfig[]) => {
      asked.push(configs);
      return new Map(theirs.entries().filter(([one]) => configs.includes(one)));
    },
    release: () => {},
    haveAddress: () => false,
    haveLinks: () => false,
  };
  const log = new PaperLog();
  return { claims: new Claims({ others, log }), theirs, asked, log };
}

const READY: Verdict = judge(router(), {
  link: link(),
  addresses: [address("10.9.0.5/24")],
  own: [address("10.9.0.5/24")],
  machineHas: () => true,
});

function verdicts(...routers: readonly Router[]): Map<Router, Verdict> {
  return new Map(routers.map((one) => [one, READY]));
}

Deno.test("Claims lets ours run, and refuses what another process runs until it is tried again", () => {
  const { claims, theirs, log } = bench();
  const [ours, foreign] = [router({ protocol: { vrid: 1 } }), router({ protocol: { vrid: 2 } })];
  theirs.set(foreign.config, { pid: 4711, has: "router" });
  const found = verdicts(ours, foreign);
  claims.judge(found, NOW_MS);
  assert.equal(found.get(ours), READY);
  assert.deepEqual(found.get(foreign), { ready: false, reason: "runsElsewhere" });
  assert.equal(foreign.blockedBy, "runsElsewhere");
  assert.ok(foreign.retryMs > NOW_MS && foreign.retryMs < Infinity);
  assert.equal(ours.blockedBy, undefined);
  assert.deepEqual(log.lines, [
    `error: ${foreign.label} - Process 4711 runs this virtual router: stop one of both`,
  ]);
  foreign.unblock();
  theirs.clear();
  const later = verdicts(ours, foreign);
  claims.judge(later, NOW_MS);
  assert.equal(later.get(foreign), READY);
});

Deno.test("Claims names the process that replaces the MAC of the interface, and the mend", () => {
  const { claims, theirs, log } = bench();
  const one = router();
  theirs.set(one.config, { pid: 4711, has: "mac" });
  const found = verdicts(one);
  claims.judge(found, NOW_MS);
  assert.deepEqual(found.get(one), { ready: false, reason: "macTaken" });
  assert.equal(one.blockedBy, "macTaken");
  assert.deepEqual(log.lines, [
    `error: ${one.label} - Process 4711 replaces the MAC of eth0 already, which can have only ` +
    'one: set iftype = "macvlan" (recommended) or vmac = false for one of both',
  ]);
});

Deno.test("Claims asks once for each virtual router that could run", () => {
  const { claims, asked } = bench();
  const [first, second] = [router({ protocol: { vrid: 1 } }), router({ protocol: { vrid: 2 } })];
  claims.judge(new Map([[first, { ready: false, reason: "interfaceDown" }]]), NOW_MS);
  assert.deepEqual(asked, []);
  claims.judge(verdicts(first, second), NOW_MS);
  claims.judge(verdicts(first, second), NOW_MS);
  assert.deepEqual(asked, [[first.config, second.config]]);
});
