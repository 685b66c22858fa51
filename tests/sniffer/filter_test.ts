import assert from "node:assert/strict";
import { snifferFilter } from "../../src/sniffer/filter.ts";
import { fromHex, viewOf, withBytes } from "../support/bytes.ts";
import { runBpf } from "../support/bpf_interpreter.ts";
import { capturedFrames } from "../support/captures.ts";

const FILTER = snifferFilter();
const V2 = fromHex(
  "01005e000012 020000000001 0800 45c0002800010000ff70d0880a090001e0000012" +
    "210164010001708f0a0900640000000000000000",
);
const IPV6 = `33330000 0012 020000000001 86dd 60000000 0000 70 ff ${"00".repeat(32)}`;
const PROTOCOL_AT = 23;
const NEXT_HEADER_AT = 20;

function passes(frame: Uint8Array): boolean {
  return runBpf(FILTER, viewOf(frame)) > 0;
}

Deno.test("snifferFilter() lets every captured VRRP, AH and CARP frame pass, nothing else", () => {
  for (const { name, bytes, decoded: { kind } } of capturedFrames()) {
    assert.equal(passes(bytes), ["vrrp", "ah-vrrp", "carp"].includes(kind), name);
  }
});

function tagged(frame: Uint8Array, tags: string): Uint8Array {
  return fromHex(frame.subarray(0, 12).toHex() + tags + frame.subarray(12).toHex());
}

const PASS = [
  { what: "one VLAN tag", frame: tagged(V2, "81000064") },
  { what: "two VLAN tags", frame: tagged(V2, "88a8000281000064") },
  { what: "a tag before IPv6", frame: tagged(fromHex(IPV6), "81000064") },
  { what: "a later fragment", frame: withBytes(V2, 20, [0x00, 0x10]) },
  { what: "IPv4 options", frame: withBytes(V2, 14, [0x46]) },
  { what: "IPv6 hop-by-hop options", frame: withBytes(fromHex(IPV6), NEXT_HEADER_AT, [0]) },
];

for (const { what, frame } of PASS) {
  Deno.test(`snifferFilter() lets ${what} pass`, () => assert.equal(passes(frame), true));
}

const DROP = [
  { what: "UDP", frame: withBytes(V2, PROTOCOL_AT, [17]) },
  { what: "TCP over IPv6", frame: withBytes(fromHex(IPV6), NEXT_HEADER_AT, [6]) },
  { what: "UDP behind a tag", frame: tagged(withBytes(V2, PROTOCOL_AT, [17]), "81000064") },
  { what: "a third tag", frame: tagged(V2, "810000018100000281000003") },
  { what: "LLDP", frame: withBytes(V2, 12, [0x88, 0xcc]) },
  { what: "a frame cut in its header", frame: V2.subarray(0, 20) },
  { what: "no byte at all", frame: new Uint8Array() },
];

for (const { what, frame } of DROP) {
  Deno.test(`snifferFilter() drops ${what}`, () => assert.equal(passes(frame), false));
}
