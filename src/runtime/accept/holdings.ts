import { type DeniedAddress, deniedKey } from "./denied_address.ts";

/** What came into the sets and what went out of them. */
export interface SetChange {
  readonly add: DeniedAddress[];
  readonly remove: DeniedAddress[];
}

type ByKey = ReadonlyMap<string, DeniedAddress>;

/** Who wants which addresses denied: one that several want stays until the last of them lets go. */
export class Holdings<Holder> {
  readonly #held = new Map<Holder, ByKey>();
  readonly #users = new Map<string, number>();

  get empty(): boolean {
    return this.#held.size === 0;
  }

  /** Each once. */
  get all(): DeniedAddress[] {
    return [...new Map(this.#held.values().flatMap((held) => held)).values()];
  }

  /** Those that want anything denied. */
  get holders(): Holder[] {
    return [...this.#held.keys()];
  }

  of(holder: Holder): DeniedAddress[] {
    return [...this.#held.get(holder)?.values() ?? []];
  }

  /** From now on the holder wants these and no others; what follows from that goes into `change`. */
  replace(holder: Holder, wanted: readonly DeniedAddress[], change: SetChange): void {
    const before = this.#held.get(holder) ?? new Map<string, DeniedAddress>();
    const after = new Map(wanted.map((address) => [deniedKey(address), address]));
    for (const [key, address] of after) {
      if (!before.has(key) && this.#count(key, 1) === 1) change.add.push(address);
    }
    for (const [key, address] of before) {
      if (!after.has(key) && this.#count(key, -1) === 0) change.remove.push(address);
    }
    if (after.size > 0) this.#held.set(holder, after);
    else this.#held.delete(holder);
  }

  #count(key: string, step: 1 | -1): number {
    const users = (this.#users.get(key) ?? 0) + step;
    if (users > 0) this.#users.set(key, users);
    else this.#users.delete(key);
    return users;
  }
}
