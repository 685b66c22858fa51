import { Type } from "@sinclair/typebox";
import type { RouterName } from "../runtime/snapshot.ts";
import type { Call, ParameterSpec } from "./operation.ts";
import { Refusal } from "./refusal.ts";

export const GROUP: ParameterSpec = {
  name: "group",
  in: "path",
  description: "The virtual router's number.",
  schema: Type.Integer({ minimum: 0, maximum: 255 }),
};

export const INTERFACE: ParameterSpec = {
  name: "interface",
  in: "path",
  description: "The interface, or the virtual one, in every state.",
  schema: Type.String({ minLength: 1 }),
};

export const FAMILY: ParameterSpec = {
  name: "family",
  in: "query",
  description:
    "Which one, where there is a virtual router of each family on the interface. Without it reading gives that of IPv4, and writing is refused (409).",
  schema: Type.Union([Type.Literal("4"), Type.Literal("6")]),
};

export const ROUTER_PARAMETERS = [GROUP, INTERFACE, FAMILY] as const;

/** Throws {@linkcode Refusal} where it is no whole number of 0–255. */
export function groupOf({ params }: Call): number {
  const text = params["group"] ?? "";
  if (/^(0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= 255) return Number(text);
  throw new Refusal(400, "The group is no number of 0 to 255");
}

/** Which virtual router the path means; throws {@linkcode Refusal}. */
export function routerNameOf(call: Call): RouterName {
  const group = groupOf(call);
  const family = call.query.get("family");
  if (family !== null && family !== "4" && family !== "6") {
    throw new Refusal(400, "The family is neither 4 nor 6");
  }
  return {
    group,
    interface: call.params["interface"] ?? "",
    ...(family === null ? {} : { family: family === "4" ? 4 : 6 }),
  };
}
