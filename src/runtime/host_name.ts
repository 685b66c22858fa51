import { readSysctl } from "../../ffi/sysctl.ts";

/** The machine's name up to the first dot, as `uname -n` has it. Throws {@linkcode SyscallError}. */
export function hostName(): string {
  return readSysctl("kernel/hostname").replace(/\..*$/, "");
}
