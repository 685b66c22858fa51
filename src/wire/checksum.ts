/**
 * The one's complement sum of a view's 16-bit big-endian words, folded to 16 bits (RFC 1071). An odd
 * last byte counts as the high half of a word.
 */
export function sum(view: DataView): number {
  const even = view.byteLength & ~1;
  let total = 0;
  for (let at = 0; at < even; at += 2) total += view.getUint16(at);
  if (even < view.byteLength) total += view.getUint8(even) << 8;
  return fold(total);
}

/** Joins the sums of parts that follow each other; every part but the last has an even length. */
export function combine(...sums: readonly number[]): number {
  return fold(sums.reduce((total, part) => total + part, 0));
}

/**
 * The checksum field that belongs to a sum. Over bytes that already hold their checksum it gives 0
 * exactly when the checksum is right.
 */
export function finish(total: number): number {
  return ~fold(total) & 0xffff;
}

function fold(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}
