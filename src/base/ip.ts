import { assert } from "./assert.ts";

export type Family = 4 | 6;

/** An IPv4 (4 bytes) or IPv6 (16 bytes) address in wire order. */
export interface IpAddress {
  readonly family: Family;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An address with the length of its network in bits (0–32, 0–128); host bits are kept. */
export interface IpPrefix {
  readonly address: IpAddress;
  readonly length: number;
}

export const IPV4_SIZE = 4;
export const IPV6_SIZE = 16;

/** The number of bits in an address of `family`: 32 or 128. */
export function addressBits(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** Takes 4 or 16 bytes as they are, without a copy. */
export function ipFromBytes(bytes: Uint8Array<ArrayBuffer>): IpAddress {
  assert(
    bytes.length === IPV4_SIZE || bytes.length === IPV6_SIZE,
    `an IP address has 4 or 16 bytes, not ${bytes.length}`,
  );
  return { family: bytes.length === IPV4_SIZE ? 4 : 6, bytes };
}

/**
 * Reads an IPv4 address in dotted decimal or an IPv6 address (RFC 4291 section 2.2, without zone).
 *
 * Strict on purpose: leading zeros, other bases, blanks and short forms give `undefined`, because
 * readers disagree about them and a router must not guess an address.
 */
export function parseIp(text: string): IpAddress | undefined {
  const bytes = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return bytes === undefined ? undefined : ipFromBytes(bytes);
}

/** {@linkcode parseIp} for constants of our own: throws where the text is not an address. */
export function ip(text: string): IpAddress {
  const address = parseIp(text);
  assert(address !== undefined, `"${text}" is not an IP address`);
  return address;
}

function parseIpv4(text: string): Uint8Array<ArrayBuffer> | undefined {
  const parts = text.split(".");
  if (parts.length !== IPV4_SIZE) return undefined;
  if (!parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

function parseIpv6(text: string): Uint8Array<ArrayBuffer> | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = IPV6_SIZE - head.length - tail.length;
  // "::" stands for at least one group of zeros (RFC 5952 section 4.2.2 forbids writing just one,
  // reading it is required).
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (mayEndInIpv4 && index === groups.length - 1 && group.includes(".")) {
      const embedded = parseIpv4(group);
      if (embedded === undefined) return undefined;
      bytes.push(...embedded);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return bytes;
}

/** Dotted decimal, or the canonical text of RFC 5952. */
export function formatIp(address: IpAddress): string {
  return address.family === 4 ? Array.from(address.bytes).join(".") : formatIpv6(address.bytes);
}

function formatIpv6(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let at = 0; at < IPV6_SIZE; at += 2) {
    groups.push(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  }
  const zeros = longestZeroRun(groups);
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(":");
  if (zeros.length < 2) return text(groups);
  return `${text(groups.slice(0, zeros.start))}::${text(groups.slice(zeros.start + zeros.length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index <= groups.length; index++) {
    if (groups[index] === 0) continue;
    if (index - start > best.length) best = { start, length: index - start };
    start = index + 1;
  }
  return best;
}

export function equalIp(a: IpAddress, b: IpAddress): boolean {
  return a.family === b.family && compareIp(a, b) === 0;
}

/** Orders addresses as unsigned numbers in network byte order; IPv4 before IPv6. */
export function compareIp(a: IpAddress, b: IpAddress): number {
  if (a.family !== b.family) return a.family - b.family;
  for (let index = 0; index < a.bytes.length; index++) {
    const difference = (a.bytes[index] ?? 0) - (b.bytes[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Reads `address/length`; without a length the whole address is meant (/32 or /128). */
export function parsePrefix(text: string): IpPrefix | undefined {
  const [addressText = "", lengthText, ...rest] = text.split("/");
  const address = parseIp(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  const bits = addressBits(address.family);
  if (lengthText === undefined) return { address, length: bits };
  if (!/^(0|[1-9][0-9]{0,2})$/.test(lengthText) || Number(lengthText) > bits) return undefined;
  return { address, length: Number(lengthText) };
}

export function formatPrefix(prefix: IpPrefix): string {
  return `${formatIp(prefix.address)}/${prefix.length}`;
}

/** Whether `address` lies in the network of `prefix`; never across families. */
export function prefixContains(prefix: IpPrefix, address: IpAddress): boolean {
  if (prefix.address.family !== address.family) return false;
  const whole = prefix.length >> 3;
  for (let index = 0; index < whole; index++) {
    if (prefix.address.bytes[index] !== address.bytes[index]) return false;
  }
  const rest = prefix.length & 7;
  if (rest === 0) return true;
  const mask = 0xff & (0xff << (8 - rest));
  return ((prefix.address.bytes[whole] ?? 0) & mask) === ((address.bytes[whole] ?? 0) & mask);
}

/** fe80::/10 (RFC 4291 section 2.5.6) or 169.254.0.0/16 (RFC 3927). */
export function isLinkLocal(address: IpAddress): boolean {
  const [first = 0, second = 0] = address.bytes;
  return address.family === 4
    ? first === 169 && second === 254
    : first === 0xfe && (second & 0xc0) === 0x80;
}
