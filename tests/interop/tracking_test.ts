import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { TestProcess } from "../support/process.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

/** Two advertisements of an unchanged Master lie in it. */
const HEARD_MS = 2500;

/** Both follow the same things of their machines, each as the only router of its group. */
async function startOurs(world: World): Promise<void> {
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{
      group: 1,
      vip: "10.9.0.101/24",
      vmac: false,
      priority: 100,
      track_interface: [{ name: "eth1", weight: -20 }, { name: "eth2", weight: 10 }],
      track_file: [{ file: world.path("number"), weight: 3 }],
    }],
  });
  await daemon.waitFor("Master");
}

async function startTheirs(world: World): Promise<void> {
  const config = world.path("keepalived.conf");
  await Deno.writeTextFile(config, keepalivedConfig(world.path("number")));
  const process = world.own(
    new TestProcess({
      command: "keepalived",
      args: [
        ...["-n", "-l", "-D", "-P", "-f", config],
        ...["-p", world.path("keepalived.pid"), "-r", world.path("keepalived-vrrp.pid")],
      ],
      namespace: world.namespace("r2"),
    }),
  );
  await process.waitForLine(/Entering MASTER STATE/);
}

function keepalivedConfig(file: string): string {
  return `
global_defs {
  vrrp_version 2
}
track_file number {
  file "${file}"
  weight 3
}
vrrp_instance VI_2 {
  state BACKUP
  interface eth0
  virtual_router_id 2
  priority 100
  advert_int 1
  track_interface {
    eth1 weight -20
    eth2 weight 10
  }
  track_file {
    number
  }
  virtual_ipaddress {
    10.9.0.102/24
  }
}
`;
}

const STEPS: readonly {
  readonly what: string;
  readonly change: (world: World) => Promise<unknown>;
  readonly priority: number;
}[] = [
  { what: "all is up", change: () => Promise.resolve(), priority: 110 },
  { what: "eth1 is down", change: (world) => onBoth(world, "link set eth1 down"), priority: 90 },
  { what: "a number is added", change: (world) => number(world, "20\n"), priority: 150 },
  { what: "too large a sum", change: (world) => number(world, "100\n"), priority: 254 },
  { what: "eth2 is down", change: (world) => onBoth(world, "link set eth2 down"), priority: 254 },
  { what: "a number is subtracted", change: (world) => number(world, "-5\n"), priority: 65 },
  { what: "too small a sum", change: (world) => number(world, "-80\n"), priority: 1 },
  { what: "no file", change: (world) => Deno.remove(world.path("number")), priority: 80 },
  { what: "eth1 is up", change: (world) => onBoth(world, "link set eth1 up"), priority: 100 },
];

async function onBoth(world: World, line: string): Promise<void> {
  await world.ip("r1", line);
  await world.ip("r2", line);
}

function number(world: World, text: string): Promise<void> {
  return Deno.writeTextFile(world.path("number"), text);
}

Deno.test("rvrrpd and keepalived that track the same advertise the same priorities", async () => {
  await using world = await World.create();
  for (const [index, machine] of (["r1", "r2"] as const).entries()) {
    for (const name of ["eth1", "eth2"]) {
      const mac = `02:00:00:00:0${index + 1}:0${name.at(-1)}`;
      await world.addLink({ machine, name, mac });
    }
  }
  await number(world, "0\n");
  await Promise.all([startOurs(world), startTheirs(world)]);
  const capture = await Capture.start(world);
  const times: number[] = [];
  for (const { change } of STEPS) {
    await change(world);
    await delay(HEARD_MS);
    times.push(Date.now());
  }
  const seen = adverts(await capture.stop());
  const lastBefore = (source: string, ms: number) =>
    seen.filter((advert) => advert.source === source && advert.tMs < ms).at(-1)?.priority;
  for (const [index, { what, priority }] of STEPS.entries()) {
    const ms = times[index] ?? NaN;
    const [ours, theirs] = [lastBefore(ADDRESS.r1, ms), lastBefore(ADDRESS.r2, ms)];
    assert.deepEqual({ what, ours, theirs }, { what, ours: priority, theirs: priority });
  }
});
