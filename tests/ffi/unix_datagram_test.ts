import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { UnixDatagram } from "../../ffi/unix_datagram.ts";
import { DatagramReader } from "../support/datagram_reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function isCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SyscallError && error.code === code;
}

Deno.test("UnixDatagram reaches an abstract name", () => {
  const name = `@rvrrpd-test-${Deno.pid}`;
  using reader = new DatagramReader(name);
  using socket = new UnixDatagram(name);
  socket.send(bytes("hello"));
  assert.deepEqual(reader.received, ["hello"]);
});

Deno.test("UnixDatagram finds a reader that comes later, and its successor", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/socket`;
    using socket = new UnixDatagram(path);
    assert.throws(() => socket.send(bytes("a")), isCode("ENOENT"));
    for (const text of ["b", "c"]) {
      using reader = new DatagramReader(path);
      socket.send(bytes(text));
      assert.deepEqual(reader.received, [text]);
      await Deno.remove(path);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("UnixDatagram does not wait for a reader that has stopped", () => {
  const name = `@rvrrpd-test-full-${Deno.pid}`;
  using _reader = new DatagramReader(name);
  using socket = new UnixDatagram(name);
  assert.throws(() => {
    for (let count = 0; count < 100_000; count++) socket.send(bytes("x"));
  }, isCode("EAGAIN"));
});

Deno.test("UnixDatagram refuses a name that is too long", () => {
  assert.throws(() => new UnixDatagram(`/${"x".repeat(108)}`), isCode("ENAMETOOLONG"));
  using _longest = new UnixDatagram(`/${"x".repeat(106)}`);
});
