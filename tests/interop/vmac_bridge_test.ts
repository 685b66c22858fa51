import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import {
  type DaemonKind,
  type RouterSpec,
  type VirtualMac,
  virtualMac,
} from "../support/daemon.ts";
import { forwarded, makeRouters } from "../support/flood.ts";
import { hasten } from "../support/hasten.ts";
import { arpAnswers, ping } from "../support/host.ts";
import { keepalived } from "../support/keepalived.ts";
import { machineState } from "../support/machine_state.ts";
import { rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { eventually, settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const VRID = 51;

/** r1's cable is a port of a bridge of its own, which has the name and the address of the cable before. */
async function createWorld(): Promise<World> {
  const world = await World.create({ withoutAddress: ["r1"] });
  await world.ip(
    "r1",
    "link set eth0 down",
    "link set eth0 name cable address 02:00:00:00:00:0c",
    `link add eth0 type bridge mcast_snooping 0 forward_delay 0`,
    `link set eth0 address ${MAC.r1}`,
    "link set cable master eth0 up",
    "link set eth0 up",
    `addr add ${ADDRESS.r1}/24 dev eth0`,
  );
  await settled(async () => {
    const [bridge] = JSON.parse(await world.run("r1", ["ip", "-j", "link", "show", "eth0"]));
    return bridge.operstate;
  }, "UP");
  return world;
}

/** Without the bridge's timers, which run. */
async function stillState(world: World): Promise<unknown> {
  const state = await machineState(world, "r1");
  return JSON.parse(
    JSON.stringify(state, (key, value) => key.endsWith("_timer") ? undefined : value),
  );
}

interface Row {
  readonly row: string;
  readonly kind: DaemonKind;
  readonly mac: VirtualMac;
  readonly own: string;
}

const ROWS: readonly Row[] = [
  { row: "rvrrpd on a macvlan", kind: rvrrpd, mac: "macvlan", own: MAC.r1 },
  { row: "rvrrpd with the MAC", kind: rvrrpd, mac: "interface", own: virtualMac(VRID) },
  { row: "keepalived on a macvlan", kind: keepalived, mac: "macvlan", own: MAC.r1 },
];

for (const { row, kind, mac, own } of ROWS) {
  Deno.test(`a bridge carries the virtual MAC, and is as before without it: ${row}`, async () => {
    await using world = await createWorld();
    const before = await stillState(world);
    const routers: RouterSpec[] = [
      { vrid: VRID, addresses: [VIP], priority: 200, virtualMac: mac },
    ];
    const capture = await Capture.start(world);
    const daemon = await kind.start({ world, machine: "r1", routers });
    await expectAnswers(world, { virtual: [], own: [MAC.r1] });
    await hasten(world, routers);
    await daemon.waitFor("Master");
    await eventually(() => ping(world, "host", VIP), { what: `an answer from ${VIP}` });
    await expectAnswers(world, { virtual: [virtualMac(VRID)], own: [own] });

    await daemon.stop();
    const senders = adverts(await capture.stop())
      .filter(({ source }) => source === ADDRESS.r1)
      .map(({ sourceMac }) => sourceMac);
    assert.deepEqual(new Set(senders), new Set([virtualMac(VRID)]));
    if (kind === rvrrpd) assert.deepEqual(await stillState(world), before);
  });
}

async function expectAnswers(
  world: World,
  expected: { readonly virtual: readonly string[]; readonly own: readonly string[] },
): Promise<void> {
  const [virtual, own] = await Promise.all([
    arpAnswers(world, VIP),
    arpAnswers(world, ADDRESS.r1),
  ]);
  assert.deepEqual({ virtual, own }, expected);
}

Deno.test("a Backup's macvlan on a bridge forwards nothing that is flooded to the virtual MAC [B4 forbids]", async () => {
  await using world = await createWorld();
  await makeRouters(world, ["r1"]);
  const routers: RouterSpec[] = [
    { vrid: VRID, addresses: [VIP], priority: 200, virtualMac: "macvlan" },
  ];
  const daemon = await rvrrpd.start({ world, machine: "r1", routers });
  const flood = { machine: "r1", mac: virtualMac(VRID), family: 4, count: 10 } as const;
  assert.equal(await forwarded(world, { ...flood, mac: MAC.r1 }), 10, "it is a router");
  assert.equal(await forwarded(world, flood), 0);
  await hasten(world, routers);
  await daemon.waitFor("Master");
  assert.equal(await forwarded(world, flood), 10, "the Master does forward it");
});
