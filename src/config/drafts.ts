import type { Static, TObject, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Findings } from "./findings.ts";
import type { KeyPath } from "./key_path.ts";
import { GeneralSchema, type RawGeneral } from "./schema.ts";
import { ApiSchema, type RawApi } from "./schema_api.ts";
import { type RawRoute, RouteSchema } from "./schema_route.ts";
import { type RawRouter, RouterSchema } from "./schema_vrouter.ts";

/**
 * The part of a table in which no fault was found, defaults filled in. Rules between keys look at
 * drafts, so that a wrong value hides nothing else and is not reported twice: a key that is
 * `undefined` here although it has a default is known to be wrong.
 */
export interface Draft<T> {
  readonly at: KeyPath;
  readonly keys: Partial<T>;
  /** Whether nothing was wrong with `key`; absent is fine. */
  readonly isSound: (key: keyof T & string) => boolean;
}

export type RouterDraft = Draft<RawRouter>;

export interface ConfigDraft {
  readonly general: Draft<RawGeneral>;
  readonly routers: readonly RouterDraft[];
  /** Those of `[[protocols.static]]`. */
  readonly routes: readonly Draft<RawRoute>[];
  readonly api?: Draft<RawApi>;
}

/** Takes the sound part out of `value`, after validate.ts has reported all else to `findings`. */
export function draftConfig(value: unknown, findings: Findings): ConfigDraft {
  const draft = <T extends TObject>(schema: T, table: unknown, at: KeyPath): Draft<Static<T>> => ({
    at,
    keys: soundKeys(schema, { table, at, findings }),
    isSound: (key) => findings.isSound([...at, key]),
  });
  const top = record(value);
  const protocols = record(top["protocols"]);
  return {
    general: draft(GeneralSchema, top, []),
    routers: list(top["vrouter"]).map((table, index) =>
      draft(RouterSchema, table, ["vrouter", index])
    ),
    routes: list(protocols["static"]).map((table, index) =>
      draft(RouteSchema, table, ["protocols", "static", index])
    ),
    ...(top["api"] === undefined ? {} : { api: draft(ApiSchema, top["api"], ["api"]) }),
  };
}

interface Source {
  readonly table: unknown;
  readonly at: KeyPath;
  readonly findings: Findings;
}

function soundKeys<T extends TObject>(schema: T, source: Source): Partial<Static<T>> {
  const { table, at, findings } = source;
  const given = record(table);
  const sound = Object.entries(schema.properties)
    .filter(([key]) => findings.isSound([...at, key]))
    .map(([key, property]) => [key, tidy(property, given[key])])
    .filter(([, value]) => value !== undefined);
  // Every value here has passed its own part of the schema, which the compiler cannot see.
  return Object.fromEntries(sound) as Partial<Static<T>>;
}

/** Fills in the defaults and drops unknown keys, which are reported already. */
function tidy(schema: TSchema, value: unknown): unknown {
  return Value.Clean(schema, Value.Default(schema, value));
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
