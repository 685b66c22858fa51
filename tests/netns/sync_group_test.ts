import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { addressesOf } from "../support/host.ts";
import { HIGH, LOW } from "../support/pairs.ts";
import { changePattern, Rvrrpd } from "../support/rvrrpd.ts";
import { adverts, type SeenAdvert } from "../support/traffic.ts";
import { eventually, settled } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const VIPS = { eth0: "10.9.0.100/24", eth1: "10.8.0.100/24" };
const ADDRESS_1 = { r1: "10.8.0.1", r2: "10.8.0.2" };

Deno.test("a sync group moves when one of its links fails, and comes back with it", async () => {
  await using world = await World.create();
  await addSecondNetwork(world);
  await using first = await Capture.start(world, { filter: "vrrp" });
  await using second = await Capture.start(world, { filter: "vrrp", port: "br1" });
  const high = await start(world, "r1", HIGH);
  await settled(() => holders(world), { eth0: "r1", eth1: "r1" });
  const low = await start(world, "r2", LOW);
  await low.waitFor("Backup", { vrid: 1 });
  await low.waitFor("Backup", { vrid: 2 });

  await world.unplug("r1", ["eth1"]);
  await settled(() => holders(world), { eth0: "r2", eth1: "r2" });
  const why = /group 1 .*: another member of sync group uplinks is in Fault$/;
  await high.process.waitForLine(why);
  assert.equal(high.process.matching(why).length, 1, high.process.text);

  const mark = high.process.mark();
  await world.ip("sw", "link set r1-eth1 up");
  await eventually(() => high.process.matching(changePattern("Master"), mark).length === 2, {
    what: "both members to be Master again",
  });
  await settled(() => holders(world), { eth0: "r1", eth1: "r1" });
  const moves = ["Master to Fault", "Fault to Backup", "Backup to Master"];
  for (const vrid of [1, 2]) assert.deepEqual(changesOf(high, vrid).slice(-3), moves);

  const seen = [...adverts(await first.stop()), ...adverts(await second.stop())];
  // Only r1 could say that it leaves its good link; r2 may have been beaten there first.
  const isFarewellOfLow = ({ source, priority }: SeenAdvert) => {
    return priority === 0 && source === ADDRESS.r2;
  };
  assert.deepEqual(episodes(seen.filter((one) => !isFarewellOfLow(one)), 1), [
    `${ADDRESS.r1} ${HIGH}`,
    `${ADDRESS.r1} 0`,
    `${ADDRESS.r2} ${LOW}`,
    `${ADDRESS.r1} ${HIGH}`,
  ]);
  assert.deepEqual(episodes(seen.filter(({ priority }) => priority > 0), 2), [
    `${ADDRESS_1.r1} ${HIGH}`,
    `${ADDRESS_1.r2} ${LOW}`,
    `${ADDRESS_1.r1} ${HIGH}`,
  ]);
});

Deno.test("a sync group is forced as a whole, and gives up its other link when it is beaten on one", async () => {
  await using world = await World.create();
  await addSecondNetwork(world);
  const high = await start(world, "r1", HIGH);
  await settled(() => holders(world), { eth0: "r1", eth1: "r1" });
  const low = await start(world, "r2", LOW);
  await low.waitFor("Backup", { vrid: 2 });
  high.process.signal("SIGUSR2");
  await settled(() => holders(world), { eth0: "r2", eth1: "r2" });
  high.process.signal("SIGUSR1");
  await settled(() => holders(world), { eth0: "r1", eth1: "r1" });
  // Which of the two is heard first is chance.
  const why = /(is Master, our priority is 200|Follows the others of sync group uplinks)$/;
  await eventually(() => low.process.matching(why).length === 2, {
    what: "both members to say why they gave up",
  });
});

Deno.test("a stranger that is Master on one link leaves no other link without a Master", async () => {
  await using world = await World.create();
  await addSecondNetwork(world);
  await Rvrrpd.start({
    world,
    machine: "host",
    routers: [{ group: 1, vip: VIPS.eth0, vmac: false, priority: 254, preemption: true }],
  });
  await settled(() => addressesOf(world, "host"), [`${ADDRESS.host}/24`, VIPS.eth0]);
  await start(world, "r1", HIGH);
  await start(world, "r2", LOW);
  // Whoever is ready first: alone, nobody takes a link from the other.
  await eventually(async () => ["r1", "r2"].includes((await holders(world)).eth1), {
    what: "one Master on eth1",
  });
  assert.equal((await holders(world)).eth0, "");
});

async function addSecondNetwork(world: World): Promise<void> {
  await world.addBridge("br1");
  for (const [index, machine] of (["r1", "r2"] as const).entries()) {
    const address = `${ADDRESS_1[machine]}/24`;
    const mac = `02:00:00:00:01:0${index + 1}`;
    await world.addLink({ machine, name: "eth1", mac, bridge: "br1", address });
  }
}

async function start(world: World, machine: "r1" | "r2", priority: number): Promise<Rvrrpd> {
  const common = { priority, preemption: true, vmac: false, sync_group: "uplinks" };
  return await Rvrrpd.start({
    world,
    machine,
    routers: [
      { ...common, group: 1, vip: VIPS.eth0 },
      { ...common, group: 2, vip: VIPS.eth1, interface: "eth1" },
    ],
  });
}

/** Which of r1 and r2 have the virtual address of each network. */
async function holders(world: World): Promise<{ eth0: string; eth1: string }> {
  const holdersOf = async (name: "eth0" | "eth1") => {
    const held = await Promise.all((["r1", "r2"] as const).map(async (machine) => {
      return (await addressesOf(world, machine, name)).includes(VIPS[name]) ? machine : "";
    }));
    return held.join("");
  };
  return { eth0: await holdersOf("eth0"), eth1: await holdersOf("eth1") };
}

function changesOf(daemon: Rvrrpd, vrid: number): string[] {
  return daemon.process.matching(changePattern("\\w+", vrid))
    .map((line) => /Changed from (\w+ to \w+)/.exec(line)?.[1] ?? line);
}

/** Who advertised what for this group, without repetitions. */
function episodes(seen: readonly SeenAdvert[], vrid: number): string[] {
  return seen.filter((advert) => advert.vrid === vrid)
    .map(({ source, priority }) => `${source} ${priority}`)
    .filter((one, index, all) => one !== all[index - 1]);
}
