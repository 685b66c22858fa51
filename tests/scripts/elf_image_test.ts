import assert from "node:assert/strict";
import { elfImageSize, parseElfImageSize } from "../../scripts/elf_image.ts";

/** The header of a 64-bit little-endian program: 3 sections of 64 bytes, told of at offset 0x1000. */
function header(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(64).fill(0xa5);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  bytes.set([0x00, 0x10, 0, 0, 0, 0, 0, 0], 0x28);
  bytes.set([64, 0, 3, 0], 0x3a);
  return bytes;
}

Deno.test("parseElfImageSize() ends the image after its last section header", () => {
  assert.equal(parseElfImageSize(header()), 0x1000 + 3 * 64);
});

const REFUSED = [
  { what: "a header cut short", bytes: header().subarray(0, 63) },
  { what: "no bytes at all", bytes: new Uint8Array(0) },
  { what: "another magic number", bytes: header().with(0, 0x7e) },
  { what: "a 32-bit program", bytes: header().with(4, 1) },
  { what: "a big-endian program", bytes: header().with(5, 2) },
];

for (const { what, bytes } of REFUSED) {
  Deno.test(`parseElfImageSize() refuses ${what}`, () => {
    assert.throws(() => parseElfImageSize(bytes), RangeError);
  });
}

Deno.test("elfImageSize() reads a file with data appended", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, Uint8Array.from([...header(), ...new Array<number>(9000).fill(1)]));
    assert.equal(await elfImageSize(path), 0x1000 + 3 * 64);
  } finally {
    await Deno.remove(path);
  }
});
