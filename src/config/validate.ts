import type { TSchema } from "@sinclair/typebox";
import { Value, type ValueError, ValueErrorType } from "@sinclair/typebox/value";
import { allowedValues, describeMismatch } from "./describe.ts";
import type { Findings } from "./findings.ts";
import { pathFromPointer } from "./key_path.ts";
import { nearestKey } from "./nearest_key.ts";
import { ConfigSchema, GeneralSchema } from "./schema.ts";
import { RouterSchema } from "./schema_vrouter.ts";

/** Finds whatever in `value` does not fit the schema: every fault, and every unknown key. */
export function validate(value: unknown, findings: Findings): void {
  for (const error of Value.Errors(ConfigSchema, value)) report(findings, error);
}

function report(findings: Findings, error: ValueError): void {
  const at = pathFromPointer(error.path);
  // A key with a default may be absent: the defaults are filled in after this.
  if (error.value === undefined && error.schema.default !== undefined) return;
  if (error.type === ValueErrorType.ObjectAdditionalProperties) {
    const hint = unknownKeyHint(error.schema, String(at.at(-1)));
    findings.unknownKey({ at, problem: "is not a known key", hint });
    return;
  }
  const meant = meantVariant(error);
  if (meant !== undefined) {
    for (const inner of meant) report(findings, inner);
    return;
  }
  // One value may fail in several ways (missing and of no type, out of form and too short).
  if (!findings.isSound(at)) return;
  if (error.value === undefined) {
    const hint = `required: ${allowedValues(error.schema, at)}`;
    findings.fault({ at, problem: "is missing", hint });
  } else {
    findings.fault({ at, ...describeMismatch(error, at) });
  }
}

/**
 * The faults of the variant that the writer had in mind, where a value may be one of several kinds:
 * the one that fails inside the value or in its form, not in its kind.
 */
function meantVariant(error: ValueError): readonly ValueError[] | undefined {
  if (error.type !== ValueErrorType.Union) return undefined;
  return error.errors.map((variant) => [...variant]).find(([first]) =>
    first !== undefined && (first.path !== error.path || !isKindError(first.type))
  );
}

function isKindError(type: ValueErrorType): boolean {
  return type === ValueErrorType.String || type === ValueErrorType.Array ||
    type === ValueErrorType.Literal;
}

function unknownKeyHint(schema: TSchema, key: string): string {
  // In TOML a general key below a table's header silently belongs to that table.
  if (Object.hasOwn(GeneralSchema.properties, key)) return "it belongs above the first table";
  if (Object.hasOwn(RouterSchema.properties, key)) return "it belongs to a [[vrouter]] table";
  const near = nearestKey(key, Object.keys(schema.properties));
  return near === undefined ? "it has no effect" : `did you mean ${near}?`;
}
