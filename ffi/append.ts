import { answerOf } from "./elsewhere.ts";
import { Fd } from "./fd.ts";
import { libc } from "./libc.ts";

const O_WRONLY = 1;
const O_CREAT = 0o100;
const O_NOCTTY = 0o400;
const O_APPEND = 0o2000;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const AT_FDCWD = -100;
const LOG_FILE_MODE = 0o666;

/**
 * Opens a file for appending, and makes it where it is missing, with what the file mask leaves of
 * 0666. A named pipe must have a reader. Throws {@linkcode SyscallError}.
 */
export async function openForAppending(path: string): Promise<Fd> {
  const c = libc();
  const text = new TextEncoder().encode(`${path}\0`);
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  const number = await answerOf({
    operation: `open ${path}`,
    elsewhere: () => c.openat_elsewhere(AT_FDCWD, text, flags, LOG_FILE_MODE),
    here: () => c.openat(AT_FDCWD, text, flags, LOG_FILE_MODE),
  });
  return new Fd(number);
}

/** Writes some of `bytes`; gives how many. Throws {@linkcode SyscallError}, ENOSPC for example. */
export function appendSome(fd: Fd, bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const c = libc();
  const length = BigInt(bytes.length);
  return answerOf({
    operation: "write to a file",
    elsewhere: () => c.write_elsewhere(fd.number, bytes, length),
    here: () => c.write(fd.number, bytes, length),
  });
}
