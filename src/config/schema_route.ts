import { type Static, Type } from "@sinclair/typebox";
import { text } from "./schema_keys.ts";

/** A route of `[[protocols.static]]` or of a virtual router's `routes`. */
export const RouteSchema = Type.Object({
  route: text("ip-address-or-prefix", {
    description: "The destination: a network with its mask beside it, or network/length.",
  }),
  mask: Type.Optional(text("ipv4-mask", {
    description: "The mask of an IPv4 destination that has no /length.",
  })),
  nh: text("ip-address", {
    description:
      "The next hop; in a virtual router's routes also one of fe80::/10, on its interface.",
  }),
  metric: Type.Optional(Type.Integer({
    minimum: 0,
    maximum: 0xffff_ffff,
    description: "The route's metric; the lower one wins.",
  })),
  mtu: Type.Optional(Type.Integer({
    minimum: 68,
    maximum: 65_535,
    description: "The route's MTU in bytes.",
  })),
}, { additionalProperties: false, description: "A static route." });

export type RawRoute = Static<typeof RouteSchema>;
