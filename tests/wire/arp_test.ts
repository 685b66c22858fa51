import assert from "node:assert/strict";
import { formatIp, ip } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import * as arp from "../../src/wire/arp.ts";
import { emitted, fromHex, hexOf, reasonOf, valueOf, viewOf, withBytes } from "../support/bytes.ts";
import { capturedArps } from "../support/captures.ts";

const GRATUITOUS = fromHex("00010800060400010200000000010a090064ffffffffffff0a090064");

Deno.test("parse() reads every captured ARP packet", () => {
  for (const { name, bytes, decoded } of capturedArps()) {
    const packet = valueOf(arp.parse(viewOf(bytes.subarray(14))));
    assert.equal(packet.operation, decoded.op, name);
    assert.equal(formatMac(packet.senderMac), decoded.sender_hw, name);
    assert.equal(formatIp(packet.senderAddress), decoded.sender_ip, name);
    assert.equal(formatMac(packet.targetMac), decoded.target_hw, name);
    assert.equal(formatIp(packet.targetAddress), decoded.target_ip, name);
    assert.equal(arp.isGratuitous(packet), decoded.sender_ip === decoded.target_ip, name);
  }
});

Deno.test("emit() writes every captured ARP packet", () => {
  for (const { name, bytes } of capturedArps()) {
    const packet = valueOf(arp.parse(viewOf(bytes.subarray(14))));
    const again = emitted(arp.size(), (view) => arp.emit(packet, view));
    assert.equal(hexOf(again), hexOf(bytes.subarray(14)), name);
  }
});

Deno.test("gratuitousRequest() has the form that keepalived sends", () => {
  const mac = fromHex("020000000001");
  const request = arp.gratuitousRequest({ mac, address: ip("10.9.0.100") });
  const packet = emitted(arp.size(), (view) => arp.emit(request, view));
  assert.equal(hexOf(packet), hexOf(GRATUITOUS));
});

const REFUSED: readonly { readonly what: string; readonly at: number; readonly byte: number }[] = [
  { what: "another hardware type", at: 1, byte: 6 },
  { what: "another protocol type", at: 3, byte: 1 },
  { what: "another hardware address length", at: 4, byte: 8 },
  { what: "another protocol address length", at: 5, byte: 16 },
];

for (const { what, at, byte } of REFUSED) {
  Deno.test(`parse() refuses ${what}`, () => {
    const packet = viewOf(withBytes(GRATUITOUS, at, [byte]));
    assert.equal(reasonOf(arp.parse(packet)), "arpHeader");
  });
}

Deno.test("parse() refuses every packet cut short", () => {
  for (let length = 0; length < GRATUITOUS.length; length++) {
    const result = arp.parse(viewOf(GRATUITOUS.subarray(0, length)));
    assert.equal(reasonOf(result), "truncated", `${length} bytes`);
  }
});

Deno.test("parse() steps over the padding of a short frame", () => {
  const padded = fromHex(`${hexOf(GRATUITOUS)} ${"00".repeat(18)}`);
  assert.equal(arp.isGratuitous(valueOf(arp.parse(viewOf(padded)))), true);
});

Deno.test("parse() gives addresses that outlive the receive buffer", () => {
  const view = viewOf(GRATUITOUS.slice());
  const { senderAddress, senderMac } = valueOf(arp.parse(view));
  new Uint8Array(view.buffer).fill(0);
  assert.equal(formatIp(senderAddress), "10.9.0.100");
  assert.equal(formatMac(senderMac), "02:00:00:00:00:01");
});

Deno.test("emit() refuses IPv6 addresses", () => {
  const packet = valueOf(arp.parse(viewOf(GRATUITOUS)));
  const view = viewOf(new Uint8Array(arp.size()));
  const other = ip("fe80::1");
  assert.throws(() => arp.emit({ ...packet, senderAddress: other }, view), /IPv4 sender/);
  assert.throws(() => arp.emit({ ...packet, targetAddress: other }, view), /IPv4 target/);
});
