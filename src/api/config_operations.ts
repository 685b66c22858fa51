import { Type } from "@sinclair/typebox";
import type { ConfigPart } from "../config/rewrite.ts";
import { JSON_TYPE, jsonAnswer, textAnswer } from "./answer.ts";
import { ErrorBody, Written } from "./answer_schemas.ts";
import { type BodySpec, CONFIG_BODIES } from "./body_spec.ts";
import { perform, REFUSALS } from "./change_operations.ts";
import { entityTag, IF_MATCH, revisionsOf } from "./if_match.ts";
import type { Call, Operation, Workbench } from "./operation.ts";

const ANYTHING = Type.Unknown({ description: "Absent keys are null, secrets ***." });

interface Part {
  readonly part: ConfigPart;
  /** What the operations' names end with. */
  readonly name: string;
  readonly what: string;
  readonly body: BodySpec;
}

const PARTS: readonly Part[] = [
  {
    part: "global",
    name: "Global",
    what: "the whole configuration",
    body: CONFIG_BODIES.global,
  },
  {
    part: "vrouter",
    name: "Vrouter",
    what: "the virtual routers of the configuration",
    body: CONFIG_BODIES.vrouter,
  },
  {
    part: "protocols",
    name: "Protocols",
    what: "the routes of the configuration",
    body: CONFIG_BODIES.protocols,
  },
];

const WRITTEN = {
  200: { description: "The file is written, and the daemon goes by it.", schema: Written },
  ...REFUSALS,
  412: { description: "The configuration or its file has changed since.", schema: ErrorBody },
} as const;

/** What reads the configuration, and what writes its file. */
export const CONFIG_OPERATIONS: readonly Operation[] = [
  ...PARTS.flatMap((part) => [reading(part), writing(part)]),
  {
    id: "saveConfig",
    method: "POST",
    path: "/config/save",
    summary: "Writes the configuration with all changes made under /run into its file.",
    access: "write",
    parameters: [IF_MATCH],
    answers: WRITTEN,
    handle: (call, bench) => write(call, bench, { what: "save", required: false }),
  },
];

function reading({ part, name, what }: Part): Operation {
  return {
    id: `config${name}`,
    method: "GET",
    path: `/config/${part}`,
    summary: `Gives ${what}.`,
    access: "user",
    answers: {
      200: { description: "In the words of the file, with an ETag.", schema: ANYTHING },
      401: { description: "Nobody has signed in." },
    },
    handle: (_call, { settings }) =>
      textAnswer(textOf(part, settings), JSON_TYPE, { headers: tagged(settings.revision) }),
  };
}

function textOf(part: ConfigPart, { published }: Workbench["settings"]): string {
  return part === "global" ? published : JSON.stringify(JSON.parse(published)[part] ?? null);
}

function writing({ part, name, what, body }: Part): Operation {
  return {
    id: `writeConfig${name}`,
    method: "PUT",
    path: `/config/${part}`,
    summary: `Replaces ${what} in the file, whose comments are lost.`,
    access: "write",
    parameters: [IF_MATCH],
    body,
    answers: {
      ...WRITTEN,
      428: { description: "The header If-Match is missing.", schema: ErrorBody },
    },
    handle: (call, bench) => write(call, bench, { what: part, required: true }),
  };
}

async function write(
  call: Call,
  bench: Workbench,
  { what, required }: { readonly what: "save" | ConfigPart; readonly required: boolean },
): Promise<Response> {
  const { body, isLocal } = call;
  const ifMatch = revisionsOf(call, { required });
  const text = what === "save" ? "" : JSON.stringify(body);
  const outcome = await perform(bench, { do: "writeConfig", what, text, ifMatch, isLocal });
  const { remarks = [], revision = bench.settings.revision } = outcome;
  return jsonAnswer({ done: true, remarks }, { headers: tagged(revision) });
}

/** Compressed on its way the tag would be a weak one, which not every client sends back. */
function tagged(revision: string): Readonly<Record<string, string>> {
  return { etag: entityTag(revision), "cache-control": "no-store, no-transform" };
}
