/** Kinds that are counted one by one; somebody may send more of them than anybody wants to read. */
const MAX_KINDS = 8;

/** What went by and is not shown, because it is neither VRRP nor near it. */
export class Others {
  readonly #counts = new Map<string, number>();
  #rest = 0;

  add(what: string): void {
    const count = this.#counts.get(what);
    if (count === undefined && this.#counts.size >= MAX_KINDS) this.#rest++;
    else this.#counts.set(what, (count ?? 0) + 1);
  }

  /** A line for people; `undefined` where there was nothing. */
  describe(): string | undefined {
    const kinds = [
      ...Array.from(this.#counts, ([what, count]) => `${count} of ${what}`),
      ...this.#rest === 0 ? [] : [`${this.#rest} of other kinds`],
    ];
    return kinds.length === 0 ? undefined : `Not shown, because not VRRP: ${kinds.join(", ")}`;
  }
}
