import { Type } from "@sinclair/typebox";
import { choice, text } from "./schema_keys.ts";

const KEY_ID = { minimum: 1, maximum: 255 } as const;

const AuthKey = Type.Object({
  id: Type.Integer({ ...KEY_ID, description: "Names the key in every packet." }),
  secret: Type.Optional(text("hmac-key", {
    description: "32 to 64 bytes, as text or as hex: and digits.",
    secret: true,
  })),
  secret_file: Type.Optional(text("path", { description: "A file that holds the secret." })),
}, { additionalProperties: false });

/** The keys of a virtual router that say how advertisements are authenticated. */
export const AUTH_KEYS = {
  auth_type: choice([
    "none",
    "rfc2338-simple",
    "rfc2338-ah",
    "p0-t8-sha256",
    "p1-b8-shake256",
    "p1-t8-shake256",
    "hmac-sha256",
  ], { default: "none", description: "How advertisements are authenticated." }),
  auth_secret: Type.Optional(Type.String({
    minLength: 1,
    description: "The shared secret; of rfc2338-simple and rfc2338-ah the first 8 bytes count.",
    secret: true,
  })),
  auth_secret_file: Type.Optional(text("path", {
    description: "A file that holds the shared secret; one newline at its end is cut.",
  })),
  auth_keys: Type.Optional(Type.Array(AuthKey, {
    minItems: 1,
    maxItems: KEY_ID.maximum,
    description: "The keys of hmac-sha256.",
    secret: true,
  })),
  active_key: Type.Optional(Type.Integer({
    ...KEY_ID,
    description: "The key of hmac-sha256 that signs what is sent.",
  })),
  anti_replay: choice(["time", "monotonic"], {
    default: "time",
    description: "How hmac-sha256 tells old packets: by the clock, or by a growing number alone.",
  }),
  time_window: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: 300,
    description: "Seconds that clocks may differ; unset: 3 intervals, at least 5.",
  })),
  auth_mode: choice(["enforce", "permissive", "receive-only"], {
    default: "enforce",
    description:
      "Whether unsigned packets are refused, accepted, or also sent instead of signed ones.",
  }),
};
