import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { parseMac } from "../../src/base/mac.ts";
import { announcementFrame } from "../../src/runtime/announcement.ts";
import { forwarded, makeRouters } from "../support/flood.ts";
import { neighbour, ping } from "../support/host.ts";
import { inject } from "../support/inject.ts";
import {
  CARRIERS,
  forgetNeighbours,
  ipv6World,
  LINK_VIP,
  reachesFar,
  ROUTER,
  VIP,
  VIRTUAL_MAC,
  virtualAddresses,
} from "../support/ipv6_scene.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { setSysctls, sysctls } from "../support/sysctl.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS6, LINK_LOCAL, MAC, World } from "../support/world.ts";

const NO_ADDRESS = /eth0 has no link-local IPv6 address to send from/;

for (const { row, keys, carrier } of CARRIERS) {
  Deno.test(`rvrrpd waits for a link-local address when its link comes up again: ${row}`, async () => {
    await using world = await ipv6World();
    const before = await machineState(world, "r1");
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await daemon.waitFor("Master");
    const since = daemon.process.mark();
    await world.ip("r1", "link set eth0 down");
    await daemon.waitFor("Fault", { since });
    await settled(() => virtualAddresses(world, "r1", carrier), []);
    const upAt = daemon.process.mark();
    await world.ip("r1", "link set eth0 up");
    // The kernel asks around for its own address first; until then there is none to send from.
    await daemon.waitFor("Master", { since: upAt });
    await daemon.process.waitForLine(NO_ADDRESS, { since: upAt });
    await settled(() => reachesFar(world), true);
    // The router's own global address is still there, or there again.
    await settled(() => ping(world, "host", ADDRESS6.r1), true);
    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

Deno.test("rvrrpd is in Fault without a link-local address, and follows it when it changes", async () => {
  await using world = await ipv6World();
  await world.ip("r1", `addr del ${LINK_LOCAL.r1}/64 dev eth0`);
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER }] });
  await daemon.waitFor("Fault");
  await daemon.process.waitForLine(NO_ADDRESS);
  await world.ip("r1", "addr add fe80::11/64 dev eth0 nodad");
  await daemon.waitFor("Master");
  const since = daemon.process.mark();
  await world.ip("r1", "addr add fe80::12/64 dev eth0 nodad");
  await settled(
    () => world.run("r1", ["ip", "-6", "addr", "show", "dev", "eth0", "tentative"]),
    "",
  );
  await world.ip("r1", "addr del fe80::11/64 dev eth0");
  await daemon.process.waitForLine(/Sends from fe80::12, before fe80::11/, { since });
  assert.deepEqual(daemon.process.matching(/Changed from Master/), []);
});

for (const { row, keys, carrier } of CARRIERS) {
  Deno.test(`rvrrpd takes an address at once that somebody still answers for: ${row}`, async () => {
    await using world = await ipv6World();
    await world.ip(
      "r2",
      `addr add ${LINK_VIP}/128 dev eth0 nodad`,
      `addr add ${VIP}/128 dev eth0 nodad`,
    );
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await daemon.waitFor("Master");
    await settled(
      async () => (await virtualAddresses(world, "r1", carrier)).map(({ trouble }) => trouble),
      [[], []],
    );
    const groups = await world.run("r1", ["ip", "-6", "maddr", "show", "dev", carrier]);
    assert.match(groups, /ff02::1:ff00:100/);
    await world.unplug("r2");
    await forgetNeighbours(world, "host");
    await settled(() => reachesFar(world), true);
  });
}

Deno.test("rvrrpd's macvlan answers for its addresses with the virtual MAC, and the parent for its own", async () => {
  await using world = await ipv6World();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, iftype: "macvlan" }],
  });
  await daemon.waitFor("Master");
  for (const address of [LINK_VIP, VIP, ADDRESS6.r1]) {
    await forgetNeighbours(world, "host");
    const target = address === LINK_VIP ? `${LINK_VIP}%eth0` : address;
    assert.equal(await ping(world, "host", target), true, address);
    const mac = address === ADDRESS6.r1 ? MAC.r1 : VIRTUAL_MAC;
    assert.equal(await neighbour(world, "host", address), mac, address);
  }
});

Deno.test("rvrrpd's macvlan forwards IPv6 as Master, and nothing as Backup", async () => {
  await using world = await World.create();
  await makeRouters(world, ["r1"]);
  await settled(async () => {
    const text = await world.run("r1", ["ip", "-6", "addr", "show", "eth0", "scope", "link"]);
    return /fe80/.test(text) && !/tentative/.test(text);
  }, true);
  const flood = { machine: "r1", mac: VIRTUAL_MAC, family: 6, count: 5 } as const;
  const routers = [{ ...ROUTER, vip: [LINK_VIP], iftype: "macvlan" }];
  const backup = await Rvrrpd.start({
    world,
    machine: "r1",
    routers,
    general: { startup_delay: 60 },
  });
  await backup.waitFor("Backup");
  assert.equal(await forwarded(world, flood), 0);
  await backup.stop();
  const master = await Rvrrpd.start({ world, machine: "r1", routers });
  await master.waitFor("Master");
  await settled(() => forwarded(world, flood), 5);
});

Deno.test("rvrrpd announces an IPv6 address again that somebody else claims, and hears ff02::12", async () => {
  await using world = await ipv6World();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER }] });
  await daemon.waitFor("Master");
  const groups = await world.run("r1", ["ip", "-6", "maddr", "show", "dev", "eth0"]);
  assert.match(groups, /ff02::12\n/);
  // Only who has asked for an address before remembers what is said of it.
  assert.equal(await ping(world, "host", VIP), true);
  const sourceMac = parseMac(MAC.r2);
  assert.ok(sourceMac);
  const claim = announcementFrame(ip(VIP), { sourceMac, isIpv6Router: false });
  await inject(world, { machine: "r2", frames: [claim] });
  await daemon.process.waitForLine(/02:00:00:00:00:02 claims fd00:9::100: announced again/);
  await settled(() => neighbour(world, "host", VIP), VIRTUAL_MAC);
});

Deno.test("rvrrpd keeps a Backup's macvlan without IPv6 when that is switched on for all interfaces", async () => {
  await using world = await ipv6World();
  const disabled = () =>
    sysctls(world, "r1", [
      "net/ipv6/conf/standby7/disable_ipv6",
      "net/ipv6/conf/standby7.2/disable_ipv6",
    ]);
  const ipv4 = { group: 7, vip: "10.9.0.100", iftype: "macvlan" };
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, iftype: "macvlan" }, ipv4],
    general: { startup_delay: 60 },
  });
  await daemon.process.waitForLine(/VR fe80::100 .* to Backup/);
  await daemon.process.waitForLine(/VR 10.9.0.100 .* to Backup/);
  assert.deepEqual(await disabled(), ["1", "1"]);
  await setSysctls(world, "r1", { "net/ipv6/conf/all/disable_ipv6": "0" });
  await settled(disabled, ["1", "1"]);
  await setSysctls(world, "r1", { "net/ipv6/conf/all/disable_ipv6": "1" });
  await daemon.process.waitForLine(/VR fe80::100 .* to Fault/);
  const since = daemon.process.mark();
  await setSysctls(world, "r1", { "net/ipv6/conf/all/disable_ipv6": "0" });
  await daemon.process.waitForLine(/VR fe80::100 .* to Backup/, { since });
  await settled(disabled, ["1", "1"]);
});
