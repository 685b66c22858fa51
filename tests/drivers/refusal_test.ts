import assert from "node:assert/strict";
import { assert as given } from "../../src/base/assert.ts";
import { parsePrefix } from "../../src/base/ip.ts";
import type { Change } from "../../src/drivers/driver.ts";
import { refusal } from "../../src/drivers/refusal.ts";

const ROOT = /run as root/;
const ROWS = [
  {
    row: "IPv6 to be switched on where it is off",
    prefix: "fd00:9::100/64",
    code: "EACCES",
    mend:
      /^Cannot add fd00:9::100\/64 to eth0: EACCES \(set net\.ipv6\.conf\.eth0\.disable_ipv6 to 0\)$/,
  },
  { row: "more rights for IPv6", prefix: "fd00:9::100/64", code: "EPERM", mend: ROOT },
  { row: "more rights for IPv4", prefix: "10.9.0.100/24", code: "EACCES", mend: ROOT },
];

function addition(text: string): Change {
  const prefix = parsePrefix(text);
  given(prefix !== undefined, `"${text}" is no address with prefix`);
  return { change: "addAddress", ifindex: 3, interfaceName: "eth0", prefix, noPrefixRoute: false };
}

for (const { row, prefix, code, mend } of ROWS) {
  Deno.test(`refusal() of an address asks for the right mend: ${row}`, () => {
    assert.match(refusal(addition(prefix), { code }).message, mend);
  });
}
