import assert from "node:assert/strict";
import { formatPrefix } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import type { Change } from "../../src/drivers/driver.ts";
import type { Ipv4SettingName } from "../../src/wire/rtnetlink.ts";
import { attempt, run } from "../support/command.ts";
import { type Bench, ifindexOf, ipJson, type IpObject, linkOf, mac, prefix } from "./bench.ts";

/** What a driver promises, put to the test on the kernel; every driver goes through the same cases. */
export interface ContractCase {
  readonly what: string;
  readonly run: (bench: Bench) => Promise<void>;
}

export const CONTRACT: readonly ContractCase[] = [
  { what: "addAddress sets an address with the route to its network", run: addsAddress },
  { what: "addAddress leaves the route out where it is told to", run: addsWithoutRoute },
  { what: "addAddress marks the address as ours", run: marksAddresses },
  { what: "removeAddress takes that address and no other", run: removesAddress },
  { what: "setMac changes the MAC while the link is up", run: setsMac },
  { what: "addMacvlan makes a link in bridge mode, in its group, down", run: addsMacvlan },
  { what: "setIpv4 sets what /proc/sys holds, and nothing else", run: setsIpv4 },
  { what: "noAddressGeneration keeps a link without an address of its own", run: generatesNothing },
  { what: "setUp brings a link up", run: setsUp },
  { what: "deleteLink deletes that link and no other", run: deletesLink },
  { what: "deleteLinkGroup deletes the links of that group and no other", run: deletesGroup },
  { what: "a change that is refused stops none of the others", run: carriesOn },
  { what: "refusals come one by one and in order", run: namesEveryRefusal },
  { what: "a thousand changes go through at once", run: takesThousands },
  { what: "no change at all is fine", run: takesNothing },
  { what: "links() are those of ip link", run: listsLinks },
  { what: "addresses() are those of ip addr", run: listsAddresses },
  { what: "disposing closes all that was opened", run: closesEverything },
];

async function addsAddress(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress("10.9.0.5/24"), bench.addAddress("10.8.0.1/32"));
  assert.deepEqual(await bench.addresses(), ["10.9.0.5/24", "10.8.0.1/32"]);
  assert.deepEqual(await bench.routes(), ["10.9.0.0/24"]);
}

async function addsWithoutRoute(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress("10.9.0.5/24", true));
  const [link] = await ipJson("-4", "addr", "show", "dev", bench.name);
  assert.equal(link?.addr_info?.[0]?.noprefixroute, true);
  assert.deepEqual(await bench.routes(), []);
}

/** IP protocol 112: the mark stays the same from version to version, so that leftovers are known. */
const VRRP = 112;

async function marksAddresses(bench: Bench): Promise<void> {
  await run(["ip", "addr", "add", "10.9.0.1/24", "dev", bench.name]);
  bench.apply(bench.addAddress("10.9.0.5/24"));
  const marks = bench.driver.addresses()
    .filter(({ ifindex }) => ifindex === bench.ifindex)
    .map(({ prefix, protocol }) => [formatPrefix(prefix), protocol]);
  assert.deepEqual(marks, [["10.9.0.1/24", 0], ["10.9.0.5/24", VRRP]]);
}

async function removesAddress(bench: Bench): Promise<void> {
  const texts = ["10.9.0.1/24", "10.9.0.5/32", "10.9.0.5/24"];
  bench.apply(...texts.map((text) => bench.addAddress(text)));
  bench.apply(bench.removeAddress("10.9.0.5/24"));
  assert.deepEqual(await bench.addresses(), ["10.9.0.1/24", "10.9.0.5/32"]);
}

async function setsMac(bench: Bench): Promise<void> {
  const address = mac("00:00:5e:00:01:07");
  bench.apply({ change: "setMac", ...bench.target, mac: address });
  const link = await linkOf(bench.name);
  assert.equal(link.address, "00:00:5e:00:01:07");
  assert.ok(link.flags.includes("UP"));
}

