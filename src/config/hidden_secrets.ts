import { KindGuard, type TSchema } from "@sinclair/typebox";
import { isTable, type RawTable } from "./changes.ts";
import type { Finding } from "./findings.ts";
import type { KeyPath } from "./key_path.ts";
import { HIDDEN } from "./published.ts";
import { placeKey } from "./router_index.ts";
import { ConfigSchema } from "./schema.ts";

/** A configuration with its secrets, and where it had a secret hidden that nobody knows. */
export interface Revealed {
  readonly config: RawTable;
  readonly unknown: readonly Finding[];
}

/**
 * Puts the secrets of `current` where `config`, such as somebody got it and sends it back, has "***".
 * A virtual router is the one of the same group, interface and family, a key of hmac-sha256 the one of
 * the same id, and a user the one at the same place in the list, as long as there are as many.
 */
export function revealSecrets(config: RawTable, current: RawTable): Revealed {
  const unknown: Finding[] = [];
  const revealed = Object.entries(config).map(([key, value]) => {
    const schema = propertyOf(ConfigSchema, key);
    const place = { at: [key], current: current[key], unknown };
    return [key, schema === undefined ? value : reveal(schema, value, place)];
  });
  return { config: Object.fromEntries(revealed), unknown };
}

interface Place {
  readonly at: KeyPath;
  /** What is there now. */
  readonly current: unknown;
  readonly unknown: Finding[];
}

function reveal(schema: TSchema, value: unknown, place: Place): unknown {
  if (Array.isArray(value) && KindGuard.IsArray(schema)) {
    noteMoved(schema.items, value, place);
    const before = itemsBefore(place);
    return value.map((one, index) =>
      reveal(schema.items, one, step(place, index, before(one, index)))
    );
  }
  if (isTable(value) && KindGuard.IsObject(schema)) {
    const current = isTable(place.current) ? place.current : {};
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => {
        const property = propertyOf(schema, key);
        return [
          key,
          property === undefined ? one : reveal(property, one, step(place, key, current[key])),
        ];
      }),
    );
  }
  return value === HIDDEN && schema["secret"] === true ? known(place) : value;
}

/** Which of them is gone nobody can tell where one looks like the other. */
function noteMoved(
  items: TSchema,
  list: readonly unknown[],
  { at, current, unknown }: Place,
): void {
  if (items["secret"] !== true || !list.includes(HIDDEN)) return;
  if (!Array.isArray(current) || current.length === list.length) return;
  const problem =
    `has ${list.length} items where there are ${current.length}, some of them ${HIDDEN}`;
  unknown.push({ at, problem, hint: `each of them in full, or ${current.length} in their places` });
}

function known({ at, current, unknown }: Place): unknown {
  if (typeof current === "string") return current;
  const problem = `${HIDDEN} stands for the secret that is there, and there is none`;
  unknown.push({ at, problem, hint: "the secret itself, or no such key" });
  return HIDDEN;
}

/** Finds what stood for an item of a list before. */
function itemsBefore({ at, current }: Place): (item: unknown, index: number) => unknown {
  const items: readonly unknown[] = Array.isArray(current) ? current : [];
  const keyOf = at.at(-1) === "vrouter" ? placeKey : ({ id }: RawTable) => JSON.stringify(id);
  // Of two with the same key the first is meant, which is written last here.
  const byKey = new Map(items.filter(isTable).toReversed().map((one) => [keyOf(one), one]));
  return (item, index) => isTable(item) ? byKey.get(keyOf(item)) : items[index];
}

function step({ at, unknown }: Place, key: string | number, current: unknown): Place {
  return { at: [...at, key], current, unknown };
}

function propertyOf({ properties }: TSchema, key: string): TSchema | undefined {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}
