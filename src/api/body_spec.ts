import { type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { describeMismatch } from "../config/describe.ts";
import { Findings } from "../config/findings.ts";
import { publishSchema } from "../config/json_schema.ts";
import { formatPath, LineMap, pathFromPointer } from "../config/key_path.ts";
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
