import assert from "node:assert/strict";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { settled } from "../support/wait.ts";
import { World } from "../support/world.ts";

const ROUTER: TomlTable = { group: 1, priority: 250, vip: "10.9.0.100/24", preemption: true };
const NEXT_HOP = "10.9.0.254";
const BY_MASTER = { route: "10.20.0.0/16", nh: NEXT_HOP, metric: 7, mtu: 1400 };
/** Ten times what is promised. */
const SOON_MS = 1000;

const ROWS: readonly { readonly row: string; readonly keys: TomlTable }[] = [
  { row: "ether with its own MAC", keys: { vmac: false } },
  { row: "ether with the virtual MAC", keys: { vmac: true } },
  { row: "macvlan", keys: { iftype: "macvlan" } },
];

interface KernelRoute {
  readonly dst: string;
  readonly gateway?: string;
  readonly protocol: string;
  readonly metric?: number;
  readonly metrics?: readonly { readonly mtu?: number }[];
}

/** The routes through a next hop as `destination via next hop metric mtu protocol`. */
async function routes(world: World): Promise<string[]> {
  const text = await world.run("r1", ["ip", "-j", "-d", "route", "show"]);
  const found: readonly KernelRoute[] = JSON.parse(text);
  return found.filter(({ gateway }) => gateway !== undefined)
    .map(({ dst, gateway, protocol, metric = 0, metrics = [] }) =>
      `${dst} via ${gateway} ${metric} ${metrics[0]?.mtu ?? "-"} ${protocol}`
    );
}

const SET = `10.20.0.0/16 via ${NEXT_HOP} 7 1400 112`;

interface StartOptions {
  readonly world: World;
  readonly routers: readonly TomlTable[];
  /** `[[protocols.static]]`. */
  readonly staticRoutes?: readonly TomlTable[];
}

async function start({ world, routers, staticRoutes = [] }: StartOptions): Promise<Rvrrpd> {
  const general = staticRoutes.length === 0 ? {} : { protocols: { static: [...staticRoutes] } };
  return await Rvrrpd.start({ world, machine: "r1", routers, general });
}

async function startMaster(options: StartOptions): Promise<Rvrrpd> {
  const daemon = await start(options);
  for (const { group } of options.routers) {
    await daemon.waitFor("Master", { vrid: Number(group) });
  }
  return daemon;
}

/** A better router for these groups on the other machine. */
async function startBetter(world: World, routers: readonly TomlTable[]): Promise<Rvrrpd> {
  const better = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: routers.map((router) => ({ ...router, priority: 254 })),
  });
  for (const { group } of routers) await better.waitFor("Master", { vrid: Number(group) });
  return better;
}

