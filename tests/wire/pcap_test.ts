import assert from "node:assert/strict";
import fc from "fast-check";
import * as pcap from "../../src/wire/pcap.ts";
import {
  emitted,
  fromHex,
  hexOf,
  valueOf,
  viewOf,
  viewOfHex,
  withBytes,
} from "../support/bytes.ts";
import { capturedFrames, captureFiles, readCapture } from "../support/captures.ts";

const HEADER_BIG = "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001";
const RECORD_BIG = "6553f100 0001e240 00000003 00000003 0102ff";

const FORMS: readonly { readonly what: string; readonly hex: string }[] = [
  { what: "big-endian, microseconds", hex: `${HEADER_BIG} ${RECORD_BIG}` },
  {
    what: "big-endian, nanoseconds",
    hex: `a1b23c4d ${HEADER_BIG.slice(9)} 6553f100 075bcde7 00000003 00000003 0102ff`,
  },
  {
    what: "little-endian, microseconds",
    hex: "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000" +
      "00f15365 40e20100 03000000 03000000 0102ff",
  },
  {
    what: "little-endian, nanoseconds",
    hex: "4d3cb2a1 0200 0400 00000000 00000000 00000400 01000000" +
      "00f15365 e7cd5b07 03000000 03000000 0102ff",
  },
];

for (const { what, hex } of FORMS) {
  Deno.test(`parse() reads a file in ${what}`, () => {
    const records = valueOf(pcap.parse(viewOfHex(hex)));
    assert.deepEqual(
      records.map(({ timestampUs, frame }) => ({ timestampUs, frame: hexOf(frame) })),
      [{ timestampUs: 0x6553f100 * 1e6 + 123_456, frame: "0102ff" }],
    );
  });
}

Deno.test("parse() reads every capture: the frames of the index in its order of time", () => {
  const frames = capturedFrames();
  for (const file of captureFiles()) {
    const records = valueOf(pcap.parse(viewOf(readCapture(file))));
    const expected = frames.filter((frame) => frame.file === file);
    assert.deepEqual(
      records.map(({ frame }) => hexOf(frame)).sort(),
      expected.map(({ bytes }) => hexOf(bytes)).sort(),
      file,
    );
    const startUs = records[0]?.timestampUs ?? 0;
    assert.deepEqual(
      records.map(({ timestampUs }) => timestampUs - startUs),
      expected.map(({ atS }) => Math.round(atS * 1e6)).sort((a, b) => a - b),
      file,
    );
  }
});

Deno.test("emit() writes a file that parse() reads", () => {
  const arbitraryRecord = fc.record({
    timestampUs: fc.nat(0xffffffff).map((seconds) => seconds * 1e6 + seconds % 1e6),
    frame: fc.uint8Array({ maxLength: 100 }).map(viewOf),
  });
  fc.assert(fc.property(fc.array(arbitraryRecord, { maxLength: 5 }), (records) => {
    const file = emitted(pcap.size(records), (view) => pcap.emit(records, view));
    const plain = (list: readonly pcap.PcapRecord[]) =>
      list.map(({ timestampUs, frame }) => ({ timestampUs, frame: hexOf(frame) }));
    assert.deepEqual(plain(valueOf(pcap.parse(file))), plain(records));
  }));
});

Deno.test("emit() writes network byte order and microseconds", () => {
  const records = [{ timestampUs: 0x6553f100 * 1e6 + 123_456, frame: viewOfHex("0102ff") }];
  const file = emitted(pcap.size(records), (view) => pcap.emit(records, view));
  assert.equal(hexOf(file), hexOf(fromHex(`${HEADER_BIG} ${RECORD_BIG}`)));
});

Deno.test("parse() takes a file without records", () => {
  assert.deepEqual(pcap.parse(viewOfHex(HEADER_BIG)), { ok: true, value: [] });
});

Deno.test("parse() takes a link field that tells of check sequences", () => {
  const file = withBytes(fromHex(`${HEADER_BIG} ${RECORD_BIG}`), 20, [0x44]);
  assert.equal(valueOf(pcap.parse(viewOf(file))).length, 1);
});

const REFUSED: readonly { readonly what: string; readonly hex: string; readonly error: RegExp }[] =
  [
    { what: "an empty file", hex: "", error: /of 0 bytes/ },
    { what: "another format", hex: `0a0d0d0a ${"00".repeat(20)}`, error: /0x0a0d0d0a/ },
    {
      what: "another version",
      hex: `a1b2c3d4 0003 0000 ${"00".repeat(16)}`,
      error: /version 3/,
    },
    {
      what: "another link type",
      hex: `a1b2c3d4 0002 0004 ${"00".repeat(12)} 00000071`,
      error: /link type 113/,
    },
    {
      what: "a record longer than the file",
      hex: `${HEADER_BIG} 00000000 00000000 ffffffff ffffffff 0102`,
      error: /record 1 at byte 24/,
    },
  ];

for (const { what, hex, error } of REFUSED) {
  Deno.test(`parse() refuses ${what} with a sentence`, () => {
    const result = pcap.parse(viewOfHex(hex));
    assert.match(result.ok ? "no error" : result.error, error);
  });
}

Deno.test("parse() refuses every file cut inside a header or a record", () => {
  const file = fromHex(`${HEADER_BIG} ${RECORD_BIG} ${RECORD_BIG}`);
  const wholeAt = [24, 43, 62];
  for (let length = 0; length <= file.length; length++) {
    const result = pcap.parse(viewOf(file.subarray(0, length)));
    assert.equal(result.ok, wholeAt.includes(length), `${length} bytes`);
  }
});

Deno.test("parse() never throws, whatever follows the header", () => {
  const header = fromHex(HEADER_BIG);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withHeader) => {
      const file = Uint8Array.of(...(withHeader ? header : []), ...bytes);
      assert.equal(typeof pcap.parse(viewOf(file)).ok, "boolean");
    }),
    { numRuns: 1000 },
  );
});
