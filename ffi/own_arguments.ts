import { openMagicLink, readUpTo } from "./files.ts";

/** Many times the length of any command line that people write; what is behind it is left out. */
const MAX_BYTES = 1 << 16;
/** Of proc_pid_stat(5), counted from the state, which follows the name in parentheses. */
const ARG_START = 45;

/**
 * The words that this process was started by, each with a zero byte behind it: the memory itself, of
 * which `ps` shows what is in it now. `undefined` where the kernel does not tell where it is. Throws
 * {@linkcode SyscallError}.
 */
export function ownArguments(): Uint8Array<ArrayBuffer> | undefined {
  const shown = readProc("cmdline");
  const [, fields = ""] = /^.*\) (.*)/s.exec(new TextDecoder().decode(readProc("stat"))) ?? [];
  const start = Deno.UnsafePointer.create(BigInt(fields.split(" ")[ARG_START] ?? 0));
  if (start === null || shown.length === 0) return undefined;
  const words = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(start, shown.length));
  return words.every((byte, index) => byte === shown[index]) ? words : undefined;
}

/** By system calls of our own: the runtime refuses files under /proc, see sysctl.ts. */
function readProc(name: string): Uint8Array<ArrayBuffer> {
  using file = openMagicLink(`/proc/self/${name}`);
  return readUpTo(file, MAX_BYTES);
}
