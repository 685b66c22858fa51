import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import { libc } from "./libc.ts";

const O_RDONLY_CLOEXEC = 0o2000000;
const O_WRONLY_CLOEXEC = 0o2000001;
const VALUE_BYTES = 64;

/*
 * By system calls of our own, because the runtime opens files under /proc only for a program that
 * was given every permission.
 */

/** Reads a setting, for example `net/ipv4/ip_forward`. Throws {@linkcode SyscallError}. */
export function readSysctl(key: string): string {
  using file = open(key, O_RDONLY_CLOEXEC);
  const buffer = new Uint8Array(VALUE_BYTES);
  const length = checked(
    libc().read(file.number, buffer, BigInt(buffer.length)),
    () => `read /proc/sys/${key}`,
  );
  return new TextDecoder().decode(buffer.subarray(0, length)).trim();
}

/** Writes a setting. Throws {@linkcode SyscallError}: EROFS or EACCES in most containers. */
export function writeSysctl(key: string, value: string): void {
  using file = open(key, O_WRONLY_CLOEXEC);
  const bytes = new TextEncoder().encode(value);
  checked(
    libc().write(file.number, bytes, BigInt(bytes.length)),
    () => `write "${value}" to /proc/sys/${key}`,
  );
}

function open(key: string, flags: number): Fd {
  const path = new TextEncoder().encode(`/proc/sys/${key}\0`);
  return new Fd(checked(libc().open(path, flags), () => `open /proc/sys/${key}`));
}
