import assert from "node:assert/strict";
import fc from "fast-check";
import { FileSource } from "../../src/sniffer/file_source.ts";
import { CaptureFileError } from "../../src/sniffer/source.ts";
import * as pcap from "../../src/wire/pcap.ts";
import { emitted, fromHex, hexOf, valueOf, viewOf, viewOfHex } from "../support/bytes.ts";
import { captureFiles, readCapture } from "../support/captures.ts";

/** A file that gives at most so many bytes at a time. */
function reader(bytes: Uint8Array, pieceBytes = Infinity) {
  let at = 0;
  return {
    read(into: Uint8Array): Promise<number | null> {
      if (at === bytes.length) return Promise.resolve(null);
      const piece = bytes.subarray(at, at + Math.min(pieceBytes, into.length));
      into.set(piece);
      at += piece.length;
      return Promise.resolve(piece.length);
    },
    [Symbol.dispose]: () => {},
  };
}

interface Outcome {
  readonly frames: readonly string[];
  readonly error?: string;
}

async function readAll(bytes: Uint8Array, pieceBytes?: number): Promise<Outcome> {
  using source = new FileSource({ name: "a.pcap", reader: reader(bytes, pieceBytes) });
  const frames: string[] = [];
  try {
    for await (const batch of source.batches(new AbortController().signal)) {
      for (const { timestampUs, bytes, wireBytes } of batch) {
        frames.push(`${timestampUs} ${hexOf(bytes)} ${wireBytes}`);
      }
    }
    return { frames };
  } catch (error) {
    assert.ok(error instanceof CaptureFileError);
    return { frames, error: error.message };
  }
}

function fileOf(frames: readonly string[]): Uint8Array<ArrayBuffer> {
  const records = frames.map((hex, index) => ({ timestampUs: index, frame: viewOfHex(hex) }));
  const view = emitted(pcap.size(records), (view) => pcap.emit(records, view));
  return new Uint8Array(view.buffer as ArrayBuffer);
}

Deno.test("FileSource reads every capture as pcap.parse() does, in pieces of any size", async () => {
  for (const file of captureFiles()) {
    const bytes = readCapture(file);
    const expected = valueOf(pcap.parse(viewOf(bytes))).map(({ timestampUs, frame, wireBytes }) =>
      `${timestampUs} ${hexOf(frame)} ${wireBytes}`
    );
    for (const pieceBytes of [1, 7, 1000, Infinity]) {
      assert.deepEqual(await readAll(bytes, pieceBytes), { frames: expected }, file);
    }
  }
});

Deno.test("FileSource reads frames as long as a capture can hold", async () => {
  const long = "ab".repeat(pcap.SNAP_LENGTH);
  const { frames, error } = await readAll(fileOf([long, "01", long]));
  assert.equal(error, undefined);
  assert.deepEqual(frames.map((frame) => frame.split(" ")[1]), [long, "01", long]);
});

Deno.test("FileSource keeps the length on the wire of a frame that was cut", async () => {
  const records = [{ timestampUs: 5, frame: viewOfHex("0102"), wireBytes: 60 }];
  const view = emitted(pcap.size(records), (view) => pcap.emit(records, view));
  const bytes = new Uint8Array(view.buffer as ArrayBuffer);
  assert.deepEqual(await readAll(bytes), { frames: ["5 0102 60"] });
});

Deno.test("FileSource takes a capture without frames", async () => {
  assert.deepEqual(await readAll(fileOf([])), { frames: [] });
});

const DAMAGED = [
  { what: "an empty file", bytes: new Uint8Array(), says: /^a\.pcap: .*of 0 bytes/ },
  {
    what: "a text",
    bytes: new TextEncoder().encode("[[vrouter]]\ngroup = 1\ninterface = 1\n"),
    says: /^a\.pcap: .*0x5b5b7672.*editcap/,
  },
  {
    what: "a record of four gigabytes",
    bytes: fromHex(`${fileOf(["01"]).toHex()} ${"ff".repeat(16)} 00`),
    frames: 1,
    says: /record 2 at byte 41: it claims 4294967295 bytes/,
  },
  {
    what: "a record a little too long, whose bytes are there",
    bytes: fromHex(`${fileOf(["01"]).toHex()} ${"00".repeat(8)} 00040001 00040001`),
    frames: 1,
    says: /record 2 at byte 41: it claims 262145 bytes/,
  },
  {
    what: "a record cut in its header",
    bytes: fileOf(["01", "02"]).subarray(0, -8),
    frames: 1,
    says: /record 2 at byte 41: it is cut short/,
  },
  {
    what: "a record cut in its frame",
    bytes: fileOf(["01", "0203"]).subarray(0, -1),
    frames: 1,
    says: /record 2 at byte 41: it is cut short/,
  },
];

for (const { what, bytes, frames = 0, says } of DAMAGED) {
  Deno.test(`FileSource gives all frames before ${what}, and a sentence`, async () => {
    const outcome = await readAll(bytes);
    assert.equal(outcome.frames.length, frames);
    assert.match(outcome.error ?? "no error", says);
    assert.doesNotMatch(outcome.error ?? "", /\n/);
  });
}

Deno.test("FileSource ends with frames or a sentence, whatever follows the header", async () => {
  const header = fileOf([]);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (rest, withHeader) => {
      const { error } = await readAll(Uint8Array.of(...withHeader ? header : [], ...rest));
      assert.ok(error === undefined || error.startsWith("a.pcap: Cannot read"));
    }),
    { numRuns: 500 },
  );
});
