import {
  addressBits,
  type IpAddress,
  ipFromBytes,
  type IpPrefix,
  parseIp,
  parsePrefix,
  prefixContains,
} from "../base/ip.ts";
import { assert } from "../base/assert.ts";

/** A text that the schema has already found to be an address. */
export function checkedIp(text: string): IpAddress {
  const address = parseIp(text);
  assert(address !== undefined, "the schema lets only addresses through");
  return address;
}

/** An address as written, with the length where one is written. */
export interface WrittenAddress {
  readonly address: IpAddress;
  readonly prefixLength?: number;
}

/** A text that the schema has already found to be an address with an optional length. */
export function checkedAddress(text: string): WrittenAddress {
  const prefix = parsePrefix(text);
  assert(prefix !== undefined, "the schema lets only addresses through");
  const { address, length } = prefix;
  return text.includes("/") ? { address, prefixLength: length } : { address };
}

const UNUSABLE: readonly { readonly range: IpPrefix; readonly what: string }[] = [
  { range: range("0.0.0.0/8"), what: "is no address of a host" },
  { range: range("127.0.0.0/8"), what: "is a loopback address" },
  { range: range("224.0.0.0/4"), what: "is a multicast address" },
  { range: range("255.255.255.255"), what: "is the broadcast address" },
  { range: range("240.0.0.0/4"), what: "is a reserved address" },
  { range: range("::"), what: "is no address of a host" },
  { range: range("::1"), what: "is a loopback address" },
  { range: range("::ffff:0:0/96"), what: "is an IPv4-mapped address" },
  { range: range("ff00::/8"), what: "is a multicast address" },
];

function range(text: string): IpPrefix {
  const prefix = parsePrefix(text);
  assert(prefix !== undefined, `"${text}" is not a range of addresses`);
  return prefix;
}

/** Why no host can have `address` (RFC 6890, RFC 4291), or `undefined` where one can. */
export function unusableAddress({ address, prefixLength }: WrittenAddress): string | undefined {
  const special = UNUSABLE.find((row) => prefixContains(row.range, address));
  if (special !== undefined) return special.what;
  // RFC 3021: a network of two addresses has neither of the two.
  if (address.family !== 4 || prefixLength === undefined || prefixLength > 30) return undefined;
  const number = address.bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const hosts = 2 ** (32 - prefixLength);
  if (number % hosts === 0) return "is the address of its network";
  return (number + 1) % hosts === 0 ? "is the broadcast address of its network" : undefined;
}

/** 127.0.0.0/8 (RFC 1122 section 3.2.1.3) or ::1 (RFC 4291 section 2.5.3). */
export function isLoopback(address: IpAddress): boolean {
  return prefixContains(address.family === 4 ? range("127.0.0.0/8") : range("::1"), address);
}

/** The network that `prefix` lies in: the same with all host bits 0. */
export function networkOf(prefix: IpPrefix): IpPrefix {
  const bytes = Uint8Array.from(prefix.address.bytes, (byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix.length - index * 8));
    return byte & (0xff << (8 - bits)) & 0xff;
  });
  return { address: ipFromBytes(bytes), length: prefix.length };
}

/** The length of a mask of leading ones (255.255.255.0 is 24); `undefined` where ones follow zeros. */
export function maskLength(mask: IpAddress): number | undefined {
  const bits = Array.from(mask.bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const length = bits.indexOf("0");
  if (length === -1) return addressBits(mask.family);
  return bits.includes("1", length) ? undefined : length;
}
