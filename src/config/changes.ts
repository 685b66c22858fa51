import type { Family } from "../base/ip.ts";
import { parsePrefix } from "../base/ip.ts";
import { err, ok, type Result } from "../base/result.ts";
import { RouterSchema } from "./schema_vrouter.ts";

/** A table of the configuration as somebody has sent it. */
export type RawTable = Readonly<Record<string, unknown>>;

/** Which `[[vrouter]]` table is meant; without a family, the only one there is. */
export interface RouterPlace {
  readonly group: number;
  readonly interface: string;
  readonly family?: Family | undefined;
}

/** One change of what is configured; all of them are made again to every new configuration. */
export type Change =
  | { readonly what: "addRouter"; readonly table: RawTable }
  /** `null` takes a key back to its default. */
  | { readonly what: "setRouter"; readonly router: RouterPlace; readonly keys: RawTable }
  | { readonly what: "deleteRouter"; readonly router: RouterPlace }
  | { readonly what: "addRoute" | "setRoute" | "deleteRoute"; readonly table: RawTable };

/** Why a change cannot be made to a configuration. */
export type Obstacle = "missing" | "conflict" | "ambiguous";

/** The configuration, as plain values, with this change in it; it is not checked here. */
export function applyChange(config: RawTable, change: Change): Result<RawTable, Obstacle> {
  switch (change.what) {
    case "addRouter": {
      const { table } = change;
      const routers = tablesOf(config["vrouter"]);
      const place = placeOf(table);
      if (routers.some((one) => isAt(one, place))) return err("conflict");
      return ok({ ...config, vrouter: [...routers, table] });
    }
    case "setRouter":
      return replaceRouter(config, change.router, (table) => [withKeys(table, change.keys)]);
    case "deleteRouter":
      return replaceRouter(config, change.router, () => []);
    default:
      return changeRoute(config, change);
  }
}

function replaceRouter(
  config: RawTable,
  place: RouterPlace,
  replace: (table: RawTable) => readonly RawTable[],
): Result<RawTable, Obstacle> {
  const routers = tablesOf(config["vrouter"]);
  const at = routers.findIndex((one) => isAt(one, place));
  const found = routers[at];
  if (found === undefined) return err("missing");
  if (routers.some((one, index) => index > at && isAt(one, place))) return err("ambiguous");
  return ok({ ...config, vrouter: routers.toSpliced(at, 1, ...replace(found)) });
}

function changeRoute(
  config: RawTable,
  { what, table }: Extract<Change, { what: `${string}Route` }>,
): Result<RawTable, Obstacle> {
  const protocols = tableOf(config["protocols"]);
  const routes = tablesOf(protocols["static"]);
  const at = routes.findIndex((one) => isSameRoute(one, table));
  if (what === "addRoute" && at >= 0) return err("conflict");
  if (what !== "addRoute" && at < 0) return err("missing");
  const changed = what === "addRoute"
    ? [...routes, table]
    : routes.toSpliced(at, 1, ...(what === "setRoute" ? [table] : []));
  return ok({ ...config, protocols: { ...protocols, static: changed } });
}

/** `null` takes a key away; of `timers` only those keys change that are given. */
export function withKeys(table: RawTable, keys: RawTable): RawTable {
  const { timers, ...changed } = joinKeys(table, keys);
  const left = isTable(timers) ? withoutNulls(timers) : timers;
  const hasTimers = isTable(left) ? Object.keys(left).length > 0 : timers !== undefined;
  return withoutNulls({ ...changed, ...(hasTimers ? { timers: left } : {}) });
}

/** Keys that have the effect of `earlier` ones and then `later` ones. */
export function joinKeys(earlier: RawTable, later: RawTable): RawTable {
  const joined = { ...earlier, ...later };
  if (later["timers"] === undefined) return joined;
  const [before, after] = [earlier["timers"], later["timers"]].map(timersOf);
  return isTable(after) ? { ...joined, timers: { ...tableOf(before), ...after } } : joined;
}

/** No timers at all are none of each: so that some of them can be set after that. */
function timersOf(timers: unknown): unknown {
  if (timers !== null) return timers;
  const names = Object.keys(RouterSchema.properties.timers.properties);
  return Object.fromEntries(names.map((name) => [name, null]));
}

function withoutNulls(table: RawTable): RawTable {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== null));
}

/** Where a `[[vrouter]]` table is to be found. */
export function placeOf(table: RawTable): RouterPlace {
  const { group, interface: name } = table;
  return { group: Number(group), interface: String(name), family: familyOf(table) };
}

function isAt(table: RawTable, { group, interface: name, family }: RouterPlace): boolean {
  return table["group"] === group && table["interface"] === name &&
    (family === undefined || familyOf(table) === family);
}

function familyOf({ vip }: RawTable): Family | undefined {
  const first: unknown = Array.isArray(vip) ? vip[0] : vip;
  return typeof first === "string" ? parsePrefix(first)?.address.family : undefined;
}

/** The kernel has room for one route of a destination and metric. */
export function isSameRoute(one: RawTable, other: RawTable): boolean {
  return ["route", "mask", "metric"].every((key) => (one[key] ?? null) === (other[key] ?? null));
}

export function isTable(value: unknown): value is RawTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function tablesOf(value: unknown): readonly RawTable[] {
  return Array.isArray(value) ? value : [];
}

export function tableOf(value: unknown): RawTable {
  return isTable(value) ? value : {};
}
