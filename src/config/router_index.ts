import { isTable, placeOf, type RawTable, tablesOf } from "./changes.ts";

/** Virtual routers by their places: to go through all of them for each would take minutes. */
export class RouterIndex {
  readonly #byPlace = new Map<string, RawTable>();

  /** Of the value of `vrouter`; of two at one place it knows the first. */
  constructor(routers: unknown) {
    for (const table of tablesOf(routers).filter(isTable)) {
      const key = placeKey(table);
      if (!this.#byPlace.has(key)) this.#byPlace.set(key, table);
    }
  }

  /** The one at the place of `table`. */
  sameAs(table: RawTable): RawTable | undefined {
    return this.#byPlace.get(placeKey(table));
  }
}

/** Different for different places only. */
export function placeKey(table: RawTable): string {
  const { group, interface: name, family } = placeOf(table);
  return `${group} ${family} ${name}`;
}
