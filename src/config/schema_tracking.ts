import { Type } from "@sinclair/typebox";
import { command, text, weight } from "./schema_keys.ts";

const MOST_TRACKED = 255;

const CLOSED = { additionalProperties: false } as const;
const WEIGHT_HELP =
  "Added to the priority while up (positive) or while down (negative); 0: down is Fault.";

const TrackedInterface = Type.Object({
  name: text("interface-name", { description: "The interface to watch." }),
  weight: weight({ default: 0, description: WEIGHT_HELP }),
}, CLOSED);

const TrackedScript = Type.Object({
  name: text("name", { description: "What logs and the API call it." }),
  command: command({ description: "Runs without a shell; exit code 0 means up." }),
  interval: Type.Number({
    minimum: 0.1,
    maximum: 86_400,
    default: 1,
    description: "Seconds between two starts.",
  }),
  timeout: Type.Optional(Type.Number({
    minimum: 0.1,
    maximum: 86_400,
    description: "Seconds after which a run counts as failed; unset: the interval.",
  })),
  rise: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 1,
    description: "Good runs in a row until it counts as up.",
  }),
  fall: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 1,
    description: "Failed runs in a row until it counts as down.",
  }),
  weight: weight({ default: 0, description: WEIGHT_HELP }),
}, CLOSED);

const TrackedRoute = Type.Object({
  route: text("ip-address-or-prefix", { description: "A destination of the main table." }),
  weight: weight({ default: 0, description: WEIGHT_HELP }),
}, CLOSED);

const TrackedFile = Type.Object({
  file: text("path", {
    description: "The absolute path of a file that begins with a whole number.",
  }),
  weight: weight({
    default: 1,
    description: "The number times this is added to the priority; 0: any number but 0 is Fault.",
  }),
}, CLOSED);

/** The keys of a virtual router that tie it to the state of something else. */
export const TRACKING_KEYS = {
  track_interface: Type.Optional(Type.Array(TrackedInterface, {
    maxItems: MOST_TRACKED,
    description: "Interfaces whose failure lowers the priority or is a fault.",
  })),
  track_script: Type.Optional(Type.Array(TrackedScript, {
    maxItems: MOST_TRACKED,
    description: "Programs whose failure lowers the priority or is a fault.",
  })),
  track_route: Type.Optional(Type.Array(TrackedRoute, {
    maxItems: MOST_TRACKED,
    description: "Routes whose absence lowers the priority or is a fault.",
  })),
  track_file: Type.Optional(Type.Array(TrackedFile, {
    maxItems: MOST_TRACKED,
    description: "Files whose number is added to the priority.",
  })),
  sync_group: Type.Optional(text("name", {
    description: "Virtual routers of one name change state together.",
  })),
};
