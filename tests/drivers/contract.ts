import assert from "node:assert/strict";
import { formatPrefix } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import { attempt, run } from "../support/command.ts";
import { type Bench, ipJson, type IpObject } from "./bench.ts";
import type { ContractCase } from "./contract_case.ts";
import { LINK_CASES } from "./contract_links.ts";
import { namesEveryRefusal } from "./contract_refusals.ts";
import { ROUTE_CASES } from "./contract_routes.ts";

export const CONTRACT: readonly ContractCase[] = [
  { what: "addAddress sets an address with the route to its network", run: addsAddress },
  {
    what: "addAddress leaves the route out where it is told to",
    run: addsWithoutRoute,
    takes: ["addressWithoutRoute"],
  },
  { what: "addAddress marks the address as ours", run: marksAddresses, takes: ["mark"] },
  { what: "removeAddress takes that address and no other", run: removesAddress },
  { what: "a change that is refused stops none of the others", run: carriesOn },
  { what: "refusals come one by one and in order", run: namesEveryRefusal },
  { what: "a thousand changes go through at once", run: takesThousands },
  { what: "no change at all is fine", run: takesNothing },
  { what: "links() are those of ip link", run: listsLinks, takes: ["addMacvlan"] },
  { what: "addresses() are those of ip addr", run: listsAddresses },
  { what: "disposing closes all that was opened", run: closesEverything },
  ...LINK_CASES,
  ...ROUTE_CASES,
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
    .filter(({ ifindex, scope }) => ifindex === bench.ifindex && scope === 0)
    .map(({ prefix, protocol }) => [formatPrefix(prefix), protocol]);
  assert.deepEqual(marks, [["10.9.0.1/24", 0], ["10.9.0.5/24", VRRP]]);
}

async function removesAddress(bench: Bench): Promise<void> {
  const texts = ["10.9.0.1/24", "10.9.0.5/32", "10.9.0.5/24"];
  bench.apply(...texts.map((text) => bench.addAddress(text)));
  bench.apply(bench.removeAddress("10.9.0.5/24"));
  assert.deepEqual(await bench.addresses(), ["10.9.0.1/24", "10.9.0.5/32"]);
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
  const listed = bench.driver.links().map((
    { ipv4Settings: _, ipv6Settings: __, mac, ...link },
  ) => ({
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
    adminUp: flags.includes("UP"),
    mtu: link.mtu,
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
  const told = [];
  for (const family of ["-4", "-6"]) {
    told.push(
      ...(await ipJson(family, "addr")).flatMap(({ ifindex, addr_info = [] }) =>
        addr_info.map(({ local, prefixlen }) => `${ifindex} ${local}/${prefixlen}`)
      ),
    );
  }
  const listed = bench.driver.addresses()
    .map(({ ifindex, prefix }) => `${ifindex} ${formatPrefix(prefix)}`);
  assert.deepEqual(listed.toSorted(), told.toSorted());
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
