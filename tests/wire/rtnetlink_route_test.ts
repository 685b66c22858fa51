import assert from "node:assert/strict";
import fc from "fast-check";
import { formatIp, formatPrefix, ip, parsePrefix } from "../../src/base/ip.ts";
import * as netlink from "../../src/wire/netlink.ts";
import type { Request } from "../../src/wire/rtnetlink.ts";
import * as route from "../../src/wire/rtnetlink_route.ts";
import { fromHex, hexOf, viewOf } from "../support/bytes.ts";
import { emitAll } from "../support/netlink_requests.ts";

const RTM_NEWROUTE = 0x18;
const RTM_DELROUTE = 0x19;
const RTM_GETROUTE = 0x1a;

const DESTINATION = prefix("10.50.0.0/16");
const ROUTE = { destination: DESTINATION, nextHop: ip("10.9.0.254"), protocol: 112 };

function prefix(text: string) {
  const parsed = parsePrefix(text);
  assert.ok(parsed, text);
  return parsed;
}

function payloadOf(request: Request): string {
  return hexOf(emitAll([{ ...request, sequence: 1 }]).subarray(16));
}

const REQUESTS = [
  {
    what: "addRoute() asks for what ip route add … metric 7 mtu 1400 proto 112 asks for",
    request: route.addRoute({ ...ROUTE, metric: 7, mtu: 1400 }),
    type: RTM_NEWROUTE,
    flags: netlink.FLAG.create | netlink.FLAG.exclusive,
    // As iproute2 6.1 sends it, but for the nesting flag (0x8000) of the metrics.
    hex: "02100000fe70000100000000 080001000a320000 080005000a0900fe 0800060007000000" +
      "0c000880 0800020078050000",
  },
  {
    what: "addRoute() leaves out what is not given",
    request: route.addRoute(ROUTE),
    type: RTM_NEWROUTE,
    flags: netlink.FLAG.create | netlink.FLAG.exclusive,
    hex: "02100000fe70000100000000 080001000a320000 080005000a0900fe",
  },
  {
    what: "addRoute() writes IPv6 addresses with their family and all 16 bytes",
    request: route.addRoute({
      destination: prefix("2001:db8::/32"),
      nextHop: ip("2001:db9::9"),
      protocol: 112,
    }),
    type: RTM_NEWROUTE,
    flags: netlink.FLAG.create | netlink.FLAG.exclusive,
    hex: "0a200000fe70000100000000 14000100 20010db8000000000000000000000000" +
      "14000500 20010db9000000000000000000000009",
  },
  {
    what: "removeRoute() names metric, protocol, scope and type, so that no other route matches",
    request: route.removeRoute({ ...ROUTE, metric: 7, mtu: 1400 }),
    type: RTM_DELROUTE,
    flags: 0,
    hex: "02100000fe70000100000000 080001000a320000 080005000a0900fe 0800060007000000",
  },
  {
    what: "dumpRoutes() asks for the main table",
    request: route.dumpRoutes({ family: 4, protocol: 0 }),
    type: RTM_GETROUTE,
    flags: netlink.FLAG.dump,
    hex: "02000000fe00000000000000",
  },
  {
    what: "dumpRoutes() asks for one protocol's routes",
    request: route.dumpRoutes({ family: 6, protocol: 112 }),
    type: RTM_GETROUTE,
    flags: netlink.FLAG.dump,
    hex: "0a000000fe70000000000000",
  },
] as const;

for (const { what, request, type, flags, hex } of REQUESTS) {
  Deno.test(what, () => {
    assert.deepEqual([request.type, request.flags], [type, flags]);
    assert.equal(payloadOf(request), hexOf(fromHex(hex)));
  });
}

/* What Linux 6.18 said of routes, byte for byte, without the header of each message. */

