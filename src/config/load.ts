import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { err, type Result } from "../base/result.ts";
import { checkAuth, type ReadTextFile } from "./auth.ts";
import type { Document } from "./document.ts";
import { type ConfigDraft, draftConfig } from "./drafts.ts";
import type { Fault } from "./fault.ts";
import { Findings } from "./findings.ts";
import { parseJson } from "./parse_json.ts";
import { parseToml } from "./parse_toml.ts";
import { pendingFeatures, unsupportedReason } from "./pending.ts";
import { resolve } from "./resolve.ts";
import { checkApi } from "./rules_api.ts";
import { checkClashes } from "./rules_clashes.ts";
import { checkDriver } from "./rules_driver.ts";
import { checkRouter } from "./rules_router.ts";
import { GeneralSchema } from "./schema.ts";
import { RouteSchema } from "./schema_route.ts";
import { RouterSchema } from "./schema_vrouter.ts";
import { checkRoute } from "./static_route.ts";
import type { DaemonConfig } from "./types.ts";
import { validate } from "./validate.ts";

export type ConfigFormat = "toml" | "json";

export interface LoadOptions {
  readonly text: string;
  readonly fileName: string;
  /** Told from the name and the text where it is not given. */
  readonly format?: ConfigFormat | undefined;
  /** Reads `auth_secret_file`; without it such a key is a fault, for an empty secret is no secret. */
  readonly readTextFile?: ReadTextFile | undefined;
}

export interface LoadedConfig {
  /** There only without faults. */
  readonly config?: DaemonConfig;
  /** In the order of the file. */
  readonly faults: readonly Fault[];
  /** In the order of the file; those with `unknownKey` are errors for `--check`. */
  readonly warnings: readonly Fault[];
  /** One line for each key that this version accepts without acting on it. */
  readonly pending: readonly string[];
}

/** `option` (`-g`) rules, then the extension, then the first character: only JSON begins with `{`. */
export function configFormat({ fileName, text, option }: {
  readonly fileName: string;
  readonly text: string;
  readonly option?: ConfigFormat | undefined;
}): ConfigFormat {
  if (option !== undefined) return option;
  if (/\.json(\.conf)?$/i.test(fileName)) return "json";
  return /^\s*\{/.test(text) ? "json" : "toml";
}

/** Reads and checks a configuration, and reports everything that is wrong with it at once. */
export function loadConfig({
  text,
  fileName,
  format,
  readTextFile = refuseToRead,
}: LoadOptions): LoadedConfig {
  // Editors of other systems begin UTF-8 files with a byte order mark.
  const bare = text.replace(/^\uFEFF/, "");
  const document = parse(bare, configFormat({ fileName, text: bare, option: format }));
  if (!document.ok) return { faults: document.error, warnings: [], pending: [] };
  const findings = new Findings(document.value.lines);
  validate(document.value.value, findings);
  const draft = draftConfig(document.value.value, findings);
  const secrets = checkRules(draft, { findings, readTextFile });
  const { faults, warnings } = findings;
  if (faults.length > 0) return { faults, warnings, pending: [] };
  return {
    config: resolveDraft(draft, secrets),
    faults,
    warnings,
    pending: pendingFeatures(draft),
  };
}

function refuseToRead(): never {
  throw new Error("files are not read here");
}

function parse(text: string, format: ConfigFormat): Result<Document, readonly Fault[]> {
  if (format === "json") return parseJson(text);
  const document = parseToml(text);
  return document.ok ? document : err([document.error]);
}

/** Gives the secret of each virtual router, in their order. */
function checkRules(
  draft: ConfigDraft,
  options: { readonly findings: Findings; readonly readTextFile: ReadTextFile },
): readonly string[] {
  const { findings } = options;
  const { routers, routes } = draft;
  if (routers.length === 0 && findings.isSound(["vrouter"])) {
    findings.warn({
      at: ["vrouter"],
      problem: "is missing, so that there is nothing to do",
      hint: "a [[vrouter]] table for each virtual router",
    });
  }
  for (const { at, keys } of routes) {
    if (findings.isSound(at)) checkRoute(whole(RouteSchema, keys), at, findings);
  }
  for (const router of routers) {
    checkRouter(router, findings);
    checkDriver(router, findings);
    for (const [index, route] of (router.keys.routes ?? []).entries()) {
      checkRoute(route, [...router.at, "routes", index], findings);
    }
  }
  checkClashes(routers, findings);
  checkApi(draft, findings);
  return routers.map((router) => checkAuth(router, options) ?? "");
}

function resolveDraft(draft: ConfigDraft, secrets: readonly string[]): DaemonConfig {
  return resolve({
    general: whole(GeneralSchema, draft.general.keys),
    routers: draft.routers.map((router, index) => ({
      keys: whole(RouterSchema, router.keys),
      secret: secrets[index] ?? "",
      unsupported: unsupportedReason(router),
    })),
    routes: draft.routes.map(({ keys }) => whole(RouteSchema, keys)),
    hasApi: draft.api !== undefined,
  });
}

/** A draft without faults has every key that its schema requires; anything else is our own bug. */
function whole<T extends TSchema>(schema: T, keys: Partial<Static<T>>): Static<T> {
  Value.Assert(schema, keys);
  return keys;
}
