import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import {
  addressBits,
  compareIp,
  equalIp,
  formatIp,
  formatPrefix,
  ip,
  type IpAddress,
  ipFromBytes,
  type IpPrefix,
  isLinkLocal,
  parseIp,
  parsePrefix,
  prefixContains,
} from "../../src/base/ip.ts";

const anyIpv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(addressOf);
const anyIpv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(addressOf);
/** Addresses with long runs of zeros, where the short form has its traps. */
const sparseIpv6 = fc.array(fc.constantFrom(0, 0, 0, 1, 0xff), { minLength: 16, maxLength: 16 })
  .map((bytes) => addressOf(Uint8Array.from(bytes)));
const anyIp = fc.oneof(anyIpv4, anyIpv6, sparseIpv6);

function addressOf(bytes: Uint8Array): IpAddress {
  return ipFromBytes(Uint8Array.from(bytes));
}

function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  assert.ok(parsed, text);
  return parsed;
}

/** The address as one unsigned number. */
function numberOf({ bytes }: IpAddress): bigint {
  return BigInt(`0x${bytes.toHex()}`);
}

const READ = [
  { text: "0.0.0.0", hex: "00000000", why: "the smallest IPv4 address" },
  { text: "255.255.255.255", hex: "ffffffff", why: "the greatest IPv4 address" },
  { text: "10.9.0.100", hex: "0a090064", why: "one, two and three digits" },
  { text: "::", hex: "00".repeat(16), why: "nothing but zeros" },
  { text: "::1", hex: `${"00".repeat(15)}01`, why: "zeros at the start" },
  { text: "1::", hex: `0001${"00".repeat(14)}`, why: "zeros at the end" },
  { text: "2001:db8::1", hex: `20010db8${"00".repeat(11)}01`, why: "zeros in the middle" },
  { text: "2001:DB8::A", hex: `20010db8${"00".repeat(11)}0a`, why: "upper case" },
  {
    text: "2001:0db8:0000:0000:0000:0000:0000:0001",
    hex: `20010db8${"00".repeat(11)}01`,
    why: "every digit written",
  },
  {
    text: "1:2:3:4:5:6:7:8",
    hex: "00010002000300040005000600070008",
    why: "eight groups",
  },
  {
    text: "1::3:4:5:6:7:8",
    hex: "00010000000300040005000600070008",
    why: "the short form for a single group, which writers must not use",
  },
  {
    text: "::ffff:1.2.3.4",
    hex: `${"00".repeat(10)}ffff01020304`,
    why: "the last four bytes as an IPv4 address",
  },
  {
    text: "64:ff9b:0:0:0:0:192.0.2.33",
    hex: "0064ff9b0000000000000000c0000221",
    why: "six groups and an IPv4 address",
  },
] as const;

for (const { text, hex, why } of READ) {
  Deno.test(`parseIp() reads ${text}: ${why}`, () => {
    assert.equal(parseIp(text)?.bytes.toHex(), hex);
  });
}

const REFUSED = [
  { text: "", why: "nothing" },
  { text: "1..3.4", why: "an empty part, which Number() reads as 0" },
  { text: "0x1.1.1.1", why: "another base" },
  { text: "01.2.3.4", why: "a leading zero, octal to some readers" },
  { text: "00.0.0.0", why: "two zeros" },
  { text: " 1.2.3.4", why: "a blank before" },
  { text: "1.2.3.4 ", why: "a blank after" },
  { text: "1.2.3.4\n", why: "a line end after" },
  { text: "1.2.3", why: "the short form of inet_aton(3)" },
  { text: "16909060", why: "a single number" },
  { text: "1.2.3.4.5", why: "a part too many" },
  { text: "1.2.3.256", why: "a part beyond a byte" },
  { text: "1.2.3.1e1", why: "an exponent" },
  { text: "1.2.3.+4", why: "a sign" },
  { text: "１.2.3.4", why: "a digit of another script" },
  { text: ":", why: "a single colon" },
  { text: ":::", why: "three colons" },
  { text: "1::2::3", why: "two gaps" },
  { text: ":1::", why: "a single colon at the start" },
  { text: "::1:", why: "a single colon at the end" },
  { text: "1:2:3:4:5:6:7", why: "seven groups without a gap" },
  { text: "1:2:3:4:5:6:7:8:9", why: "nine groups" },
  { text: "1:2:3:4:5:6:7:8::", why: "a gap that stands for nothing" },
  { text: "::1:2:3:4:5:6:7:8", why: "a gap that stands for nothing, at the start" },
  { text: "12345::", why: "five digits" },
  { text: "g::", why: "a letter that is no digit" },
  { text: "0x1::", why: "a base before a group" },
  { text: "fe80::1%eth0", why: "a zone, which means something on one machine only" },
  { text: "[::1]", why: "brackets" },
  { text: "1.2.3.4::", why: "an IPv4 address before the gap" },
  { text: "::1.2.3.4:5", why: "an IPv4 address before the last group" },
  { text: "::ffff:01.2.3.4", why: "a leading zero in the IPv4 part" },
  { text: "::1.2.3", why: "a short IPv4 part" },
  { text: "1:2:3:4:5:6:7:1.2.3.4", why: "an IPv4 part where only two bytes are left" },
] as const;

