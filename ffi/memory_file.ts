import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import { libc } from "./libc.ts";

const MFD_CLOEXEC = 1;

/**
 * A file that only exists in memory, for as long as somebody has it open; memfd_create(2). `name` is
 * for those who look into /proc. Throws {@linkcode SyscallError}.
 */
export function openMemoryFile(name: string): Fd {
  const text = new TextEncoder().encode(`${name}\0`);
  return new Fd(checked(libc().memfd_create(text, MFD_CLOEXEC), () => "make a file in memory"));
}