async function addsMacvlan(bench: Bench): Promise<void> {
  bench.apply(bench.addMacvlan("vr7"));
  const { address, flags, group, link, linkinfo } = await linkOf(bench.child("vr7"));
  assert.deepEqual({ address, group, link }, {
    address: "00:00:5e:00:01:07",
    group: String(bench.group),
    link: bench.name,
  });
  assert.equal(linkinfo?.info_kind, "macvlan");
  assert.equal(linkinfo?.info_data?.mode, "bridge");
  assert.equal(flags.includes("UP"), false);
}

const SYSCTL: Readonly<Record<Ipv4SettingName, string>> = {
  forwarding: "forwarding",
  sendRedirects: "send_redirects",
  rpFilter: "rp_filter",
  arpAnnounce: "arp_announce",
  arpIgnore: "arp_ignore",
  promoteSecondaries: "promote_secondaries",
};

async function setsIpv4(bench: Bench): Promise<void> {
  const before = await allSettings(bench.name);
  const settings = {
    forwarding: before.forwarding === "1" ? 0 : 1,
    sendRedirects: before.send_redirects === "1" ? 0 : 1,
    rpFilter: 2,
    arpAnnounce: 2,
    arpIgnore: 8,
    promoteSecondaries: before.promote_secondaries === "1" ? 0 : 1,
  };
  bench.apply({ change: "setIpv4", ...bench.target, settings });
  const wanted = Object.entries(settings).map(([name, value]) => [
    SYSCTL[name as Ipv4SettingName],
    String(value),
  ]);
  assert.deepEqual(await allSettings(bench.name), { ...before, ...Object.fromEntries(wanted) });
  const link = bench.driver.links().find(({ index }) => index === bench.ifindex);
  assert.deepEqual(link?.ipv4Settings, settings);
}

/** Everything under /proc/sys/net/ipv4/conf/NAME. */
async function allSettings(name: string): Promise<Record<string, string>> {
  const directory = `/proc/sys/net/ipv4/conf/${name}`;
  const files = await Array.fromAsync(Deno.readDir(directory), (entry) => entry.name);
  const values = await Promise.all(files.map(async (file) => {
    return [file, (await Deno.readTextFile(`${directory}/${file}`)).trim()];
  }));
  return Object.fromEntries(values);
}

async function generatesNothing(bench: Bench): Promise<void> {
  // The kernel refuses to bring up two of one MAC on the same link.
  bench.apply(
    bench.addMacvlan("quiet", { mac: mac("00:00:5e:00:01:08") }),
    bench.addMacvlan("other", { mac: mac("00:00:5e:00:01:09") }),
  );
  for (const suffix of ["quiet", "other"]) {
    const interfaceName = bench.child(suffix);
    const target = { interfaceName, ifindex: await ifindexOf(interfaceName) };
    if (suffix === "quiet") bench.apply({ change: "noAddressGeneration", ...target });
    bench.apply({ change: "setUp", ...target });
  }
  const count = async (suffix: string) => {
    const [link] = await ipJson("-6", "addr", "show", "dev", bench.child(suffix));
    return link?.addr_info?.length ?? 0;
  };
  assert.deepEqual([await count("quiet"), await count("other")], [0, 1]);
}

async function setsUp(bench: Bench): Promise<void> {
  await run(["ip", "link", "set", bench.name, "down"]);
  bench.apply({ change: "setUp", ...bench.target });
  assert.ok((await linkOf(bench.name)).flags.includes("UP"));
}

async function deletesLink(bench: Bench): Promise<void> {
  bench.apply(bench.addMacvlan("a"), bench.addMacvlan("b"));
  const interfaceName = bench.child("a");
  bench.apply({ change: "deleteLink", interfaceName, ifindex: await ifindexOf(interfaceName) });
  assert.deepEqual(await childrenOf(bench), [bench.child("b")]);
}