for (const { text, why } of REFUSED) {
  Deno.test(`parseIp() refuses ${JSON.stringify(text)}: ${why}`, () => {
    assert.equal(parseIp(text), undefined);
  });
}

const CANONICAL = [
  {
    text: "2001:db8:0:0:1:0:0:1",
    short: "2001:db8::1:0:0:1",
    why: "section 4.2.3: the first of two",
  },
  { text: "2001:0db8::0001", short: "2001:db8::1", why: "section 4.1: no leading zeros" },
  {
    text: "2001:db8:0:1:1:1:1:1",
    short: "2001:db8:0:1:1:1:1:1",
    why: "section 4.2.2: not one group",
  },
  { text: "2001:0:0:1:0:0:0:1", short: "2001:0:0:1::1", why: "section 4.2.3: the longest run" },
  { text: "2001:DB8::AB", short: "2001:db8::ab", why: "section 4.3: lower case" },
  { text: "0:0:0:0:0:0:0:0", short: "::", why: "section 4.2.1: as short as possible" },
  { text: "0:0:1:0:0:0:0:0", short: "0:0:1::", why: "a run at the end" },
] as const;

for (const { text, short, why } of CANONICAL) {
  Deno.test(`formatIp() writes ${short} for ${text} (RFC 5952, ${why})`, () => {
    assert.equal(formatIp(ip(text)), short);
  });
}

Deno.test("parseIp() reads what formatIp() writes", () => {
  fc.assert(fc.property(anyIp, (address) => {
    assert.deepEqual(parseIp(formatIp(address)), address);
  }));
});

Deno.test("formatIp() writes what the platform takes for an address of that family", () => {
  fc.assert(fc.property(anyIp, (address) => {
    const text = formatIp(address);
    assert.equal(address.family === 4 ? isIPv4(text) : isIPv6(text), true, text);
  }));
});

