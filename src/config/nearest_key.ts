/**
 * The known key that `key` is most likely a slip of: few letters changed for its length, and no
 * other known key as near.
 */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(key.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    // Lengths further apart than the limit cannot be near; this also bounds the work.
    if (Math.abs(candidate.length - key.length) > limit) continue;
    const distance = editDistance(normalize(key), normalize(candidate));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function normalize(key: string): string {
  return key.toLowerCase().replaceAll("-", "_");
}

/** Levenshtein: letters to insert, remove or replace. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const removed = (previous[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, removed, inserted));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
