import { Type } from "@sinclair/typebox";
import type { Call, ParameterSpec } from "./operation.ts";
import { Refusal } from "./refusal.ts";

const LONGEST = 1000;

/** RFC 9110 section 13.1.1. */
export const IF_MATCH: ParameterSpec = {
  name: "If-Match",
  in: "header",
  description: 'The ETag of what was read before, so that nobody else\'s change is lost; or "*".',
  schema: Type.String(),
};

/** For the header ETag. */
export function entityTag(revision: string): string {
  return `"${revision}"`;
}

/**
 * The revisions that the client goes by; `undefined`: it takes any. Throws {@linkcode Refusal} where
 * the header is malformed, or absent although it is `required`.
 */
export function revisionsOf(
  { request }: Call,
  { required }: { readonly required: boolean },
): readonly string[] | undefined {
  const text = request.headers.get("if-match")?.trim();
  if (text === undefined) {
    if (!required) return undefined;
    throw new Refusal(428, "The header If-Match is missing: it has the ETag of a GET of this path");
  }
  if (text === "*") return undefined;
  const isList = text.length <= LONGEST &&
    /^(W\/)?"[\x21\x23-\x7e]*"(\s*,\s*(W\/)?"[\x21\x23-\x7e]*")*$/.test(text);
  if (!isList) throw new Refusal(400, "The header If-Match is malformed");
  // What compresses an answer weakens its tag. Ours names a revision and no bytes: that is the same one.
  return Array.from(text.matchAll(/"([^"]*)"/g), ([, tag = ""]) => tag);
}
