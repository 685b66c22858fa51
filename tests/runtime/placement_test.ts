import assert from "node:assert/strict";
import { equalIp, formatIp, ip, type IpAddress } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import { OUR_PROTOCOL } from "../../src/drivers/driver.ts";
import { ownAddresses } from "../../src/runtime/interfaces.ts";
import { judge, type PresentInterface } from "../../src/runtime/placement.ts";
import type { Router } from "../../src/runtime/router.ts";
import type { FaultReason } from "../../src/vrrp/types.ts";
import type { AddressInfo, LinkInfo } from "../../src/wire/rtnetlink.ts";
import { address, addresses, link, mac, NOW_MS, OWN_MAC, placement, router } from "./fixtures.ts";

const OWN = address("10.9.0.5/24");
const VIRTUAL = address("10.9.0.100/24");

/** eth0 with these addresses; `virtual` are those that we put there. */
function present(
  own: readonly AddressInfo[] = [OWN],
  { at = link(), virtual = [] }: { at?: LinkInfo; virtual?: string[] } = {},
): PresentInterface {
  const machineHas = (one: IpAddress) => own.some(({ prefix }) => equalIp(prefix.address, one));
  return { link: at, addresses: own, own: ownAddresses(own, addresses(...virtual)), machineHas };
}

function facts(one: Router, where: PresentInterface) {
  const verdict = judge(one, where);
  if (!verdict.ready) assert.fail(`not ready: ${verdict.reason}`);
  const { source, mac, owner } = verdict.facts;
  return { source: formatIp(source), mac: formatMac(mac), owner };
}

Deno.test("judge() gives an interface that has all it takes", () => {
  const verdict = judge(router(), present());
  assert.equal(verdict.ready && verdict.link.index, 3);
  assert.deepEqual(facts(router(), present()), {
    source: "10.9.0.5",
    mac: OWN_MAC,
    owner: false,
  });
});

function listed(one: Router, where: PresentInterface): readonly string[] {
  const verdict = judge(one, where);
  if (!verdict.ready) assert.fail(`not ready: ${verdict.reason}`);
  return verdict.listedAddresses.map(formatIp);
}

Deno.test("judge() has only rfc3768 = false list the interface's own addresses", () => {
  const where = present([OWN, address("10.8.0.5/24"), VIRTUAL, address("fd00::5/64")], {
    virtual: ["10.9.0.100"],
  });
  assert.deepEqual(listed(router(), where), []);
  assert.deepEqual(listed(router({ protocol: { rfc3768: false } }), where), [
    "10.9.0.5",
    "10.8.0.5",
  ]);
});

Deno.test("judge() lists no address twice for the owner of the virtual one", () => {
  const one = router({ protocol: { rfc3768: false } });
  assert.deepEqual(listed(one, present([OWN, VIRTUAL])), ["10.9.0.5"]);
});

const LACKING: readonly {
  readonly what: string;
  readonly router: Router;
  readonly present: PresentInterface;
  readonly reason: FaultReason;
}[] = [
  {
    what: "no interface of that name",
    router: router(),
    present: { ...present([]), link: "interfaceMissing" },
    reason: "interfaceMissing",
  },
  {
    what: "an interface of that name which runs others under the name that it had",
    router: router(),
    present: { ...present([]), link: "interfaceFollowed" },
    reason: "interfaceFollowed",
  },
  {
    what: "an interface of another kind, also when it is down",
    router: router(),
    present: present([OWN], { at: link({ ethernet: false, up: false }) }),
    reason: "notEthernet",
  },
  {
    what: "an interface that is down, also without an address",
    router: router(),
    present: present([], { at: link({ up: false }) }),
    reason: "interfaceDown",
  },
  { what: "no address at all", router: router(), present: present([]), reason: "noAddress" },
  {
    what: "an address of link scope only",
    router: router(),
    present: present([address("169.254.0.1/16", { scope: 253 })]),
    reason: "noAddress",
  },
  {
    what: "the virtual address only, which we put there",
    router: router({ mayOwn: false }),
    present: present([VIRTUAL], { virtual: ["10.9.0.100"] }),
    reason: "noAddress",
  },
  {
    what: "the owner's addresses under a macvlan",
    router: router({ interfaceType: "macvlan" }),
    present: present([OWN, VIRTUAL]),
    reason: "ownerOnMacvlan",
  },
];

for (const { what, router, present, reason } of LACKING) {
  Deno.test(`judge() says ${reason}: ${what}`, () => {
    assert.deepEqual(judge(router, present), { ready: false, reason });
  });
}

