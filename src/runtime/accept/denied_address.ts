import { type IpAddress, isLinkLocal } from "../../base/ip.ts";
import type { SetKey } from "../../wire/nftables.ts";

/** nft's numbers of what a set's elements are (`nft describe` speaks of them). */
const NFT_TYPE = { ipv4Address: 7, ipv6Address: 8, interfaceIndex: 20 } as const;
/** How nft writes the two parts of one key. */
const NFT_TYPE_BITS = 6;

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const INDEX_BYTES = 4;

/** The sets of addresses that are denied: those of all virtual routers together. */
export const ADDRESS_SETS = {
  ipv4: { type: NFT_TYPE.ipv4Address, length: IPV4_BYTES },
  ipv6: { type: NFT_TYPE.ipv6Address, length: IPV6_BYTES },
  /** Another interface may have the same address as its own, which is none of ours. */
  link_local: {
    type: (NFT_TYPE.ipv6Address << NFT_TYPE_BITS) | NFT_TYPE.interfaceIndex,
    length: IPV6_BYTES + INDEX_BYTES,
  },
} as const satisfies Readonly<Record<string, SetKey>>;

export type AddressSetName = keyof typeof ADDRESS_SETS;

/** An element of one of the sets. */
export interface DeniedAddress {
  readonly set: AddressSetName;
  readonly key: Uint8Array;
}

/** `ifindex` is the interface that carries the address. */
export function deniedAddress(address: IpAddress, ifindex: number): DeniedAddress {
  if (address.family === 4) return { set: "ipv4", key: address.bytes };
  if (!isLinkLocal(address)) return { set: "ipv6", key: address.bytes };
  const key = new Uint8Array(ADDRESS_SETS.link_local.length);
  key.set(address.bytes);
  // As the machine holds it: little-endian on both architectures that we build for.
  new DataView(key.buffer).setUint32(IPV6_BYTES, ifindex, true);
  return { set: "link_local", key };
}

/** The same for two that are the same. */
export function deniedKey({ set, key }: DeniedAddress): string {
  return `${set} ${key.toHex()}`;
}
