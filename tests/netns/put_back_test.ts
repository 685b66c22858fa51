import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { virtualMac } from "../support/daemon.ts";
import { addressesOf, macOf } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { claims } from "../support/traffic.ts";
import { delay, settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const OWN = `${ADDRESS.r1}/24`;
const VIP = "10.9.0.100";
const ROUTER: TomlTable = { group: 1, priority: 250, vip: `${VIP}/24` };
const OTHER_MAC = "02:00:00:00:00:99";
/** Ten times what is promised. */
const SOON_MS = 1000;

const ROWS: readonly {
  readonly row: string;
  readonly keys: TomlTable;
  readonly carrier: string;
  readonly prefix: string;
  /** What the carrier has beside the virtual address. */
  readonly own: readonly string[];
}[] = [
  {
    row: "ether with its own MAC",
    keys: { vmac: false },
    carrier: "eth0",
    prefix: `${VIP}/24`,
    own: [OWN],
  },
  {
    row: "ether with the virtual MAC",
    keys: { vmac: true },
    carrier: "eth0",
    prefix: `${VIP}/24`,
    own: [OWN],
  },
  {
    row: "macvlan",
    keys: { iftype: "macvlan" },
    carrier: "standby1",
    prefix: `${VIP}/32`,
    own: [],
  },
];

async function startMaster(world: World, keys: TomlTable): Promise<Rvrrpd> {
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
  await daemon.waitFor("Master");
  return daemon;
}

for (const { row, keys, carrier, prefix, own } of ROWS) {
  Deno.test(`rvrrpd as Master puts its address back that somebody removed: ${row}`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const daemon = await startMaster(world, { ...keys, timers: { advert: 1, garp_delay: 0 } });
    await settled(() => addressesOf(world, "r1", carrier), [...own, prefix]);
    await delay(500);

    const capture = await Capture.start(world);
    const since = daemon.process.mark();
    await world.ip("r1", `addr del ${prefix} dev ${carrier}`);
    await settled(() => addressesOf(world, "r1", carrier), [...own, prefix], SOON_MS);
    await daemon.process.waitForLine(/Somebody removed 10\.9\.0\.100: put back$/, { since });
    const announced = claims(await capture.stop()).map(({ address }) => address);
    assert.deepEqual(announced, [VIP], "neighbours may have asked in vain");
    assert.deepEqual(daemon.process.matching(/Changed from/, since), []);

    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

Deno.test("rvrrpd puts an address back ever later while somebody goes on removing it", async () => {
  await using world = await World.create();
  const daemon = await startMaster(world, { vmac: false });
  const since = daemon.process.mark();
  for (let time = 0; time < 4; time++) {
    await settled(() => addressesOf(world, "r1"), [OWN, `${VIP}/24`]);
    await world.ip("r1", `addr del ${VIP}/24 dev eth0`);
  }
  await settled(() => addressesOf(world, "r1"), [OWN, `${VIP}/24`]);
  const said = () => daemon.process.matching(/Somebody removed/, since);
  await settled(() => Promise.resolve(said().length), 4);
  const waitedS = said().map((line) => Number(/put back after (.*) s$/.exec(line)?.[1] ?? 0));
  // A busy machine may add to each of them.
  const leastS = [0, 0.1, 0.2, 0.4];
  assert.ok(waitedS.every((oneS, time) => oneS >= (leastS[time] ?? 0)), said().join("\n"));
});

Deno.test("rvrrpd puts every address back after all were flushed and only its own set again", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const daemon = await startMaster(world, {
    vmac: false,
    vip: [VIP, "10.9.0.101", "192.168.7.1/24"],
    excluded_vips: ["10.9.0.102"],
  });
  const virtual = [`${VIP}/24`, "10.9.0.101/24", "192.168.7.1/24", "10.9.0.102/24"];
  const all = async () => (await addressesOf(world, "r1")).toSorted();
  await settled(all, [OWN, ...virtual].toSorted());
  await world.ip("r1", "addr flush dev eth0", `addr add ${OWN} dev eth0`);
  await settled(all, [OWN, ...virtual].toSorted());
  await daemon.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});

Deno.test("rvrrpd as Master sets an address that was there before it when that one goes", async () => {
  await using world = await World.create();
  await world.ip("r1", `addr add ${VIP}/24 dev eth0`);
  const daemon = await startMaster(world, { vmac: false, owner: false });
  const since = daemon.process.mark();
  await world.ip("r1", `addr del ${VIP}/24 dev eth0`);
  await settled(() => addressesOf(world, "r1"), [OWN, `${VIP}/24`], SOON_MS);
  await daemon.process.waitForLine(/Somebody removed 10\.9\.0\.100: put back$/, { since });
  await daemon.stop();
  assert.deepEqual(await addressesOf(world, "r1"), [OWN]);
});

Deno.test("rvrrpd as Backup leaves alone that somebody sets and removes the address", async () => {
  await using world = await World.create();
  const backup = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, priority: 100, vmac: false }],
  });
  const master = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTER, vmac: false, preemption: true }],
  });
  await master.waitFor("Master");
  await backup.waitFor("Backup");
  await world.ip("r1", `addr add ${VIP}/24 dev eth0`, `addr del ${VIP}/24 dev eth0`);
  await delay(500);
  assert.deepEqual(await addressesOf(world, "r1"), [OWN]);
  assert.deepEqual(backup.process.matching(/Somebody/), []);
});

