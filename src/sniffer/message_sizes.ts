import { type Family, IPV4_SIZE, IPV6_SIZE } from "../base/ip.ts";
import { AUTH_DATA_SIZE } from "../wire/auth.ts";
import { TRAILER_SIZE } from "../wire/hmac_trailer.ts";
import * as vrrp2 from "../wire/vrrp2.ts";
import * as vrrp3 from "../wire/vrrp3.ts";

/** The first 8 bytes are in the same places in both versions, save two that differ in meaning. */
export const HEADER_SIZE = vrrp2.AT.addresses;

/** Lengths in bytes. */
export interface MessageSizes {
  /** As the IP header says, trailer included. */
  readonly have: number;
  /** What version and number of addresses make of it; `undefined` for an unknown version. */
  readonly want: number | undefined;
  /** 28 behind a message of right length with an HMAC trailer, else 0. */
  readonly trailer: number;
}

/** `message` holds at least the fixed part. */
export function sizesOf(
  { message, missingBytes, family }: {
    readonly message: DataView;
    readonly missingBytes: number;
    readonly family: Family;
  },
): MessageSizes {
  const have = message.byteLength + missingBytes;
  const version = message.getUint8(vrrp2.AT.versionAndType) >> 4;
  const lists = HEADER_SIZE + message.getUint8(vrrp2.AT.addressCount) * addressSize(family);
  const want = wantedSize({ version, family, lists });
  const hasTrailer = want !== undefined && have === want + TRAILER_SIZE;
  return { have, want, trailer: hasTrailer ? TRAILER_SIZE : 0 };
}

function wantedSize(
  { version, family, lists }: {
    readonly version: number;
    readonly family: Family;
    readonly lists: number;
  },
): number | undefined {
  if (version === vrrp3.VERSION) return lists;
  if (version === vrrp2.VERSION && family === 4) return lists + AUTH_DATA_SIZE;
  return undefined;
}

export function addressSize(family: Family): number {
  return family === 4 ? IPV4_SIZE : IPV6_SIZE;
}
