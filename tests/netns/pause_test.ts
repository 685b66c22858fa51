import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const ROUTER = { group: 1, vip: "10.9.0.100/24", preemption: true, vmac: false };
/** Longer than the Master-Down interval of the other router. */
const PAUSE_MS = 6000;

Deno.test("rvrrpd that stood still as Master listens for an interval before it speaks again [R13 demands]", async () => {
  await using world = await World.create();
  const first = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, priority: 250 }],
  });
  await first.waitFor("Master");
  const second = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTER, priority: 100 }],
  });
  await second.waitFor("Backup");
  const capture = await Capture.start(world);

  first.process.signal("SIGSTOP");
  await second.waitFor("Master");
  await delay(PAUSE_MS - 4000);
  const continuedMs = Date.now();
  const since = second.process.mark();
  first.process.signal("SIGCONT");
  await first.process.waitForLine(/This process stood still for \d/);
  await second.waitFor("Backup", { since });

  const seen = adverts(await capture.stop());
  const [back] = seen.filter(({ source, tMs }) => source === ADDRESS.r1 && tMs >= continuedMs);
  assert.ok(back !== undefined, "the first router speaks again");
  assert.ok(
    back.tMs - continuedMs >= 990,
    `it listened for ${back.tMs - continuedMs} ms only`,
  );
  assert.deepEqual(first.changes(), ["Init to Backup", "Backup to Master"]);
});

Deno.test("rvrrpd that stood still as Backup finds the waiting advertisements before its timer", async () => {
  await using world = await World.create();
  const first = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, priority: 250 }],
  });
  await first.waitFor("Master");
  const second = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTER, priority: 100 }],
  });
  await second.waitFor("Backup");
  second.process.signal("SIGSTOP");
  await delay(PAUSE_MS);
  second.process.signal("SIGCONT");
  await delay(2000);
  assert.deepEqual(second.changes(), ["Init to Backup"]);
  assert.deepEqual(first.changes(), ["Init to Backup", "Backup to Master"]);
});

/** About Master-Down of the Backup, 3,609 ms, and less than an interval more: both timers have run out. */
const STOPS_MS = [3300, 3550, 3620, 3900, 4200];

Deno.test("rvrrpd that stood still as Backup a little longer than its timer follows the Master on", async () => {
  await using world = await World.create();
  const [first, second] = await Promise.all([
    Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, priority: 250 }] }),
    Rvrrpd.start({ world, machine: "r2", routers: [{ ...ROUTER, priority: 100 }] }),
  ]);
  await first.waitFor("Master");
  const capture = await Capture.start(world);
  for (const stopMs of STOPS_MS) {
    second.process.signal("SIGSTOP");
    await delay(stopMs);
    second.process.signal("SIGCONT");
    await delay(1500);
    assert.deepEqual(second.changes(), ["Init to Backup"], `stopped for ${stopMs} ms`);
  }
  const senders = new Set(adverts(await capture.stop()).map(({ source }) => source));
  assert.deepEqual(senders, new Set([ADDRESS.r1]));
});

Deno.test("rvrrpd that stood still as Backup goes by the interval that it has learnt", async () => {
  await using world = await World.create();
  const start = (machine: "r1" | "r2", priority: number, advert: number) => {
    const router = { ...ROUTER, version: 3, priority, timers: { advert } };
    return Rvrrpd.start({ world, machine, routers: [router] });
  };
  const first = await start("r1", 250, 0.1);
  await first.waitFor("Master");
  const second = await start("r2", 100, 1);
  await second.process.waitForLine(/interval/);
  // Longer than three intervals of the Master, shorter than one of our own. What the Master would
  // have sent meanwhile is to be missing.
  first.process.signal("SIGSTOP");
  second.process.signal("SIGSTOP");
  await delay(700);
  const since = second.process.mark();
  second.process.signal("SIGCONT");
  await second.waitFor("Master", { since });
  const listened = second.process.matching(/This process stood still for \d/, since);
  assert.equal(listened.length, 1, second.process.text);
});
