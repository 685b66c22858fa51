import assert from "node:assert/strict";
import { addressesOf } from "../support/host.ts";
import {
  ipv6World,
  LINK_VIP,
  reachesFar,
  ROUTER,
  VIP,
  virtualAddresses,
} from "../support/ipv6_scene.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { sysctls } from "../support/sysctl.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS6, type World } from "../support/world.ts";

const LINK = "standby7";
const OF_LINK = ["accept_ra", "autoconf", "addr_gen_mode"]
  .map((name) => `net/ipv6/conf/${LINK}/${name}`);
const KEEPS_ADDRESSES = "net/ipv6/conf/eth0/keep_addr_on_down";

async function lower(world: World): Promise<void> {
  await world.ip("r1", "link set eth0 mtu 1000");
}

/** The kernel has forgotten the interface's global address for good. */
async function raise(world: World): Promise<void> {
  await world.ip("r1", "link set eth0 mtu 1500", `addr add ${ADDRESS6.r1}/64 dev eth0 nodad`);
}

async function hasLinkLocal(world: World): Promise<boolean> {
  const line = await world.run("r1", ["ip", "-6", "-o", "addr", "show", "eth0", "scope", "link"]);
  return line !== "" && !line.includes("tentative");
}

async function mtu(world: World): Promise<number> {
  const [link] = JSON.parse(await world.run("r1", ["ip", "-j", "link", "show", LINK]));
  return link.mtu;
}

Deno.test("rvrrpd's macvlan carries IPv6 again as before after the MTU of its interface was too small for it", async () => {
  await using world = await ipv6World();
  // What the kernel makes of an interface that begins anew with IPv6 is not all that it was before.
  await lower(world);
  await raise(world);
  await settled(() => hasLinkLocal(world), true);
  const before = await machineState(world, "r1");
  const routers = [{ ...ROUTER, iftype: "macvlan" }];
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers });
  await daemon.waitFor("Master");
  const since = daemon.process.mark();
  await lower(world);
  await daemon.waitFor("Fault", { since });
  await raise(world);
  await daemon.waitFor("Master", { since });
  await settled(() => reachesFar(world), true);
  const carried = await virtualAddresses(world, "r1", LINK);
  assert.deepEqual(carried.map(({ address }) => address), [`${VIP}/128`, `${LINK_VIP}/64`]);
  assert.equal(await mtu(world), 1500);
  assert.deepEqual(await sysctls(world, "r1", [...OF_LINK, KEEPS_ADDRESSES]), ["0", "0", "1", "1"]);
  assert.equal(daemon.process.matching(/to Fault/, since).length, 1);
  await daemon.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});

Deno.test("rvrrpd makes the macvlan of an IPv4 router with an IPv6 address anew when the MTU is enough for that", async () => {
  await using world = await ipv6World();
  await lower(world);
  const router = { group: 7, vip: "10.9.0.100", excluded_vips: [VIP], iftype: "macvlan" };
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [router] });
  await daemon.waitFor("Master");
  await settled(() => addressesOf(world, "r1", LINK), ["10.9.0.100/32"]);
  const since = daemon.process.mark();
  await raise(world);
  await daemon.process.waitForLine(/Making standby7 anew: its MTU was below 1280/, { since });
  await daemon.waitFor("Master", { since });
  await settled(
    async () => (await addressesOf(world, "r1", LINK)).toSorted(),
    ["10.9.0.100/32", `${VIP}/128`],
  );
});
