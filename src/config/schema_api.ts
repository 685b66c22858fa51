import { type Static, Type } from "@sinclair/typebox";
import { choice, flag, oneOrMore, text } from "./schema_keys.ts";

/** The `[api]` table. */
export const ApiSchema = Type.Object({
  users: Type.Array(
    text("user-line", { description: "A line made by rvrrpd-pw.", secret: true }),
    { description: "Who may sign in: lines made by rvrrpd-pw.", secret: true },
  ),
  secret: Type.Optional(Type.String({
    minLength: 1,
    description: "Signs sessions; unset: made anew at each start. Set: sessions outlive a restart.",
    secret: true,
  })),
  host: Type.Optional(oneOrMore(
    text("host", { description: "An address and a port." }),
    {
      maxItems: 64,
      description: "Where the API listens: ADDR:PORT, [V6]:PORT, or a list; 0.0.0.0:7080 if unset.",
    },
  )),
  tls: flag({ default: false, description: "Whether the API speaks HTTPS." }),
  tls_key: text("path", {
    default: "/etc/rvrrpd/ssl/key.pem",
    description: "The private key, PEM.",
  }),
  tls_cert: text("path", {
    default: "/etc/rvrrpd/ssl/cert.pem",
    description: "The certificate or certificate chain, PEM.",
  }),
  write: flag({
    default: false,
    description: "Whether users of level 0 may change things over TCP.",
  }),
  session_ttl: Type.Integer({
    minimum: 1,
    maximum: 31_536_000,
    default: 3600,
    description: "Seconds after which a session ends.",
  }),
  metrics: choice(["open", "user", "off"], {
    default: "user",
    description: "Who may read /metrics: everybody, users, or nobody.",
  }),
  console: flag({ default: true, description: "Whether the web page at / is served." }),
}, { additionalProperties: false, description: "The client API." });

export type RawApi = Static<typeof ApiSchema>;