for (const { row, keys } of ROWS) {
  Deno.test(`rvrrpd sets the routes of a virtual router while it is Master: ${row}`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const router = { ...ROUTER, ...keys };
    const daemon = await startMaster({ world, routers: [{ ...router, routes: [BY_MASTER] }] });
    await settled(() => routes(world), [SET]);

    const better = await startBetter(world, [router]);
    await settled(() => routes(world), []);
    const since = daemon.process.mark();
    await better.stop();
    await daemon.waitFor("Master", { since });
    await settled(() => routes(world), [SET]);
    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

Deno.test("rvrrpd sets static routes with the first Master and removes them with the last", async () => {
  await using world = await World.create();
  const groups = [1, 2].map((group) => ({
    ...ROUTER,
    group,
    vip: `10.9.0.10${group}/24`,
    vmac: false,
  }));
  const shared = { route: "10.30.0.0/16", nh: NEXT_HOP };
  const daemon = await startMaster({
    world,
    routers: groups.map((router) => ({ ...router, routes: [shared] })),
    staticRoutes: [BY_MASTER, { route: "10.40.0.0", mask: "255.255.0.0", nh: "10.9.0.253" }],
  });
  const all = [SET, `10.30.0.0/16 via ${NEXT_HOP} 0 - 112`, "10.40.0.0/16 via 10.9.0.253 0 - 112"];
  const sorted = async () => (await routes(world)).toSorted();
  await settled(sorted, all);

  const [first, second] = groups;
  assert.ok(first !== undefined && second !== undefined);
  let since = daemon.process.mark();
  await startBetter(world, [first]);
  await daemon.waitFor("Backup", { vrid: 1, since });
  assert.deepEqual(await sorted(), all, "one is Master still");

  since = daemon.process.mark();
  await world.unplug("r1");
  await daemon.waitFor("Fault", { vrid: 2, since });
  await settled(sorted, []);
  await world.plugIn("r1");
  since = daemon.process.mark();
  await daemon.waitFor("Master", { vrid: 2, since });
  await settled(sorted, all);
  await daemon.stop();
  assert.deepEqual(await routes(world), []);
});

Deno.test("rvrrpd puts a route back that somebody removed, ever later while that goes on", async () => {
  await using world = await World.create();
  const routers = [{ ...ROUTER, vmac: false, routes: [BY_MASTER] }];
  const daemon = await startMaster({ world, routers });
  await settled(() => routes(world), [SET]);
  const since = daemon.process.mark();
  for (let time = 0; time < 3; time++) {
    await world.ip("r1", "route del 10.20.0.0/16");
    await settled(() => routes(world), [SET], SOON_MS);
  }
  await daemon.process.waitForLine(/put back after 0\.\d s$/, { since });
  const said = daemon.process.matching(/was removed by somebody else/, since);
  assert.match(said[0] ?? "", /Route 10\.20\.0\.0\/16 via 10\.9\.0\.254 metric 7 .* put back$/);
});

Deno.test("rvrrpd leaves somebody else's route of the same destination alone, and sets its own after it", async () => {
  await using world = await World.create();
  await world.ip("r1", "route add 10.20.0.0/16 via 10.9.0.77 metric 7 proto static");
  const theirs = "10.20.0.0/16 via 10.9.0.77 7 - static";
  const routers = [{ ...ROUTER, vmac: false, routes: [BY_MASTER] }];
  const daemon = await startMaster({ world, routers });
  await daemon.process.waitForLine(/somebody else has a route of this destination and metric/);
  const better = await startBetter(world, [{ ...ROUTER, vmac: false }]);
  assert.deepEqual(await routes(world), [theirs]);
  const since = daemon.process.mark();
  await better.stop();
  await daemon.waitFor("Master", { since });

  await world.ip("r1", "route del 10.20.0.0/16");
  await settled(() => routes(world), [SET], SOON_MS);
  const replacedAt = daemon.process.mark();
  await world.ip("r1", "route replace 10.20.0.0/16 via 10.9.0.77 metric 7 proto static");
  await daemon.process.waitForLine(/somebody else has a route/, { since: replacedAt });
  await daemon.stop();
  assert.deepEqual(await routes(world), [theirs]);
});

Deno.test("rvrrpd sets a route as soon as its next hop can be reached, and says why not before", async () => {
  await using world = await World.create();
  const far = { route: "10.50.0.0/16", nh: "192.168.7.254" };
  const daemon = await startMaster({
    world,
    routers: [{ ...ROUTER, vmac: false }],
    staticRoutes: [far],
  });
  await daemon.process.waitForLine(/10\.50\.0\.0\/16 .*192\.168\.7\.254.*: tried again when/);
  await world.ip("r1", "addr add 192.168.7.1/24 dev eth0");
  await settled(() => routes(world), ["10.50.0.0/16 via 192.168.7.254 0 - 112"], SOON_MS);
  await daemon.process.waitForLine(/tried again when/);
  assert.equal(daemon.process.matching(/tried again when/).length, 1);
});

Deno.test("rvrrpd reaches a next hop through its own virtual address", async () => {
  await using world = await World.create();
  const routers = [{
    ...ROUTER,
    vip: ["10.9.0.100", "192.168.7.1/24"],
    vmac: false,
    routes: [{ route: "10.50.0.0/16", nh: "192.168.7.254" }],
  }];
  const daemon = await startMaster({ world, routers });
  await settled(() => routes(world), ["10.50.0.0/16 via 192.168.7.254 0 - 112"]);
  assert.deepEqual(daemon.process.matching(/tried again when/), []);
});

Deno.test("rvrrpd sets its routes again after the interface was down, of which the kernel tells nobody", async () => {
  await using world = await World.create();
  await world.addLink({
    machine: "r1",
    name: "eth1",
    mac: "02:00:00:00:01:01",
    address: "192.168.7.1/24",
  });
  const daemon = await startMaster({
    world,
    routers: [{ ...ROUTER, vmac: false }],
    staticRoutes: [{ route: "10.50.0.0/16", nh: "192.168.7.254" }],
  });
  const set = ["10.50.0.0/16 via 192.168.7.254 0 - 112"];
  await settled(() => routes(world), set);
  await world.ip("r1", "link set eth1 down");
  await settled(() => routes(world), []);
  await world.ip("r1", "link set eth1 up");
  await settled(() => routes(world), set);
  assert.deepEqual(daemon.process.matching(/removed by somebody/), []);
});
