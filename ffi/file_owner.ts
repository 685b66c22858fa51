import { checked } from "./errno.ts";
import type { Fd } from "./fd.ts";
import { describeFile, type FileInfo } from "./files.ts";
import { libc } from "./libc.ts";

export type Ownership = Pick<FileInfo, "owner" | "group" | "permissions">;

/** Makes an open file as another one is. Throws {@linkcode SyscallError}. */
export function takeOwnership(fd: Fd, { owner, group, permissions }: Ownership): void {
  const now = describeFile(fd);
  // Not even to one's own group may everybody give a file: what is right already stays.
  if (now.owner !== owner || now.group !== group) {
    checked(libc().fchown(fd.number, owner, group), () => "give a file to its owner");
  }
  checked(libc().fchmod(fd.number, permissions), () => "set the mode of a file");
}

/** Waits until it is on the disk, a directory too. Throws {@linkcode SyscallError}. */
export function syncFile(fd: Fd): void {
  checked(libc().fsync(fd.number), () => "bring a file to the disk");
}
