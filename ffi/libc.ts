import { FILE_CALLS } from "./libc/files.ts";
import { POLLING_CALLS } from "./libc/polling.ts";
import { PROCESS_CALLS } from "./libc/process.ts";
import { SOCKET_CALLS } from "./libc/sockets.ts";
import { SPAWN_CALLS } from "./libc/spawn.ts";

/**
 * The C library's calls that the daemon makes.
 *
 * Only `open`, `openat`, `fcntl`, `ioctl`, `prctl` and `syscall` are variadic in C; see there.
 */
const SYMBOLS = {
  __errno_location: { parameters: [], result: "pointer" },
  ...FILE_CALLS,
  ...SOCKET_CALLS,
  ...POLLING_CALLS,
  ...PROCESS_CALLS,
  ...SPAWN_CALLS,
} as const satisfies Deno.ForeignLibraryInterface;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

interface Opened {
  readonly symbols: Libc;
  readonly errno: Deno.UnsafePointerView;
}

let opened: Opened | undefined;

function open(): Opened {
  if (opened !== undefined) return opened;
  const { symbols } = Deno.dlopen("libc.so.6", SYMBOLS);
  const location = symbols.__errno_location();
  if (location === null) throw new Error("Cannot find errno: the C library gave no location");
  opened = { symbols, errno: new Deno.UnsafePointerView(location) };
  return opened;
}

/** The C library's symbols; loaded at the first call, so that importing a type loads nothing. */
export function libc(): Libc {
  return open().symbols;
}

/**
 * This thread's errno. Only right directly after a synchronous call: its location is asked for
 * once, because the runtime works between two foreign calls and may change the value.
 */
export function lastErrno(): number {
  return open().errno.getInt32();
}
