import { type Static, Type } from "@sinclair/typebox";
import { publishSchema } from "./json_schema.ts";
import { ApiSchema } from "./schema_api.ts";
import { choice, flag, seconds, text } from "./schema_keys.ts";
import { RouteSchema } from "./schema_route.ts";
import { RouterSchema } from "./schema_vrouter.ts";

/** The keys outside all tables. */
export const GeneralSchema = Type.Object({
  debug: choice([0, 1, 2, 3, 5], {
    default: 0,
    description: "How much is logged: 0 information, 1 low, 2 medium, 3 high, 5 extensive.",
  }),
  time_zone: choice(["local", "utc"], {
    default: "local",
    description: "The time zone of the log's time stamps.",
  }),
  time_format: choice(["disabled", "short", "rfc2822", "iso8601"], {
    default: "disabled",
    description: "The form of the log's time stamps.",
  }),
  log_format: choice(["text", "json"], {
    default: "text",
    description: "Whether the log is lines of text or one JSON object a line.",
  }),
  syslog: flag({ default: false, description: "Whether the log also goes to /dev/log." }),
  pid: text("path", { default: "/var/run/rvrrpd.pid", description: "The PID file." }),
  working_dir: text("path", { default: "/tmp", description: "The daemon's working directory." }),
  main_log: text("path", {
    default: "/var/log/rvrrpd.log",
    description: "The log of the daemon mode.",
  }),
  error_log: Type.Optional(text("path", {
    description: "The daemon mode's errors; unset: they go to main_log too.",
  })),
  client_api: Type.Optional(choice(["http", "disabled"], {
    description: "The client API; unset: http where an [api] table exists, else disabled.",
  })),
  control_socket: text("path-or-off", {
    default: "/run/rvrrpd.sock",
    description: 'The socket that rvrrpd status and its like use; "" turns it off.',
  }),
  state_dir: text("path", {
    default: "/run/rvrrpd",
    description: "Where it is written down what to undo after a crash.",
  }),
  replay_dir: text("path", {
    default: "/var/lib/rvrrpd",
    description: "Where hmac-sha256 keeps what it has sent and accepted, also over a boot.",
  }),
  script_user: text("name", { default: "root", description: "The user that programs run as." }),
  startup_delay: seconds({
    default: 0,
    description: "Seconds after start in which only an owner becomes Master.",
  }),
}, { additionalProperties: false });

export type RawGeneral = Static<typeof GeneralSchema>;

const ProtocolsSchema = Type.Object({
  static: Type.Optional(Type.Array(RouteSchema, {
    maxItems: 10_000,
    description: "Routes that are set while at least one virtual router is Master.",
  })),
}, { additionalProperties: false, description: "Routes that go with the virtual routers." });

/**
 * The whole configuration: every key with its type, range, default and help. A key with a `default`
 * is required here, since it is there after the defaults are filled in, and optional in a file.
 */
export const ConfigSchema = Type.Object({
  ...GeneralSchema.properties,
  vrouter: Type.Optional(Type.Array(RouterSchema, { description: "The virtual routers." })),
  protocols: Type.Optional(ProtocolsSchema),
  api: Type.Optional(ApiSchema),
}, { additionalProperties: false, description: "The configuration of rvrrpd." });

/** The JSON Schema (draft 2020-12) of a configuration file, for editors and other tools. */
export function configSchema(): Record<string, unknown> {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "rvrrpd configuration",
    ...publishSchema(ConfigSchema),
  };
}
