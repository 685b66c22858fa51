import { SOCKADDR_IN, SOCKADDR_IN6 } from "./layout.ts";

export const AF_INET = 2;
export const AF_INET6 = 10;

/**
 * The struct sockaddr_in or sockaddr_in6 of an address of 4 or 16 bytes, without a port. A
 * link-local address gets its scope from the interface that the socket is bound to.
 */
export function inetAddress(address: Uint8Array): Uint8Array<ArrayBuffer> {
  const isIpv4 = address.length === 4;
  const bytes = new Uint8Array(isIpv4 ? SOCKADDR_IN.size : SOCKADDR_IN6.size);
  const familyAt = isIpv4 ? SOCKADDR_IN.at.sin_family : SOCKADDR_IN6.at.sin6_family;
  new DataView(bytes.buffer).setUint16(familyAt, isIpv4 ? AF_INET : AF_INET6, true);
  bytes.set(address, isIpv4 ? SOCKADDR_IN.at.sin_addr : SOCKADDR_IN6.at.sin6_addr);
  return bytes;
}

/** The 4 or 16 bytes of the address in a structure of {@linkcode inetAddress}. */
export function inetAddressBytes(name: Uint8Array): Uint8Array<ArrayBuffer> {
  const isIpv4 = name[SOCKADDR_IN.at.sin_family] === AF_INET;
  const at = isIpv4 ? SOCKADDR_IN.at.sin_addr : SOCKADDR_IN6.at.sin6_addr;
  return Uint8Array.from(name.subarray(at, at + (isIpv4 ? 4 : 16)));
}
