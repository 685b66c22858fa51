import { type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { describeMismatch } from "../config/describe.ts";
import { Findings } from "../config/findings.ts";
import { publishSchema } from "../config/json_schema.ts";
import { formatPath, LineMap, pathFromPointer } from "../config/key_path.ts";
import { ConfigSchema } from "../config/schema.ts";
import { RouteSchema } from "../config/schema_route.ts";
import { RouterSchema } from "../config/schema_vrouter.ts";
import { validate } from "../config/validate.ts";
import type { Detail } from "./messages.ts";

/** The JSON body of an operation. */
export interface BodySpec {
  /** JSON Schema, as it is published. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Everything that is wrong with a body. */
  readonly check: (value: unknown) => readonly Detail[];
}

const MOST_DETAILS = 100;
/** What a table needs beside the keys that are to be checked. */
const ANY_ROUTER = { group: 1, interface: "eth0", vip: "192.0.2.1" } as const;

/** A body that only its schema judges. */
export function plainBody(schema: TSchema): BodySpec {
  return {
    schema: publishSchema(schema),
    check: (value) =>
      Array.from(Value.Errors(schema, value), (error) => {
        const at = pathFromPointer(error.path);
        const { problem, hint } = describeMismatch(error, at);
        return { path: formatPath(at), message: `${problem} (${hint})` };
      }).slice(0, MOST_DETAILS),
  };
}

/** A `[[vrouter]]` table. */
export const ROUTER_BODY: BodySpec = {
  schema: publishSchema(RouterSchema),
  check: (value) => checkTable({ vrouter: [value] }, "vrouter[0]"),
};

/** Some keys of a `[[vrouter]]` table, where `null` stands for the default. */
export const ROUTER_KEYS_BODY: BodySpec = {
  schema: publishSchema(withoutRequired(RouterSchema.properties)),
  check: (value) => {
    if (!isTable(value)) return [{ path: "", message: "is no table" }];
    const given = Object.entries(value).filter(([, one]) => one !== null);
    return checkTable({ vrouter: [{ ...ANY_ROUTER, ...Object.fromEntries(given) }] }, "vrouter[0]");
  },
};

/** A `[[protocols.static]]` table. */
export const ROUTE_BODY: BodySpec = {
  schema: publishSchema(RouteSchema),
  check: (value) => checkTable({ protocols: { static: [value] } }, "protocols.static[0]"),
};

const DEEPEST = 16;
/** More virtual routers, addresses or routes than anybody has in one list. */
const LONGEST_LIST = 10_000;
/** So many values may there be in all: each of them may be wrong, and all faults are told of. */
const MOST_VALUES = 100_000;
const MADE_OF = "As a GET of the same path gives it: null is absent, and *** keeps a secret.";

/**
 * What is written into the configuration file. What it says is checked where the secrets are known
 * that it hides; here only that it can be handed on.
 */
export const CONFIG_BODIES = {
  global: configBody(ConfigSchema, isTable),
  vrouter: configBody(ConfigSchema.properties.vrouter, (value) => isNullOr(value, Array.isArray)),
  protocols: configBody(ConfigSchema.properties.protocols, (value) => isNullOr(value, isTable)),
} as const;

function configBody(schema: TSchema, isRightKind: (value: unknown) => boolean): BodySpec {
  return {
    schema: { ...publishSchema(schema), description: MADE_OF },
    check: (value) => {
      if (!isRightKind(value)) return [{ path: "", message: "is of the wrong kind" }];
      const message = new Extent().problemOf(value, DEEPEST);
      return message === undefined ? [] : [{ path: "", message }];
    },
  };
}

function isNullOr(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === null || is(value);
}

/** Sums up what there is in a body, whatever it means. */
class Extent {
  #values = 0;

  /** What keeps it from being handed on. */
  problemOf(value: unknown, levelsLeft: number): string | undefined {
    if (++this.#values > MOST_VALUES) return "has too many values";
    if (typeof value === "string") return textProblem(value);
    if (typeof value !== "object" || value === null) return undefined;
    if (levelsLeft === 0) return "nests too deeply";
    if (Array.isArray(value) && value.length > LONGEST_LIST) {
      return `has a list of more than ${LONGEST_LIST} items`;
    }
    for (const [key, one] of Object.entries(value)) {
      const problem = textProblem(key) ?? this.problemOf(one, levelsLeft - 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}

/** Such a text has no UTF-8, and so no file can hold it. */
function textProblem(text: string): string | undefined {
  return text.isWellFormed() ? undefined : "has a text with half a character (a lone surrogate)";
}

function withoutRequired(properties: Readonly<Record<string, TSchema>>): TSchema {
  const entries = Object.entries(properties).map(([key, schema]) => {
    const { default: _, ...own } = schema;
    return [key, Type.Optional(Type.Union([own as TSchema, Type.Null()]))] as const;
  });
  return Type.Object(Object.fromEntries(entries), { additionalProperties: false });
}

/** By the rules of a whole configuration, of which this is the only table. */
function checkTable(config: object, place: string): Detail[] {
  const findings = new Findings(new LineMap());
  validate(config, findings);
  const unknown = findings.warnings.filter(({ unknownKey }) => unknownKey);
  return [...findings.faults, ...unknown].slice(0, MOST_DETAILS).map(({ path, problem, hint }) => ({
    path: path.replace(place, "").replace(/^\./, ""),
    message: `${problem} (${hint})`,
  }));
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
