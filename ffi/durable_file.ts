import { Fd } from "./fd.ts";
import { O_NOFOLLOW } from "./files.ts";
import { libc } from "./libc.ts";

/*
 * Writing to a disk can take seconds: these calls are made on a thread of the runtime's pool. There
 * errno cannot be read, so that they only tell that something was refused.
 */

const O_WRONLY = 1;
const O_CREAT = 0o100;
const O_TRUNC = 0o1000;
const O_CLOEXEC = 0o2000000;
/** Read and write for the owner, nothing for others. */
const FILE_MODE = 0o600;

/** An empty file of this name, never through a symbolic link; `undefined` where there can be none. */
export async function createElsewhere(directory: Fd, name: string): Promise<Fd | undefined> {
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW[Deno.build.arch];
  const number = await libc().openat_elsewhere(directory.number, cPath(name), flags, FILE_MODE);
  return number < 0 ? undefined : new Fd(number);
}

/** Whether all of it was written. */
export async function writeElsewhere(fd: Fd, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  for (let written = 0; written < bytes.length;) {
    const rest = bytes.subarray(written);
    const count = Number(await libc().write_elsewhere(fd.number, rest, BigInt(rest.length)));
    if (count < 0) return false;
    written += count;
  }
  return true;
}

/** Whether it is on the disk now, as fsync(2) understands it. */
export async function syncElsewhere(fd: Fd): Promise<boolean> {
  return await libc().fsync_elsewhere(fd.number) === 0;
}

/** Takes the place of a file that has the new name; whether it did. */
export async function renameElsewhere(
  directory: Fd,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<boolean> {
  const { number } = directory;
  return await libc().renameat_elsewhere(number, cPath(from), number, cPath(to)) === 0;
}

function cPath(path: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${path}\0`);
}