Deno.test("parseIp() takes no text that the platform refuses", () => {
  const text = fc.string({ unit: fc.constantFrom(..."0129af:::..x% "), maxLength: 24 });
  fc.assert(
    fc.property(text, (text) => {
      if (parseIp(text) !== undefined) assert.equal(isIPv4(text) || isIPv6(text), true, text);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("ip() throws on a text that is no address", () => {
  assert.throws(() => ip("1.2.3"), /"1\.2\.3" is not an IP address/);
});

Deno.test("ipFromBytes() tells the family by the length and takes no other", () => {
  assert.equal(ipFromBytes(new Uint8Array(4)).family, 4);
  assert.equal(ipFromBytes(new Uint8Array(16)).family, 6);
  for (const length of [0, 3, 5, 15, 17]) {
    assert.throws(() => ipFromBytes(new Uint8Array(length)), new RegExp(`not ${length}`));
  }
});

Deno.test("addressBits() gives the size of an address", () => {
  assert.deepEqual([addressBits(4), addressBits(6)], [32, 128]);
});

Deno.test("compareIp() orders addresses of one family as unsigned numbers", () => {
  const pair = fc.oneof(fc.tuple(anyIpv4, anyIpv4), fc.tuple(sparseIpv6, sparseIpv6));
  fc.assert(fc.property(pair, ([a, b]) => {
    const [left, right] = [numberOf(a), numberOf(b)];
    assert.equal(Math.sign(compareIp(a, b)), left < right ? -1 : left > right ? 1 : 0);
  }));
});

Deno.test("compareIp() reads bytes above 127 as unsigned and the first byte first", () => {
  assert.ok(compareIp(ip("128.0.0.0"), ip("127.255.255.255")) > 0);
  assert.ok(compareIp(ip("10.0.0.255"), ip("10.0.1.0")) < 0);
});

Deno.test("compareIp() and equalIp() never mix families", () => {
  assert.ok(compareIp(ip("255.255.255.255"), ip("::")) < 0);
  assert.equal(equalIp(ip("0.0.0.0"), ip("::")), false);
  assert.equal(equalIp(ip("::1"), ip("0:0:0:0:0:0:0:1")), true);
});

const PREFIXES = [
  { text: "10.9.0.5/24", as: "10.9.0.5/24", why: "host bits stay" },
  { text: "10.9.0.5", as: "10.9.0.5/32", why: "without a length, one IPv4 address" },
  { text: "2001:db8::1", as: "2001:db8::1/128", why: "without a length, one IPv6 address" },
  { text: "0.0.0.0/0", as: "0.0.0.0/0", why: "everything" },
  { text: "::/128", as: "::/128", why: "the greatest length" },
] as const;

for (const { text, as, why } of PREFIXES) {
  Deno.test(`parsePrefix() reads ${text}: ${why}`, () => {
    assert.equal(formatPrefix(prefix(text)), as);
  });
}

const NO_PREFIXES = [
  "10.9.0.5/33",
  "::/129",
  "10.9.0.5/",
  "10.9.0.5/024",
  "10.9.0.5/-1",
  "10.9.0.5/ 24",
  "10.9.0.5/2e1",
  "10.9.0.5/24/24",
  "10.9.0.5/255.255.255.0",
  "/24",
];

for (const text of NO_PREFIXES) {
  Deno.test(`parsePrefix() refuses "${text}"`, () => assert.equal(parsePrefix(text), undefined));
}

Deno.test("parsePrefix() reads what formatPrefix() writes", () => {
  const anyPrefix = anyIp.chain((address) =>
    fc.nat(addressBits(address.family)).map((length): IpPrefix => ({ address, length }))
  );
  fc.assert(fc.property(anyPrefix, (one) => {
    assert.deepEqual(parsePrefix(formatPrefix(one)), one);
  }));
});

Deno.test("prefixContains() compares as many leading bits as the prefix has, for every length", () => {
  const pair = fc.oneof(
    fc.tuple(anyIpv4, anyIpv4, fc.nat(32)),
    fc.tuple(sparseIpv6, sparseIpv6, fc.nat(128)),
  );
  fc.assert(fc.property(pair, ([address, other, length]) => {
    const rest = BigInt(addressBits(address.family) - length);
    const expected = numberOf(address) >> rest === numberOf(other) >> rest;
    assert.equal(prefixContains({ address, length }, other), expected);
    assert.equal(prefixContains({ address, length }, address), true);
  }));
});

const CONTAINS = [
  { network: "10.9.0.5/24", address: "10.9.0.255", holds: true, why: "host bits do not count" },
  { network: "10.9.0.5/24", address: "10.9.1.0", holds: false, why: "the next network" },
  { network: "10.9.0.5/31", address: "10.9.0.4", holds: true, why: "the last bit is free" },
  { network: "10.9.0.5/31", address: "10.9.0.6", holds: false, why: "the last but one is not" },
  { network: "0.0.0.0/0", address: "255.0.0.1", holds: true, why: "everything" },
  { network: "0.0.0.0/0", address: "::", holds: false, why: "another family" },
  { network: "fe80::/10", address: "febf::1", holds: true, why: "ten bits" },
  { network: "fe80::/10", address: "fec0::1", holds: false, why: "the tenth bit differs" },
] as const;

for (const { network, address, holds, why } of CONTAINS) {
  Deno.test(`prefixContains() says ${holds} for ${address} in ${network}: ${why}`, () => {
    assert.equal(prefixContains(prefix(network), ip(address)), holds);
  });
}

const LINK_LOCAL = [
  { text: "fe80::1", is: true },
  { text: "febf:ffff::", is: true },
  { text: "fec0::1", is: false },
  { text: "fe7f::1", is: false },
  { text: "169.254.0.1", is: true },
  { text: "169.253.255.255", is: false },
  { text: "254.128.0.1", is: false },
] as const;

for (const { text, is } of LINK_LOCAL) {
  Deno.test(`isLinkLocal() says ${is} for ${text}`, () => assert.equal(isLinkLocal(ip(text)), is));
}
