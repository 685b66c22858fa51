import assert from "node:assert/strict";
import { formatMac } from "../../src/base/mac.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import { emitted, hexOf, reasonOf, valueOf, viewOf, viewOfHex } from "../support/bytes.ts";
import { capturedFrames } from "../support/captures.ts";

Deno.test("parse() reads the header of every captured frame", () => {
  for (const { name, bytes, decoded } of capturedFrames()) {
    const frame = valueOf(ethernet.parse(viewOf(bytes)));
    assert.equal(formatMac(frame.source), decoded.src_mac, name);
    assert.equal(formatMac(frame.destination), decoded.dst_mac, name);
    assert.equal(frame.etherType, Number(decoded.ethertype), name);
    assert.equal(hexOf(frame.payload), hexOf(bytes.subarray(14)), name);
  }
});

Deno.test("emit() writes the header of every captured frame", () => {
  for (const { name, bytes } of capturedFrames()) {
    const frame = valueOf(ethernet.parse(viewOf(bytes)));
    const header = emitted(ethernet.size(), (view) => ethernet.emit(frame, view));
    assert.equal(hexOf(header), hexOf(bytes.subarray(0, 14)), name);
  }
});

Deno.test("parse() refuses every frame that ends in the header", () => {
  for (let length = 0; length < 14; length++) {
    assert.equal(reasonOf(ethernet.parse(viewOf(new Uint8Array(length)))), "truncated");
  }
});

Deno.test("parse() gives addresses that outlive the receive buffer", () => {
  const view = viewOfHex("01005e000012 020000000001 0800");
  const frame = valueOf(ethernet.parse(view));
  new Uint8Array(view.buffer).fill(0);
  assert.equal(formatMac(frame.destination), "01:00:5e:00:00:12");
  assert.equal(formatMac(frame.source), "02:00:00:00:00:01");
});

Deno.test("virtualMac() ends in the VRID, after the family's prefix", () => {
  assert.equal(formatMac(ethernet.virtualMac({ vrid: 51, family: 4 })), "00:00:5e:00:01:33");
  assert.equal(formatMac(ethernet.virtualMac({ vrid: 255, family: 6 })), "00:00:5e:00:02:ff");
});