Deno.test("judge() takes an Ethernet interface without a MAC of six bytes for no Ethernet", () => {
  const { mac: _, ...bare } = link();
  const verdict = judge(router(), present([OWN], { at: bare }));
  assert.deepEqual(verdict, { ready: false, reason: "notEthernet" });
});

for (const reason of ["macRefused", "nameTaken", "refused"] as const) {
  Deno.test(`judge() says ${reason} for as long as that stands in the way`, () => {
    const one = router();
    one.block(reason, NOW_MS);
    assert.deepEqual(judge(one, present()), { ready: false, reason });
    // What the interface itself lacks is the better answer.
    const down = present([OWN], { at: link({ up: false }) });
    assert.deepEqual(judge(one, down), { ready: false, reason: "interfaceDown" });
    one.unblock();
    assert.equal(judge(one, present()).ready, true);
  });
}

Deno.test("judge() says of a router that was refused as Master that it is to preempt nobody", () => {
  const [one, other] = [router(), router()];
  const ready = { source: ip("10.9.0.5"), mac: mac(OWN_MAC), owner: false };
  one.step({ kind: "linkReady", facts: ready }, NOW_MS);
  one.step({ kind: "timer" }, one.deadlineMs);
  for (const refused of [one, other]) {
    refused.block("refused", NOW_MS);
    refused.unblock();
  }
  const refusedLast = [one, other].map((router) => {
    const verdict = judge(router, present());
    return verdict.ready && verdict.facts.refusedLast;
  });
  // What a Backup was refused has dethroned nobody.
  assert.deepEqual(refusedLast, [true, undefined]);
});

Deno.test("judge() says trackedDown while something has failed that is tracked without a weight", () => {
  const one = router();
  one.track({ adjustment: 0, down: "script web" });
  assert.deepEqual(judge(one, present()), { ready: false, reason: "trackedDown" });
  one.track({ adjustment: -20 });
  assert.equal(judge(one, present()).ready, true);
});

Deno.test("judge() takes the configured source before any other, also without an address", () => {
  const one = router({ source: ip("192.0.2.1") });
  assert.equal(facts(one, present()).source, "192.0.2.1");
  assert.equal(facts(one, present([])).source, "192.0.2.1");
});

Deno.test("judge() wants the source of unicast on the machine, be it on another interface", () => {
  const one = router({ source: ip("192.0.2.1"), unicast: { peers: addresses("10.9.0.9") } });
  assert.deepEqual(judge(one, present()), { ready: false, reason: "noAddress" });
  const elsewhere = { ...present(), machineHas: () => true };
  assert.equal(facts(one, elsewhere).source, "192.0.2.1");
  // Without a source of its own it takes the interface's.
  assert.equal(
    facts(router({ unicast: { peers: addresses("10.9.0.9") } }), present()).source,
    "10.9.0.5",
  );
});

const OWNERS = [
  {
    what: "has every virtual address already",
    differences: {},
    own: [VIRTUAL],
    owner: true,
    source: "10.9.0.100",
  },
  {
    what: "lacks one of two virtual addresses",
    differences: { protocol: { addresses: addresses("10.9.0.100", "10.9.0.101") } },
    own: [OWN, VIRTUAL],
    owner: false,
    source: "10.9.0.5",
  },
  {
    what: "may not own",
    differences: { mayOwn: false },
    own: [OWN, VIRTUAL],
    owner: false,
    source: "10.9.0.5",
  },
  {
    what: "has the address with our mark only, from an earlier run",
    differences: {},
    own: [OWN, address("10.9.0.100/24", { protocol: OUR_PROTOCOL })],
    owner: false,
    source: "10.9.0.5",
  },
] as const;

for (const { what, differences, own, owner, source } of OWNERS) {
  Deno.test(`judge() says owner ${owner} for one that ${what}`, () => {
    assert.deepEqual(facts(router(differences), present(own)), { source, mac: OWN_MAC, owner });
  });
}

Deno.test("judge() makes nobody an owner because of addresses that we have put there", () => {
  const one = router();
  one.noteInstalled([VIRTUAL.prefix]);
  const where = present([OWN, VIRTUAL], { virtual: ["10.9.0.100"] });
  assert.deepEqual(facts(one, where), { source: "10.9.0.5", mac: OWN_MAC, owner: false });
});