const OURS = fromHex(
  "02100000fe7000010000000008000f00fe000000080001000a32000008000600070000000c00080008000200" +
    "78050000080005000a0900fe0800040003000000",
);
const DEFAULT = fromHex(
  "02000000fe0300010000000008000f00fe000000080005000a0900fd0800040003000000",
);
const ON_LINK = fromHex(
  "02180000fe02fd010000000008000f00fe000000080001000a090000080007000a0900010800040003000000",
);
const TWO_NEXT_HOPS = fromHex(
  "02100000fe0300010000000008000f00fe000000080001000a3d0000240009001000000003000000080005000a" +
    "0900021000000003000000080005000a090003",
);
const BLACKHOLE = fromHex(
  "02100000fe0300060000000008000f00fe000000080001000a3e0000",
);
const IPV6 = fromHex(
  "0a200000fe7000010000000008000f00fe0000001400010020010db80000000000000000000000000800060000" +
    "04000014000500fe8000000000000000000000000000090800040003000000" +
    "24000c000000000000000000000000000000000000000000000000000000000000000000050014000000000000",
);
const OF_LOCAL_TABLE = fromHex(
  "02200000ff02fe020000000008000f00ff000000080001000a090001080007000a0900010800040003000000",
);

function messageOf(payload: Uint8Array): netlink.NetlinkMessage {
  return { type: RTM_NEWROUTE, flags: 0, sequence: 0, payload: viewOf(payload) };
}

const ROUTES = [
  {
    what: "one of ours",
    payload: OURS,
    expected: {
      destination: "10.50.0.0/16",
      nextHop: "10.9.0.254",
      ifindex: 3,
      metric: 7,
      mtu: 1400,
      protocol: 112,
    },
  },
  {
    what: "the default route, which names no destination",
    payload: DEFAULT,
    expected: {
      destination: "0.0.0.0/0",
      nextHop: "10.9.0.253",
      ifindex: 3,
      metric: 0,
      protocol: 3,
    },
  },
  {
    what: "an address's route to its own network",
    payload: ON_LINK,
    expected: { destination: "10.9.0.0/24", ifindex: 3, metric: 0, protocol: 2 },
  },
  {
    what: "one over several next hops",
    payload: TWO_NEXT_HOPS,
    expected: { destination: "10.61.0.0/16", metric: 0, protocol: 3 },
  },
  {
    what: "one that leads nowhere",
    payload: BLACKHOLE,
    expected: { destination: "10.62.0.0/16", metric: 0, protocol: 3 },
  },
  {
    what: "IPv6, where the kernel gives a metric by itself",
    payload: IPV6,
    expected: {
      destination: "2001:db8::/32",
      nextHop: "fe80::9",
      ifindex: 3,
      metric: 1024,
      protocol: 112,
    },
  },
] as const;

for (const { what, payload, expected } of ROUTES) {
  Deno.test(`parseRoute() reads ${what}`, () => {
    const info = route.parseRoute(messageOf(payload));
    assert.ok(info);
    const { destination, nextHop, ...rest } = info;
    const shown = {
      destination: formatPrefix(destination),
      ...(nextHop === undefined ? {} : { nextHop: formatIp(nextHop) }),
      ...rest,
    };
    assert.deepEqual(shown, expected);
  });
}

const PASSED_OVER = [
  { what: "of another table", payload: OF_LOCAL_TABLE },
  { what: "of the kernel's cache", payload: OURS.with(9, 0x02) },
  { what: "of another family", payload: OURS.with(0, 7) },
  { what: "whose destination is of another family", payload: OURS.with(0, 10) },
  { what: "cut within its header", payload: OURS.subarray(0, 11) },
];

for (const { what, payload } of PASSED_OVER) {
  Deno.test(`parseRoute() passes over one ${what}`, () => {
    assert.equal(route.parseRoute(messageOf(payload)), undefined);
  });
}

Deno.test("parseRoute() gives values that outlive the receive buffer", () => {
  const bytes = OURS.slice();
  const info = route.parseRoute(messageOf(bytes));
  bytes.fill(0xa5);
  assert.ok(info?.nextHop);
  assert.equal(formatPrefix(info.destination), "10.50.0.0/16");
  assert.equal(formatIp(info.nextHop), "10.9.0.254");
});

Deno.test("parseRoute() never throws, whatever the bytes", () => {
  const changed = fc.array(fc.tuple(fc.nat(OURS.length - 1), fc.nat(255)), { maxLength: 20 })
    .map((changes) => {
      const bytes = OURS.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      return bytes;
    });
  const shortened = fc.nat(OURS.length).map((length) => OURS.slice(0, length));
  fc.assert(
    fc.property(fc.oneof(changed, shortened, fc.uint8Array({ maxLength: 100 })), (payload) => {
      route.parseRoute(messageOf(payload));
    }),
    { numRuns: 3000 },
  );
});
