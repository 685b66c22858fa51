import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { libc } from "../../ffi/libc.ts";
import { PacketSocket } from "../../ffi/packet_socket.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

Deno.test("PacketSocket says what is missing where CAP_NET_RAW is not granted", () => {
  assert.throws(
    () => new PacketSocket({ interfaceName: "near", ifindex: 1, etherType: 0x0800 }),
    (error) => {
      return error instanceof SyscallError && error.code === "EPERM" &&
        /Cannot open a packet socket on near: EPERM \(.*CAP_NET_RAW/.test(error.message);
    },
  );
});