Deno.test("judge() takes no virtual address for the source, unless its owner's [W6a forbids]", () => {
  const mayNot = router({ mayOwn: false });
  const verdict = judge(mayNot, present([VIRTUAL]));
  assert.deepEqual(verdict, { ready: false, reason: "noAddress" });
  assert.equal(facts(mayNot, present([VIRTUAL, OWN])).source, "10.9.0.5");
  const several = router({ protocol: { addresses: addresses("10.9.0.101", "10.9.0.100") } });
  assert.equal(facts(several, present([VIRTUAL, OWN])).source, "10.9.0.5");
});

Deno.test("judge() gives the MAC that was noted before while ours stands on the interface", () => {
  const virtual = link({ mac: mac("00:00:5e:00:01:07") });
  const one = router();
  assert.equal(facts(one, present([OWN], { at: virtual })).mac, "00:00:5e:00:01:07");
  one.place(placement());
  assert.equal(facts(one, present([OWN], { at: virtual })).mac, OWN_MAC);
});

Deno.test("judge() believes a MAC that somebody else has changed", () => {
  const one = router();
  one.place(placement());
  const changed = link({ mac: mac("02:00:00:00:00:99") });
  assert.equal(facts(one, present([OWN], { at: changed })).mac, "02:00:00:00:00:99");
});

const LINK_LOCAL = { scope: 253 };
const OWN_LINK = address("fe80::5/64", LINK_LOCAL);
const OWN_GLOBAL = address("2001:db8::5/64");
const IPV6 = { family: 6, version: 3, addresses: addresses("fe80::100", "2001:db8::100") } as const;

Deno.test("judge() has an IPv6 virtual router send from a link-local address", () => {
  const source = (...own: readonly AddressInfo[]) =>
    facts(router({ protocol: IPV6 }), present(own)).source;
  assert.equal(source(OWN_GLOBAL, OWN_LINK), "fe80::5");
  const virtual = address("fe80::100/64", { ...LINK_LOCAL, protocol: OUR_PROTOCOL });
  assert.equal(source(virtual, OWN_LINK), "fe80::5");
});

const WITHOUT_LINK_LOCAL: readonly {
  readonly what: string;
  readonly own: readonly AddressInfo[];
}[] = [
  { what: "a global one alone", own: [OWN_GLOBAL] },
  {
    what: "one that the kernel still asks for",
    own: [address("fe80::5/64", { ...LINK_LOCAL, dad: "running" })],
  },
  { what: "one that another has", own: [address("fe80::5/64", { ...LINK_LOCAL, dad: "failed" })] },
  {
    what: "the virtual one",
    own: [address("fe80::100/64", { ...LINK_LOCAL, protocol: OUR_PROTOCOL })],
  },
];

for (const { what, own } of WITHOUT_LINK_LOCAL) {
  Deno.test(`judge() needs a link-local address for IPv6, and does not take ${what}`, () => {
    const verdict = judge(router({ protocol: IPV6 }), present(own));
    assert.equal(verdict.ready ? "ready" : verdict.reason, "noAddress");
  });
}

Deno.test("judge() chooses the source for IPv6 peers by how far they are", () => {
  const where = present([address("2001:db8:1::5/64"), OWN_GLOBAL, OWN_LINK]);
  const source = (...peers: string[]) =>
    facts(router({ protocol: IPV6, unicast: { peers: addresses(...peers) } }), where).source;
  assert.equal(source("fe80::6", "fe80::7"), "fe80::5");
  assert.equal(source("2001:db8::6"), "2001:db8::5");
  assert.equal(source("fe80::6", "2001:db8::6"), "2001:db8::5");
});

Deno.test("judge() says whether the interface forwards IPv6", () => {
  for (const ipv6Forwarding of [0, 1]) {
    const at = link({ ipv6Settings: { ipv6Forwarding } });
    const verdict = judge(router({ protocol: IPV6 }), present([OWN_LINK], { at }));
    assert.equal(verdict.ready && verdict.isIpv6Router, ipv6Forwarding === 1);
  }
});

Deno.test("judge() finds an owner among link-local addresses, which then is the source", () => {
  const own = [OWN_LINK, address("fe80::100/64", LINK_LOCAL), address("2001:db8::100/64")];
  assert.equal(facts(router({ protocol: IPV6 }), present(own)).owner, true);
  const doubtful = own.map((one) => ({ ...one, dad: "running" as const }));
  assert.equal(judge(router({ protocol: IPV6 }), present(doubtful)).ready, false);
});
