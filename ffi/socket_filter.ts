import type { Fd } from "./fd.ts";
import { SOCK_FILTER, SOCK_FPROG } from "./layout.ts";
import { setBytes, SO_ATTACH_FILTER, SOL_SOCKET } from "./socket_options.ts";

/** One instruction of classic BPF, linux/filter.h. */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/**
 * Gives a socket this filter in place of what it had; the kernel swaps it in one step. `operation`
 * completes "Cannot …" in the {@linkcode SyscallError} that is thrown.
 */
export function attachFilter(
  fd: Fd,
  program: readonly BpfInstruction[],
  operation: string,
): void {
  // One buffer for the header and the instructions it points to: what is passed to the call
  // lives as long as the call, so nothing needs pinning.
  const bytes = new Uint8Array(SOCK_FPROG.size + program.length * SOCK_FILTER.size);
  const view = new DataView(bytes.buffer);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  view.setUint16(SOCK_FPROG.at.len, program.length, true);
  view.setBigUint64(SOCK_FPROG.at.filter, address + BigInt(SOCK_FPROG.size), true);
  program.forEach((instruction, index) => {
    const at = SOCK_FPROG.size + index * SOCK_FILTER.size;
    view.setUint16(at + SOCK_FILTER.at.code, instruction.code, true);
    view.setUint8(at + SOCK_FILTER.at.jt, instruction.jt);
    view.setUint8(at + SOCK_FILTER.at.jf, instruction.jf);
    view.setUint32(at + SOCK_FILTER.at.k, instruction.k, true);
  });
  const option = { level: SOL_SOCKET, option: SO_ATTACH_FILTER, operation };
  setBytes(fd, { ...option, size: SOCK_FPROG.size }, bytes);
}
