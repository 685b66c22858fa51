import assert from "node:assert/strict";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as vlan from "../../src/wire/vlan.ts";
import { hexOf, valueOf, viewOfHex } from "../support/bytes.ts";

const MACS = "01005e000012 020000000001";

function untagged(hex: string) {
  const { payload, ...rest } = vlan.untag(valueOf(ethernet.parse(viewOfHex(`${MACS} ${hex}`))));
  return { ...rest, payload: hexOf(payload) };
}

const FRAMES = [
  {
    what: "a frame without a tag as it is",
    hex: "0800 4500",
    expected: { vlans: [], etherType: 0x0800, payload: "4500" },
  },
  {
    what: "a tag with a priority",
    hex: "8100 e064 0800 4500",
    expected: { vlans: [100], etherType: 0x0800, payload: "4500" },
  },
  {
    what: "a tag inside a tag",
    hex: "88a8 0002 8100 0fff 86dd 6000",
    expected: { vlans: [2, 4095], etherType: 0x86dd, payload: "6000" },
  },
  {
    what: "a tag cut short as an unknown type",
    hex: "8100 0001 08",
    expected: { vlans: [], etherType: 0x8100, payload: "000108" },
  },
];

for (const { what, hex, expected } of FRAMES) {
  Deno.test(`untag() gives ${what}`, () => {
    assert.deepEqual(untagged(hex), expected);
  });
}

Deno.test("untag() stops after eight tags", () => {
  const { vlans, etherType } = untagged("8100 0001 ".repeat(9) + "0800");
  assert.equal(vlans.length, 8);
  assert.equal(etherType, 0x8100);
});

Deno.test("withTag() puts the tag between the addresses and the type", () => {
  const tag = { protocol: 0x8100, control: 0x2064 };
  const tagged = vlan.withTag(viewOfHex(`${MACS} 0800 4500`), tag);
  assert.equal(hexOf(tagged), hexOf(viewOfHex(`${MACS} 8100 2064 0800 4500`)));
});
