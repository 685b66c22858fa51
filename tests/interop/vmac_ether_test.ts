import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import {
  type DaemonKind,
  type RouterSpec,
  type VirtualMac,
  virtualMac,
} from "../support/daemon.ts";
import { hasten } from "../support/hasten.ts";
import { neighbour, ping } from "../support/host.ts";
import { keepalived } from "../support/keepalived.ts";
import { HIGH, LOW } from "../support/pairs.ts";
import { rvrrpd } from "../support/rvrrpd.ts";
import { claims } from "../support/traffic.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const SECOND = "10.9.0.11";
const OWN = [ADDRESS.r1, SECOND];
const ROUTER = { vrid: 51, addresses: [VIP] };
const VIRTUAL = virtualMac(ROUTER.vrid);

async function createWorld(): Promise<World> {
  const world = await World.create();
  await world.ip("r1", `addr add ${SECOND}/24 dev eth0`);
  // Entries that exist are what an announcement changes.
  for (const address of OWN) assert.equal(await ping(world, "host", address), true);
  return world;
}

/** Without a question of the host's: it believes what it has been told. */
async function expectOwn(world: World, mac: string): Promise<void> {
  const entries = () => Promise.all(OWN.map((address) => neighbour(world, "host", address)));
  await settled(entries, OWN.map(() => mac));
  for (const address of OWN) assert.equal(await ping(world, "host", address), true);
}

/** The MACs that an own address was announced with, each once and in order. */
async function announced(capture: Capture): Promise<Record<string, string[]>> {
  const seen = claims(await capture.stop());
  return Object.fromEntries(OWN.map((address) => {
    const macs = seen.filter((claim) => claim.address === address).map(({ mac }) => mac);
    return [address, macs.filter((mac, index) => mac !== macs[index - 1])];
  }));
}

async function startMaster(
  world: World,
  { kind, mac }: { readonly kind: DaemonKind; readonly mac: VirtualMac },
) {
  const routers: RouterSpec[] = [{ ...ROUTER, priority: LOW, virtualMac: mac }];
  const daemon = await kind.start({ world, machine: "r1", routers });
  await hasten(world, [ROUTER]);
  await daemon.waitFor("Master");
  return daemon;
}

Deno.test("rvrrpd announces the router's own addresses when the interface gets the virtual MAC, and when it stops", async () => {
  await using world = await createWorld();
  const capture = await Capture.start(world);
  const daemon = await startMaster(world, { kind: rvrrpd, mac: "interface" });
  await expectOwn(world, VIRTUAL);
  await daemon.stop();
  await expectOwn(world, MAC.r1);
  assert.deepEqual(await announced(capture), {
    [ADDRESS.r1]: [VIRTUAL, MAC.r1],
    [SECOND]: [VIRTUAL, MAC.r1],
  });
});

Deno.test("rvrrpd announces the router's own addresses when it gives the virtual MAC to a better one", async () => {
  await using world = await createWorld();
  const daemon = await startMaster(world, { kind: rvrrpd, mac: "interface" });
  await expectOwn(world, VIRTUAL);
  const capture = await Capture.start(world);
  const since = daemon.process.mark();
  const better: RouterSpec = { ...ROUTER, priority: HIGH, virtualMac: "interface" };
  await rvrrpd.start({ world, machine: "r2", routers: [better] });
  await daemon.waitFor("Backup", { since });
  await expectOwn(world, MAC.r1);
  assert.deepEqual(await announced(capture), { [ADDRESS.r1]: [MAC.r1], [SECOND]: [MAC.r1] });
  assert.equal(await ping(world, "host", VIP), true);
  assert.equal(await neighbour(world, "host", VIP), VIRTUAL);
});

for (
  const { kind, row } of [{ kind: rvrrpd, row: "rvrrpd" }, { kind: keepalived, row: "keepalived" }]
) {
  // keepalived knows the virtual MAC on a macvlan only, where it does as rvrrpd does.
  Deno.test(`${row} has nothing to announce of its own addresses with a macvlan`, async () => {
    await using world = await createWorld();
    const capture = await Capture.start(world);
    const daemon = await startMaster(world, { kind, mac: "macvlan" });
    await expectOwn(world, MAC.r1);
    await daemon.stop();
    await expectOwn(world, MAC.r1);
    assert.deepEqual(await announced(capture), { [ADDRESS.r1]: [], [SECOND]: [] });
  });
}
