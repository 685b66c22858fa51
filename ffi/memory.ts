import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import { libc } from "./libc.ts";

const O_RDONLY_CLOEXEC = 0o2000000;
/** madvise(2): the pages are forgotten, and read from the file again when they are needed. */
const MADV_DONTNEED = 4;
const CHUNK_BYTES = 1 << 16;

/** A piece of this process's memory: addresses in hexadecimal, as the kernel writes them. */
export interface Mapping {
  readonly begin: string;
  readonly end: string;
}

/**
 * Gives back what has been read of the program's own file, and what its allocator holds in reserve:
 * most of it is needed only to start. What is needed later comes back from the page cache by itself.
 * Throws {@linkcode SyscallError}.
 */
export function releaseStartMemory(): void {
  libc().malloc_trim(0n);
  for (const { begin, end } of cleanFileMappings(readSmaps(), Deno.execPath())) {
    const address = BigInt(`0x${begin}`);
    checked(
      libc().madvise(
        Deno.UnsafePointer.create(address),
        BigInt(`0x${end}`) - address,
        MADV_DONTNEED,
      ),
      () => `release the program's memory at ${begin}`,
    );
  }
}

/**
 * The mappings of `file` in a text of proc_pid_smaps(5) that can be read again: nobody may write to
 * them, and nothing in them differs from the file.
 */
export function cleanFileMappings(smaps: string, file: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const [entry, begin, end, path] of smaps.matchAll(ENTRY)) {
    if (path !== file || begin === undefined || end === undefined) continue;
    if (UNCHANGED.every((line) => line.test(entry))) mappings.push({ begin, end });
  }
  return mappings;
}

/** A header of a private mapping that is not writable, and the lines of figures below it. */
const ENTRY = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \S+ +(.+)\n(?:[A-Z].*\n)+/gm;
/** No page is a copy of ours; "dirty" means nothing here: a file just written is so, too. */
const UNCHANGED = [/^Anonymous: +0 kB$/m, /^Swap: +0 kB$/m];

/** By system calls of our own: the runtime refuses files under /proc, see sysctl.ts. */
function readSmaps(): string {
  const path = "/proc/self/smaps";
  const name = new TextEncoder().encode(`${path}\0`);
  using file = new Fd(checked(libc().open(name, O_RDONLY_CLOEXEC), () => `open ${path}`));
  const chunk = new Uint8Array(CHUNK_BYTES);
  const decoder = new TextDecoder();
  let text = "";
  while (true) {
    const length = checked(
      libc().read(file.number, chunk, BigInt(chunk.length)),
      () => `read ${path}`,
    );
    if (length === 0) return text + decoder.decode();
    text += decoder.decode(chunk.subarray(0, length), { stream: true });
  }
}
