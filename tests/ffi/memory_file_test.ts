import assert from "node:assert/strict";
import { readAll, rewind, writeAll } from "../../ffi/files.ts";
import { libc } from "../../ffi/libc.ts";
import { openMemoryFile } from "../../ffi/memory_file.ts";

// Opened once for all: a library that a test opens for itself counts as a leak.
libc();

Deno.test("openMemoryFile() gives back what was written, of any size", () => {
  using file = openMemoryFile("test");
  const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index * 7);
  writeAll(file, bytes);
  assert.deepEqual(readAll(file), new Uint8Array());
  rewind(file);
  assert.deepEqual(readAll(file), bytes);
});
