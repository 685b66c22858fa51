import { answerOf } from "./elsewhere.ts";
import { Fd } from "./fd.ts";
import { libc } from "./libc.ts";

const O_RDONLY = 0;
const O_NOCTTY = 0o400;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const AT_FDCWD = -100;

/**
 * The first bytes of what is at `path`, symbolic links followed, at most `limitBytes`. Waits on
 * another thread, and for a disk only. Throws {@linkcode SyscallError}.
 */
export async function readFileStart(
  path: string,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  using file = await open(path);
  const buffer = new Uint8Array(limitBytes);
  const length = await readInto(file, { buffer, path });
  return buffer.subarray(0, length);
}

async function open(path: string): Promise<Fd> {
  const c = libc();
  const text = new TextEncoder().encode(`${path}\0`);
  const flags = O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  const number = await answerOf({
    operation: `open ${path}`,
    elsewhere: () => c.openat_elsewhere(AT_FDCWD, text, flags, 0),
    here: () => c.openat(AT_FDCWD, text, flags, 0),
  });
  return new Fd(number);
}

function readInto(
  file: Fd,
  { buffer, path }: { readonly buffer: Uint8Array<ArrayBuffer>; readonly path: string },
): Promise<number> {
  const c = libc();
  const length = BigInt(buffer.length);
  return answerOf({
    operation: `read ${path}`,
    elsewhere: () => c.read_elsewhere(file.number, buffer, length),
    here: () => c.read(file.number, buffer, length),
  });
}