Deno.test("rvrrpd owns its addresses no longer when one of them is removed, and says so", async () => {
  await using world = await World.create();
  await world.ip("r1", `addr add ${VIP}/24 dev eth0`);
  const daemon = await startMaster(world, { vmac: false });
  assert.deepEqual(daemon.changes(), ["Init to Master"]);
  const since = daemon.process.mark();
  await world.ip("r1", `addr del ${VIP}/24 dev eth0`);
  await daemon.process.waitForLine(/Fault: interface eth0 has lost virtual addresses/, { since });
  await daemon.waitFor("Backup", { since });
  await daemon.waitFor("Master", { since });
  await settled(() => addressesOf(world, "r1"), [OWN, `${VIP}/24`]);
  await daemon.stop();
  assert.deepEqual(await addressesOf(world, "r1"), [OWN]);
});

for (const { keys, carrier, row } of ROWS.filter(({ keys }) => keys["vmac"] !== false)) {
  Deno.test(`rvrrpd as Master puts the virtual MAC back that somebody replaced: ${row}`, async () => {
    await using world = await World.create();
    const daemon = await startMaster(world, keys);
    await settled(() => macOf(world, "r1", carrier), virtualMac(1));
    const since = daemon.process.mark();
    await world.ip("r1", `link set ${carrier} address ${OTHER_MAC}`);
    await settled(() => macOf(world, "r1", carrier), virtualMac(1), SOON_MS);
    await daemon.process.waitForLine(
      new RegExp(`Somebody set the MAC of ${carrier} to ${OTHER_MAC}: .* put back$`),
      { since },
    );
    await delay(500);
    assert.equal(await macOf(world, "r1", carrier), virtualMac(1));
    await daemon.process.waitForLine(/Somebody set the MAC/, { since });
    assert.equal(daemon.process.matching(/Somebody set the MAC/, since).length, 1);
    assert.deepEqual(daemon.process.matching(/Changed from/, since), []);
    assert.deepEqual(await addressesOf(world, "r1", "eth0"), [
      OWN,
      ...carrier === "eth0" ? [`${VIP}/24`] : [],
    ]);
  });
}

Deno.test("rvrrpd gives an interface its own MAC back that somebody set during the time as Master", async () => {
  await using world = await World.create();
  const daemon = await startMaster(world, { vmac: true });
  await settled(() => macOf(world, "r1"), virtualMac(1));
  for (const mac of [MAC.r1, OTHER_MAC]) {
    await world.ip("r1", `link set eth0 address ${mac}`);
    await settled(() => macOf(world, "r1"), virtualMac(1));
  }
  await daemon.stop();
  assert.equal(await macOf(world, "r1"), OTHER_MAC);
});

Deno.test("rvrrpd as Backup puts the virtual MAC of its macvlan back", async () => {
  await using world = await World.create();
  const backup = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, priority: 100, iftype: "macvlan" }],
  });
  const master = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTER, iftype: "macvlan", preemption: true }],
  });
  await master.waitFor("Master");
  await backup.waitFor("Backup");
  await world.ip("r1", `link set standby1 address ${OTHER_MAC}`);
  await settled(() => macOf(world, "r1", "standby1"), virtualMac(1), SOON_MS);
  assert.deepEqual(await addressesOf(world, "r1", "standby1"), []);
});
