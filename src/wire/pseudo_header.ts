import { assert } from "../base/assert.ts";
import type { IpAddress } from "../base/ip.ts";
import * as checksum from "./checksum.ts";

/** The two ends of a packet as its IP header names them, of one family. */
export interface Ends {
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

/**
 * The one's complement sum of the header that stands in front of a message only while its checksum
 * is made (RFC 793 section 3.1 for IPv4, RFC 8200 section 8.1 for IPv6). `length` is the message's in
 * bytes, below 65536. The two families differ only in where the zeros stand, which count nothing.
 */
export function pseudoHeaderSum(
  { source, destination, protocol, length }: Ends & {
    readonly protocol: number;
    readonly length: number;
  },
): number {
  assert(source.family === destination.family, "both ends of a packet are of one family");
  return checksum.combine(sumOf(source), sumOf(destination), protocol, length);
}

function sumOf({ bytes }: IpAddress): number {
  return checksum.sum(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
