import assert from "node:assert/strict";
import { ApiLoad } from "../../scripts/benchmark/api_load/load.ts";
import type { LoadPlan } from "../../scripts/benchmark/api_load/plan.ts";
import { residentOf } from "../../scripts/benchmark/memory.ts";
import { OPS_LINE } from "../api/fixtures.ts";
import { attempt } from "../support/command.ts";
import { Capture } from "../support/capture.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { eventually } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const MB = 1e6;

/** Many times what they take: a stream that nobody reads must not pile up what happens. */
const MOST_GROWTH_BYTES = 200 * MB;
/** What the Backups of other makes wait at the least. */
const MASTER_DOWN_MS = 3000;

const PLAN: LoadPlan = {
  hostname: ADDRESS.r1,
  port: 7080,
  credentials: "ops:banana",
  requestsPerS: 20,
  clients: 4,
  streams: 0,
  unreadStreams: 200,
  idle: 300,
  slowBodies: 4,
  slowHeads: 100,
  durationMs: 6000,
};

const GROUPS = Array.from({ length: 20 }, (_, index) => index + 1);

Deno.test("streams that nobody reads, heads without end and idle connections cost bounded memory and no advertisement", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: GROUPS.map((group) => ({ group, vip: `10.9.1.${group}`, vmac: false, priority: 254 })),
    general: { api: { users: [OPS_LINE], host: `${PLAN.hostname}:${PLAN.port}` } },
  });
  for (const vrid of GROUPS) await daemon.waitFor("Master", { vrid });
  await daemon.process.waitForLine(/The client API listens on/);
  const before = await residentOf(daemon.process.pid);
  const capture = await Capture.start(world, { filter: "vrrp" });
  const load = await ApiLoad.start({ world, machine: "host", plan: PLAN });
  const report = await load.report();
  const growth = await residentOf(daemon.process.pid) - before;
  assert.ok(growth < MOST_GROWTH_BYTES, `${growth} bytes more`);
  assert.ok(report.answered > 0 && report.endedHeads > 0, JSON.stringify(report));
  const url = `http://${PLAN.hostname}:${PLAN.port}/run/vrrp`;
  const curl = ["curl", "-s", "-m", "5", "-u", PLAN.credentials, url];
  const inside = ["ip", "netns", "exec", world.namespace("host"), ...curl] as const;
  await eventually(async () => (await attempt(inside)).stdout.includes('"Master"'), {
    what: "an answer beside all that is open",
  });
  assert.deepEqual(daemon.changes().filter((change) => change.startsWith("Master to")), []);
  const sentMs = adverts(await capture.stop());
  for (const group of GROUPS) {
    const times = sentMs.filter(({ vrid }) => vrid === group).map(({ tMs }) => tMs);
    assert.ok(times.length >= 2, `group ${group} has been silent`);
    const gaps = times.slice(1).map((tMs, index) => tMs - (times[index] ?? tMs));
    assert.ok(Math.max(...gaps) < MASTER_DOWN_MS, `group ${group}: ${Math.max(...gaps)} ms`);
  }
  await load.end();
  await daemon.stop();
});
