import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { addressesOf } from "../support/host.ts";
import { HIGH, LOW } from "../support/pairs.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { delay, settled } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const VIP = "10.9.0.100/24";
const ROUTER = { group: 1, vip: VIP, vmac: false, preemption: true };
/** More than one Master-Down interval, in which a Backup that preempts would have taken over. */
const MASTER_DOWN_MS = 3500;

Deno.test("rvrrpd is forced to be Backup and Master by signals, and by nothing else meanwhile", async () => {
  await using world = await World.create();
  await using capture = await Capture.start(world, { filter: "vrrp" });
  const high = await start(world, "r1", HIGH);
  await high.waitFor("Master");
  const low = await start(world, "r2", LOW);
  await low.waitFor("Backup");

  high.process.signal("SIGUSR2");
  await low.waitFor("Master");
  await high.process.waitForLine(/SIGUSR2: 1 virtual router forced to be Backup$/);
  await delay(MASTER_DOWN_MS);
  assert.deepEqual(await holdsAddress(world), { r1: false, r2: true });

  const marks = { high: high.process.mark(), low: low.process.mark() };
  high.process.signal("SIGUSR1");
  await low.waitFor("Backup", { since: marks.low });
  await high.waitFor("Master", { since: marks.high });
  await settled(() => holdsAddress(world), { r1: true, r2: false });
  assert.deepEqual(high.changes(), [
    "Init to Backup",
    "Backup to Master",
    "Master to Backup",
    "Backup to Master",
  ]);
  const seen = adverts(await capture.stop());
  assert.deepEqual(runs(seen), [
    { source: ADDRESS.r1, priority: HIGH },
    { source: ADDRESS.r1, priority: 0 },
    { source: ADDRESS.r2, priority: LOW },
    { source: ADDRESS.r1, priority: HIGH },
  ]);
});

Deno.test("rvrrpd that is forced to be Master yields to a better one, and forced to be Backup serves alone", async () => {
  await using world = await World.create();
  const high = await start(world, "r1", HIGH);
  await high.waitFor("Master");
  const low = await start(world, "r2", LOW);
  await low.waitFor("Backup");

  const mark = low.process.mark();
  low.process.signal("SIGUSR1");
  await low.waitFor("Master", { since: mark });
  await low.waitFor("Backup", { since: mark });
  await settled(() => holdsAddress(world), { r1: true, r2: false });

  high.process.signal("SIGUSR2");
  await settled(() => holdsAddress(world), { r1: false, r2: true });
  await low.stop();
  await settled(() => holdsAddress(world), { r1: true, r2: false });
});

async function start(world: World, machine: "r1" | "r2", priority: number): Promise<Rvrrpd> {
  return await Rvrrpd.start({ world, machine, routers: [{ ...ROUTER, priority }] });
}

async function holdsAddress(world: World): Promise<{ r1: boolean; r2: boolean }> {
  const holds = async (machine: "r1" | "r2") => (await addressesOf(world, machine)).includes(VIP);
  return { r1: await holds("r1"), r2: await holds("r2") };
}

/** Who advertised what, without repetitions. */
function runs(seen: readonly { readonly source: string; readonly priority: number }[]) {
  return seen.map(({ source, priority }) => ({ source, priority })).filter((one, index, all) => {
    const before = all[index - 1];
    return before?.source !== one.source || before.priority !== one.priority;
  });
}
