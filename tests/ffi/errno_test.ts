import assert from "node:assert/strict";
import { checked, errnoMend, errnoName, SyscallError } from "../../ffi/errno.ts";
import { libc } from "../../ffi/libc.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const NO_DESCRIPTOR = -1;

Deno.test("errnoName() names what it knows and numbers the rest", () => {
  assert.equal(errnoName(1), "EPERM");
  assert.equal(errnoName(105), "ENOBUFS");
  assert.equal(errnoName(4095), "errno 4095");
});

Deno.test("errnoMend() tells what to do, where there is something to do", () => {
  assert.match(errnoMend("EPERM") ?? "", /CAP_NET_ADMIN and CAP_NET_RAW/);
  assert.equal(errnoMend("EINVAL"), undefined);
});

Deno.test("SyscallError says operation, code and mend", () => {
  const error = new SyscallError("open a packet socket on eth0", 1);
  assert.equal(error.code, "EPERM");
  assert.equal(
    error.message,
    "Cannot open a packet socket on eth0: EPERM (run as root or grant CAP_NET_ADMIN and CAP_NET_RAW)",
  );
});

Deno.test("SyscallError says no mend where there is none", () => {
  assert.equal(new SyscallError("bind a socket", 22).message, "Cannot bind a socket: EINVAL");
});

Deno.test("checked() hands a result on and asks for no text", () => {
  const noText = () => assert.fail("the text was built on success");
  assert.equal(checked(0, noText), 0);
  assert.equal(checked(7n, noText), 7);
});

Deno.test("checked() throws with the errno of the call before it", () => {
  assert.throws(
    () => checked(libc().write(NO_DESCRIPTOR, new Uint8Array(1), 1n), () => "write nowhere"),
    (error) => error instanceof SyscallError && error.message === "Cannot write nowhere: EBADF",
  );
  assert.throws(
    () => checked(libc().socket(NO_DESCRIPTOR, 0, 0), () => "open nothing"),
    (error) => error instanceof SyscallError && error.code === "EAFNOSUPPORT",
  );
});
