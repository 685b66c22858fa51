import { SyscallError } from "./errno.ts";
import { Fd } from "./fd.ts";
import { listDirectory, openDirectory } from "./files.ts";
import { AF_INET, AF_INET6, inetAddressBytes } from "./inet_address.ts";
import { SOCKADDR_IN, SOCKADDR_IN6 } from "./layout.ts";
import { libc } from "./libc.ts";
import { descriptorLimit } from "./process.ts";

/*
 * The runtime accepts connections by itself, and gives nobody else a hold on one before a request has
 * come. But the descriptors are this process's.
 */

const F_DUPFD_CLOEXEC = 1030;
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
/** In struct tcp_info, linux/tcp.h, which grows with every other kernel. */
const BYTES_RECEIVED_AT = 128;
/** As far as that. */
const INFO_BYTES = 136;
const SHUT_RDWR = 2;
const NONE_LEFT: readonly string[] = ["EMFILE", "ENFILE"];

export interface TcpEnd {
  /** Of 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly port: number;
}

export interface TcpConnection {
  readonly descriptor: number;
  readonly local: TcpEnd;
  readonly peer: TcpEnd;
  /** All that has come from there so far; 0 where the kernel does not tell. */
  readonly receivedBytes: number;
}

/** More of them are never gone through one by one. */
const MOST_NUMBERS = 1 << 16;

/** The connections of this process that somebody has made to one of these ports. */
export function connectionsTo(ports: ReadonlySet<number>): TcpConnection[] {
  return openDescriptors().flatMap((number) => {
    const connection = look(number);
    return connection !== undefined && ports.has(connection.local.port) ? [connection] : [];
  });
}

/** Those that are open; where none is left to list them with, whatever may be one. */
function openDescriptors(): readonly number[] {
  try {
    using descriptors = openDirectory("/proc/self/fd");
    return listDirectory(descriptors).map(Number);
  } catch (error) {
    if (!(error instanceof SyscallError) || !NONE_LEFT.includes(error.code)) throw error;
    return Array.from({ length: Math.min(descriptorLimit(), MOST_NUMBERS) }, (_, number) => number);
  }
}

/** Ends a connection for both sides; whoever uses it finds out by reading. */
export function cutConnection(connection: TcpConnection): void {
  const copy = libc().fcntl(connection.descriptor, F_DUPFD_CLOEXEC, 0);
  // Without a descriptor to spare the moment between the look and the call has to do.
  if (copy < 0) return shutIfSame(connection.descriptor, connection);
  // The number may be another file's by now. What is held by a number of our own is that no more.
  using held = new Fd(copy);
  shutIfSame(held.number, connection);
}

function shutIfSame(descriptor: number, { local, peer }: TcpConnection): void {
  const found = look(descriptor);
  if (found === undefined || !isSame(found.local, local) || !isSame(found.peer, peer)) return;
  libc().shutdown(descriptor, SHUT_RDWR);
}

function look(descriptor: number): TcpConnection | undefined {
  const local = endOf(descriptor, "getsockname");
  const peer = local && endOf(descriptor, "getpeername");
  const receivedBytes = peer && bytesReceived(descriptor);
  if (local === undefined || peer === undefined || receivedBytes === undefined) return undefined;
  return { descriptor, local, peer, receivedBytes };
}

function endOf(descriptor: number, call: "getsockname" | "getpeername"): TcpEnd | undefined {
  const name = new Uint8Array(SOCKADDR_IN6.size);
  const length = new Uint8Array(Uint32Array.of(name.length).buffer);
  if (libc()[call](descriptor, name, length) < 0) return undefined;
  const view = new DataView(name.buffer);
  const family = view.getUint16(SOCKADDR_IN.at.sin_family, true);
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  return { address: inetAddressBytes(name), port: view.getUint16(SOCKADDR_IN.at.sin_port) };
}

/** `undefined` for a socket of another protocol. */
function bytesReceived(descriptor: number): number | undefined {
  const view = new DataView(new ArrayBuffer(INFO_BYTES));
  const length = new Uint8Array(Uint32Array.of(INFO_BYTES).buffer);
  const bytes = new Uint8Array(view.buffer);
  if (libc().getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, bytes, length) < 0) {
    return undefined;
  }
  return Number(view.getBigUint64(BYTES_RECEIVED_AT, true));
}

function isSame(one: TcpEnd, other: TcpEnd): boolean {
  return one.port === other.port && one.address.toHex() === other.address.toHex();
}