async function deletesGroup(bench: Bench): Promise<void> {
  const { group } = bench;
  bench.apply(
    bench.addMacvlan("a"),
    bench.addMacvlan("b"),
    bench.addMacvlan("c", { group: group + 1 }),
  );
  bench.apply({ change: "deleteLinkGroup", group });
  assert.deepEqual(await childrenOf(bench), [bench.child("c")]);
}

async function childrenOf(bench: Bench): Promise<string[]> {
  const links = await ipJson("link");
  return links.map(({ ifname }) => ifname).filter((name) => name.startsWith(bench.child("")));
}

async function carriesOn(bench: Bench): Promise<void> {
  const wrong = bench.removeAddress("10.9.0.77/24");
  const changes = [bench.addAddress("10.9.0.5/24"), wrong, bench.addAddress("10.9.0.6/24")];
  const errors = bench.driver.apply(changes);
  assert.deepEqual(await bench.addresses(), ["10.9.0.5/24", "10.9.0.6/24"]);
  assert.deepEqual(errors.map(({ change, code }) => ({ change, code })), [
    { change: wrong, code: "EADDRNOTAVAIL" },
  ]);
  assert.equal(errors[0]?.change, wrong);
  assert.match(
    errors[0]?.message ?? "",
    new RegExp(`^Cannot remove 10\\.9\\.0\\.77/24 from ${bench.name}: EADDRNOTAVAIL\\b`),
  );
}

function namesEveryRefusal(bench: Bench): Promise<void> {
  const nowhere = { ifindex: 987_654, interfaceName: "gone" };
  bench.apply(bench.addAddress("10.9.0.5/24"), bench.addMacvlan("vr7"));
  const rows: readonly { readonly change: Change; readonly code: string; readonly says: RegExp }[] =
    [
      {
        change: bench.addAddress("10.9.0.5/24"),
        code: "EEXIST",
        says: /^Cannot add 10\.9\.0\.5\/24 to near\d+: EEXIST/,
      },
      {
        change: bench.removeAddress("10.9.0.6/24"),
        code: "EADDRNOTAVAIL",
        says: /^Cannot remove 10\.9\.0\.6\/24 from near\d+: EADDRNOTAVAIL/,
      },
      {
        change: {
          change: "addAddress",
          ...nowhere,
          prefix: prefix("10.9.0.5/24"),
          noPrefixRoute: false,
        },
        code: "ENODEV",
        says: /^Cannot add 10\.9\.0\.5\/24 to gone: ENODEV/,
      },
      {
        change: { change: "setMac", ...nowhere, mac: mac("02:00:00:00:00:01") },
        code: "ENODEV",
        says: /^Cannot set the MAC of gone to 02:00:00:00:00:01: ENODEV/,
      },
      {
        change: { change: "setMac", ...bench.target, mac: mac("01:00:5e:00:00:12") },
        code: "EADDRNOTAVAIL",
        says: /^Cannot set the MAC of near\d+ to 01:00:5e:00:00:12: EADDRNOTAVAIL/,
      },
      {
        change: { change: "setUp", ...nowhere },
        code: "ENODEV",
        says: /^Cannot bring gone up: ENODEV/,
      },
      {
        change: { change: "setIpv4", ...nowhere, settings: { arpIgnore: 1, rpFilter: 2 } },
        code: "ENODEV",
        says: /^Cannot set arpIgnore, rpFilter of gone: ENODEV/,
      },
      {
        change: { change: "noAddressGeneration", ...nowhere },
        code: "ENODEV",
        says: /^Cannot switch IPv6 address generation of gone off: ENODEV/,
      },
      {
        change: bench.addMacvlan("vr7"),
        code: "EEXIST",
        says: /^Cannot create the macvlan near\d+\.vr7: EEXIST/,
      },
      {
        change: { change: "deleteLink", ...nowhere },
        code: "ENODEV",
        says: /^Cannot delete gone: ENODEV/,
      },
      {
        change: { change: "deleteLinkGroup", group: bench.group + 1 },
        code: "ENODEV",
        says: /^Cannot delete the links of group \d+: ENODEV/,
      },
    ];
  const errors = bench.driver.apply(rows.map(({ change }) => change));
  assert.deepEqual(errors.map(({ code }) => code), rows.map(({ code }) => code));
  for (const [index, { change, says }] of rows.entries()) {
    assert.equal(errors[index]?.change, change);
    assert.match(errors[index]?.message ?? "", says);
  }
  return Promise.resolve();
}

