/** Six bytes in wire order. */
export type MacAddress = Uint8Array<ArrayBuffer>;

export const MAC_SIZE = 6;
export const BROADCAST_MAC: MacAddress = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/**
 * Reads six hexadecimal pairs joined by colons, in either case; `undefined` for anything else
 * (dashes, dots, missing zeros).
 */
export function parseMac(text: string): MacAddress | undefined {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) return undefined;
  return Uint8Array.from(text.split(":"), (pair) => Number.parseInt(pair, 16));
}

/** Lower-case pairs joined by colons, as `ip link` prints them. */
export function formatMac(mac: MacAddress): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

export function equalMac(a: MacAddress, b: MacAddress): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Byte by byte as one unsigned number: negative, zero or positive like a sort function. */
export function compareMac(a: MacAddress, b: MacAddress): number {
  for (let index = 0; index < MAC_SIZE; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
