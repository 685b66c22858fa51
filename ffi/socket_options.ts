import { checked } from "./errno.ts";
import type { Fd } from "./fd.ts";
import { libc } from "./libc.ts";

/** SOL_SOCKET and its options, asm-generic/socket.h. */
export const SOL_SOCKET = 1;
export const SO_ATTACH_FILTER = 26;
export const SO_TIMESTAMPNS = 35;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;

export interface SocketOption {
  readonly level: number;
  readonly option: number;
  /** Completes "Cannot …" in the error. */
  readonly operation: string;
  /** optlen where it is not the whole value, in bytes. */
  readonly size?: number;
}

/** setsockopt(2) with an `int`. Throws {@linkcode SyscallError}. */
export function setInt(fd: Fd, option: SocketOption, value: number): void {
  setBytes(fd, option, int32(value));
}

/** setsockopt(2) with a structure. Throws {@linkcode SyscallError}. */
export function setBytes(fd: Fd, option: SocketOption, value: Uint8Array<ArrayBuffer>): void {
  checked(
    libc().setsockopt(fd.number, option.level, option.option, value, option.size ?? value.length),
    () => option.operation,
  );
}

/**
 * Asks for `bytes` of receive queue. The forced form, which passes net.core.rmem_max, needs
 * CAP_NET_ADMIN; without it the kernel cuts the wish to that limit without an error.
 */
export function setReceiveBuffer(fd: Fd, bytes: number): void {
  setBuffer(fd, bytes, { force: SO_RCVBUFFORCE, plain: SO_RCVBUF });
}

/** The same for the send queue and net.core.wmem_max. */
export function setSendBuffer(fd: Fd, bytes: number): void {
  setBuffer(fd, bytes, { force: SO_SNDBUFFORCE, plain: SO_SNDBUF });
}

function setBuffer(fd: Fd, bytes: number, options: { force: number; plain: number }): void {
  const value = int32(bytes);
  if (libc().setsockopt(fd.number, SOL_SOCKET, options.force, value, value.length) >= 0) return;
  const operation = "set the size of a socket's buffer";
  setBytes(fd, { level: SOL_SOCKET, option: options.plain, operation }, value);
}

function int32(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int32Array.of(value).buffer);
}
