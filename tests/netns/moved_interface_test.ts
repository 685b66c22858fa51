import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { run } from "../support/command.ts";
import { addressesOf, macOf } from "../support/host.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { adverts } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER: TomlTable = { group: 1, priority: 250, vip: `${VIP}/24` };
const OWN = `${ADDRESS.r1}/24`;

const ROWS: readonly { readonly row: string; readonly keys: TomlTable }[] = [
  { row: "ether with its own MAC", keys: { vmac: false } },
  { row: "ether with the virtual MAC", keys: { vmac: true } },
  { row: "macvlan", keys: { iftype: "macvlan" } },
];

async function ifindexOf(world: World): Promise<number> {
  const [link] = JSON.parse(await world.run("r1", ["ip", "-j", "link", "show", "eth0"]));
  return link.ifindex;
}

/** A namespace without anything in it, where an interface can go and keep its index. */
async function spareNamespace(world: World): Promise<AsyncDisposable & { readonly name: string }> {
  const name = `${world.namespace("r1")}-spare`;
  await run(["ip", "netns", "add", name]);
  return { name, [Symbol.asyncDispose]: async () => void await run(["ip", "netns", "del", name]) };
}

for (const { row, keys } of ROWS) {
  Deno.test(`rvrrpd that stood still notices that its interface was away: ${row}`, async () => {
    await using world = await World.create();
    await using spare = await spareNamespace(world);
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await daemon.waitFor("Master");
    const index = await ifindexOf(world);

    const since = daemon.process.mark();
    daemon.process.signal("SIGSTOP");
    await world.ip("r1", `link set eth0 netns ${spare.name}`);
    await run(["ip", "-n", spare.name, "link", "set", "eth0", "netns", world.namespace("r1")]);
    await world.ip("r1", `addr add ${OWN} dev eth0`, "link set eth0 up");
    assert.equal(await ifindexOf(world), index, "the index alone does not tell");
    daemon.process.signal("SIGCONT");

    await daemon.waitFor("Fault", { since });
    const faultAt = daemon.process.mark();
    await daemon.waitFor("Master", { since: faultAt });
    const capture = await Capture.start(world);
    await delay(2500);
    const seen = adverts(await capture.stop()).filter(({ source }) => source === ADDRESS.r1);
    assert.ok(seen.length >= 1, "it sends again");
    await daemon.stop();
    assert.deepEqual(await addressesOf(world, "r1"), [OWN]);
    assert.equal(await macOf(world, "r1"), MAC.r1);
  });
}
