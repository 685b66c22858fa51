/** Our links' groups: this and 24 bits by chance for each run, so that one request deletes all. */
const GROUP_BASE = 0x5200_0000;
const GROUP_MASK = 0xff00_0000;

/** A link group for the links of one process. */
export function newLinkGroup(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return GROUP_BASE + (value & ~GROUP_MASK);
}

/** Whether a process of ours may have chosen this group. */
export function isOurLinkGroup(group: number): boolean {
  return ((group & GROUP_MASK) >>> 0) === GROUP_BASE;
}
