import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { addressesOf } from "../support/host.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { ADDRESS, World } from "../support/world.ts";

const ROUTER = { group: 1, priority: 100, vip: ADDRESS.r1, vmac: false };

Deno.test("rvrrpd that owns the address is Master at once and keeps the address at the end [I1 demands] [W8a demands]", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world);
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  assert.deepEqual(daemon.changes(), ["Init to Master"]);
  await daemon.stop();
  assert.deepEqual(await addressesOf(world, "r1"), [`${ADDRESS.r1}/24`]);
  const priorities = adverts(await capture.stop()).map(({ priority }) => priority);
  assert.equal(priorities[0], 255);
  assert.equal(priorities.at(-1), 0);
});

Deno.test("rvrrpd with owner = false starts as Backup although it has the address [W8a forbids] [I2 demands]", async () => {
  await using world = await World.create();
  // Whoever does not own a virtual address needs another one to send from.
  await world.ip("r1", "addr add 10.9.0.11/24 dev eth0");
  const capture = await Capture.start(world);
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, owner: false }],
  });
  await daemon.waitFor("Master");
  assert.deepEqual(daemon.changes(), ["Init to Backup", "Backup to Master"]);
  await daemon.stop();
  const [first] = adverts(await capture.stop());
  assert.deepEqual([first?.priority, first?.source], [100, "10.9.0.11"]);
});