async function takesThousands(bench: Bench): Promise<void> {
  const texts = Array.from({ length: 1000 }, (_, n) => `10.${n >> 8}.0.${n & 0xff}/32`);
  const additions = texts.map((text) => bench.addAddress(text, true));
  bench.apply(...additions);
  assert.deepEqual((await bench.addresses()).toSorted(), texts.toSorted());
  const errors = bench.driver.apply(additions);
  assert.deepEqual(errors.map(({ change }) => change), additions);
  bench.apply(...texts.map((text) => bench.removeAddress(text)));
  assert.deepEqual(await bench.addresses(), []);
}

async function takesNothing(bench: Bench): Promise<void> {
  bench.apply();
  assert.deepEqual(await bench.addresses(), []);
}

async function listsLinks(bench: Bench): Promise<void> {
  bench.apply(bench.addMacvlan("vr7"));
  const told = await ipJson("link");
  const indexOf = new Map(told.map(({ ifname, ifindex }) => [ifname, ifindex]));
  const listed = bench.driver.links().map(({ ipv4Settings: _, mac, ...link }) => ({
    ...link,
    ...(mac === undefined ? {} : { mac: formatMac(mac) }),
  }));
  assert.deepEqual(listed, told.map((link) => asLinkInfo(link, indexOf)));
}

/** What `ip` tells of a link in the driver's words. */
function asLinkInfo(link: IpObject, indexOf: ReadonlyMap<string, number>) {
  const { address = "", flags, group, link: parent, linkinfo } = link;
  return {
    index: link.ifindex,
    name: link.ifname,
    ethernet: link.link_type === "ether",
    up: flags.includes("UP") && flags.includes("LOWER_UP"),
    group: group === "default" ? 0 : Number(group),
    // Six pairs: a tunnel's address is an IP address.
    ...(address.length === 17 ? { mac: address } : {}),
    ...(parent === undefined
      ? {}
      : { parentIndex: parent === null ? 0 : indexOf.get(parent) ?? -1 }),
    ...(linkinfo?.info_kind === undefined ? {} : { kind: linkinfo.info_kind }),
  };
}

async function listsAddresses(bench: Bench): Promise<void> {
  await attempt(["ip", "addr", "add", "127.0.0.1/8", "dev", "lo"]);
  await run(["ip", "addr", "add", "10.9.0.1", "peer", "10.9.0.2/32", "dev", bench.name]);
  bench.apply(bench.addAddress("10.9.0.5/24"), bench.addAddress("10.9.0.6/24"));
  const told = (await ipJson("-4", "addr")).flatMap(({ ifindex, addr_info = [] }) =>
    addr_info.map(({ local, prefixlen }) => `${ifindex} ${local}/${prefixlen}`)
  );
  const listed = bench.driver.addresses()
    .map(({ ifindex, prefix }) => `${ifindex} ${formatPrefix(prefix)}`);
  assert.deepEqual(listed, told);
}

async function closesEverything(bench: Bench): Promise<void> {
  bench.driver.links();
  const before = await openFiles();
  bench.driver[Symbol.dispose]();
  const after = await openFiles();
  assert.ok(after < before, `${before} files before, ${after} after`);
  // Once more is no error, and closes nobody else's file.
  bench.driver[Symbol.dispose]();
  assert.equal(await openFiles(), after);
}

async function openFiles(): Promise<number> {
  return (await Array.fromAsync(Deno.readDir("/proc/self/fd"))).length;
}
