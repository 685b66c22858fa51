import assert from "node:assert/strict";
import type { Change } from "../../src/drivers/driver.ts";
import type { Ipv4SettingName, Ipv6SettingName } from "../../src/wire/rtnetlink_settings.ts";
import { run } from "../support/command.ts";
import { type Bench, ifindexOf, ipJson, linkOf, mac } from "./bench.ts";
import type { ContractCase } from "./contract_case.ts";

export const LINK_CASES: readonly ContractCase[] = [
  { what: "setMac changes the MAC while the link is up", run: setsMac, takes: ["setMac"] },
  {
    what: "addMacvlan makes a link in bridge mode, in its group, down",
    run: addsMacvlan,
    takes: ["addMacvlan"],
  },
  {
    what: "setIpv4 sets what /proc/sys holds, and nothing else",
    run: setsIpv4,
    takes: ["setIpv4"],
  },
  {
    what: "setIpv6 sets what /proc/sys holds, and nothing else",
    run: setsIpv6,
    takes: ["setIpv6"],
  },
  {
    what: "setIpv6 and addresses asked for together are carried out as if one after the other",
    run: switchesIpv6,
    takes: ["setIpv6", "ipv6Address"],
  },
  {
    what: "noAddressGeneration keeps a link without an address of its own",
    run: generatesNothing,
    takes: ["addMacvlan", "noAddressGeneration"],
  },
  { what: "setUp brings a link up", run: setsUp },
  {
    what: "deleteLink deletes that link and no other",
    run: deletesLink,
    takes: ["addMacvlan", "deleteLink"],
  },
  {
    what: "deleteLinkGroup deletes the links of that group and no other",
    run: deletesGroup,
    takes: ["addMacvlan", "deleteLinkGroup"],
  },
];

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
  proxyArp: "proxy_arp",
  sendRedirects: "send_redirects",
  rpFilter: "rp_filter",
  arpFilter: "arp_filter",
  mediumId: "medium_id",
  arpAnnounce: "arp_announce",
  arpIgnore: "arp_ignore",
  promoteSecondaries: "promote_secondaries",
  acceptLocal: "accept_local",
  proxyArpPvlan: "proxy_arp_pvlan",
};

async function setsIpv4(bench: Bench): Promise<void> {
  const before = await allSettings(bench.name);
  const settings = {
    forwarding: before.forwarding === "1" ? 0 : 1,
    proxyArp: 1,
    sendRedirects: before.send_redirects === "1" ? 0 : 1,
    rpFilter: 2,
    arpFilter: 1,
    mediumId: 7,
    arpAnnounce: 2,
    arpIgnore: 8,
    promoteSecondaries: before.promote_secondaries === "1" ? 0 : 1,
    acceptLocal: 1,
    proxyArpPvlan: 1,
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

const IPV6_SYSCTL: Readonly<Record<Ipv6SettingName, string>> = {
  disableIpv6: "disable_ipv6",
  ipv6Forwarding: "forwarding",
  acceptRa: "accept_ra",
  autoconf: "autoconf",
  routerSolicitations: "router_solicitations",
  keepAddrOnDown: "keep_addr_on_down",
  addrGenMode: "addr_gen_mode",
};

async function setsIpv6(bench: Bench): Promise<void> {
  const before = await allSettings(bench.name, "ipv6");
  const settings = {
    disableIpv6: 1,
    ipv6Forwarding: 1,
    acceptRa: 0,
    autoconf: 0,
    routerSolicitations: 0,
    keepAddrOnDown: 1,
    addrGenMode: 1,
  };
  bench.apply({ change: "setIpv6", ...bench.target, settings });
  const wanted = Object.entries(settings).map(([name, value]) => [
    IPV6_SYSCTL[name as Ipv6SettingName],
    String(value),
  ]);
  assert.deepEqual(
    await allSettings(bench.name, "ipv6"),
    { ...before, ...Object.fromEntries(wanted) },
  );
  const link = bench.driver.links().find(({ index }) => index === bench.ifindex);
  assert.deepEqual(link?.ipv6Settings, settings);
}

/** The settings are files and the addresses messages, but one list of changes. */
async function switchesIpv6(bench: Bench): Promise<void> {
  const turn = (disableIpv6: number): Change => (
    { change: "setIpv6", ...bench.target, settings: { disableIpv6 } }
  );
  const text = "2001:db8::5/128";
  const shown = async () => {
    const [link] = await ipJson("-6", "addr", "show", "dev", bench.name, "scope", "global");
    return (link?.addr_info ?? []).filter(({ local }) => local !== undefined)
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  };
  bench.apply(turn(1), turn(0), bench.addAddress(text, true));
  assert.deepEqual(await shown(), [text]);
  assert.deepEqual(bench.refusals(bench.removeAddress(text), turn(1)).filter(isRefusal), []);
  assert.deepEqual(await shown(), []);
  bench.apply(turn(0), bench.addAddress(text, true), turn(1));
  assert.deepEqual(await shown(), []);
}

function isRefusal(code: string): boolean {
  return code !== "EADDRNOTAVAIL";
}

/** Everything under /proc/sys/net/ipv4/conf/NAME, or that of IPv6. */
async function allSettings(name: string, family = "ipv4"): Promise<Record<string, string>> {
  const directory = `/proc/sys/net/${family}/conf/${name}`;
  const files = await Array.fromAsync(Deno.readDir(directory), (entry) => entry.name);
  const values = await Promise.all(files.map(async (file) => {
    // Some cannot be read while they are unset.
    const value = await Deno.readTextFile(`${directory}/${file}`).catch(() => "");
    return [file, value.trim()];
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
