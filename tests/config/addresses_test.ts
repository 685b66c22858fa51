import assert from "node:assert/strict";
import { formatPrefix, ip, parsePrefix } from "../../src/base/ip.ts";
import {
  checkedAddress,
  isLoopback,
  maskLength,
  networkOf,
  unusableAddress,
} from "../../src/config/addresses.ts";

Deno.test("unusableAddress() knows what no host can have", () => {
  const unusable = [
    ...[
      "0.0.0.0",
      "0.1.2.3",
      "127.255.0.1",
      "224.0.0.1",
      "239.255.255.255",
      "240.0.0.1",
      "255.255.255.255",
    ],
    ...[
      "10.0.0.255/24",
      "10.0.255.255/16",
      "10.0.0.3/30",
      "10.0.0.0/24",
      "10.0.0.4/30",
      "::",
      "::1",
      "ff02::12",
      "::ffff:10.0.0.1",
    ],
  ];
  const usable = [
    ...[
      "10.0.0.255",
      "10.0.0.255/32",
      "10.0.0.255/31",
      "10.0.0.254/31",
      "10.0.0.0",
      "10.0.1.0/23",
      "10.0.0.254/24",
      "223.255.255.254",
      "169.254.0.1",
    ],
    ...["fe80::1", "2001:db8::ffff/64", "::2"],
  ];
  for (const text of unusable) {
    assert.notEqual(unusableAddress(checkedAddress(text)), undefined, text);
  }
  for (const text of usable) assert.equal(unusableAddress(checkedAddress(text)), undefined, text);
});

Deno.test("maskLength() counts the leading ones of every mask and refuses all others", () => {
  for (let length = 0; length <= 32; length++) {
    const number = length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0;
    const bytes = [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
    assert.equal(maskLength(ip(bytes.join("."))), length);
  }
  for (const text of ["0.0.0.1", "255.0.255.0", "254.255.0.0", "128.0.0.1", "1.2.3.4"]) {
    assert.equal(maskLength(ip(text)), undefined, text);
  }
});

Deno.test("networkOf() clears the host bits and nothing else", () => {
  const rows = [
    ["10.1.2.255/0", "0.0.0.0/0"],
    ["10.1.2.255/20", "10.1.0.0/20"],
    ["10.1.2.255/31", "10.1.2.254/31"],
    ["10.1.2.255/32", "10.1.2.255/32"],
    ["2001:db8:ffff::1/33", "2001:db8:8000::/33"],
    ["fe80::1/128", "fe80::1/128"],
  ] as const;
  for (const [text, network] of rows) {
    const prefix = parsePrefix(text);
    assert.ok(prefix !== undefined);
    assert.equal(formatPrefix(networkOf(prefix)), network);
  }
});

Deno.test("isLoopback() knows 127.0.0.0/8 and ::1", () => {
  for (const text of ["127.0.0.1", "127.255.255.255", "::1"]) assert.ok(isLoopback(ip(text)), text);
  for (const text of ["126.0.0.1", "0.0.0.0", "::", "::2"]) assert.ok(!isLoopback(ip(text)), text);
});
