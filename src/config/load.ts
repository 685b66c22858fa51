import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { err, type Result } from "../base/result.ts";
import { checkAuth, type Secrets } from "./auth.ts";
import { applyChange, type Change, type Obstacle, type RawTable } from "./changes.ts";
import type { Document } from "./document.ts";
import { type ConfigDraft, draftConfig } from "./drafts.ts";
import type { Fault } from "./fault.ts";
import { Findings } from "./findings.ts";
import { parseJson } from "./parse_json.ts";
import { parseToml } from "./parse_toml.ts";
import { checkPrograms, type ProgramInspector } from "./programs.ts";
import { publishedConfig } from "./published.ts";
import { resolve } from "./resolve.ts";
import { checkApi } from "./rules_api.ts";
import { checkCertificate } from "./rules_certificate.ts";
import { checkClashes } from "./rules_clashes.ts";
import { checkDriver } from "./rules_driver.ts";
import { checkSyncGroups } from "./rules_groups.ts";
import { checkRouter } from "./rules_router.ts";
import { checkRouterAdvert } from "./rules_router_advert.ts";
import { checkTracking } from "./rules_tracking.ts";
import { checkSourceAddress } from "./rules_source.ts";
import { checkUnicast } from "./rules_unicast.ts";
import { GeneralSchema } from "./schema.ts";
import { ApiSchema } from "./schema_api.ts";
import { RouteSchema } from "./schema_route.ts";
import { RouterSchema } from "./schema_vrouter.ts";
import type { ReadTextFile } from "./secret_file.ts";
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
  /** Without it no program is looked at. */
  readonly programs?: ProgramInspector | undefined;
  /** Made to what the text says before it is checked, one after the other. */
  readonly changes?: readonly Change[] | undefined;
}

export interface LoadedConfig {
  /** There only without faults. */
  readonly config?: DaemonConfig;
  /** In the order of the file. */
  readonly faults: readonly Fault[];
  /** In the order of the file; those with `unknownKey` or `failsCheck` are errors for `--check`. */
  readonly warnings: readonly Fault[];
  /** What is configured, for others to read; there only without faults. */
  readonly published?: Readonly<Record<string, unknown>>;
  /** What stands against each of the changes, which then is not made; in their order. */
  readonly obstacles: readonly (Obstacle | undefined)[];
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
export function loadConfig(options: LoadOptions): LoadedConfig {
  const document = readDocument(options);
  if (!document.ok) {
    return { faults: document.error, warnings: [], obstacles: [] };
  }
  return loadDocument(document.value, options);
}

/** What a configuration file says, whether that is right or not. */
export function readDocument(
  { text, fileName, format }: Pick<LoadOptions, "text" | "fileName" | "format">,
): Result<Document, readonly Fault[]> {
  // Editors of other systems begin UTF-8 files with a byte order mark.
  const bare = text.replace(/^\uFEFF/, "");
  return parse(bare, configFormat({ fileName, text: bare, option: format }));
}

/** As {@linkcode loadConfig} for what has been read, or comes from elsewhere than a file. */
export function loadDocument(
  document: Pick<Document, "value" | "lines">,
  { readTextFile, programs, changes = [] }: Omit<LoadOptions, "text" | "fileName" | "format">,
): LoadedConfig {
  const findings = new Findings(document.lines);
  const { value, obstacles } = withChanges(document.value, changes);
  validate(value, findings);
  const draft = draftConfig(value, findings);
  const secrets = checkRules(draft, { findings, readTextFile: readTextFile ?? refuseToRead });
  if (readTextFile !== undefined) checkCertificate(draft, { findings, readTextFile });
  checkPrograms(draft, { findings, inspector: programs });
  const { faults, warnings } = findings;
  if (faults.length > 0) return { faults, warnings, obstacles };
  return {
    config: resolveDraft(draft, secrets),
    faults,
    warnings,
    published: publishedConfig(value),
    obstacles,
  };
}

/** A change that cannot be made leaves the rest as it is: the file may have changed under it. */
export function withChanges(
  value: unknown,
  changes: readonly Change[],
): { readonly value: unknown; readonly obstacles: LoadedConfig["obstacles"] } {
  if (changes.length === 0 || typeof value !== "object" || value === null) {
    return { value, obstacles: [] };
  }
  let config: RawTable = { ...value };
  const obstacles = changes.map((change) => {
    const changed = applyChange(config, change);
    if (!changed.ok) return changed.error;
    config = changed.value;
    return undefined;
  });
  return { value: config, obstacles };
}

function refuseToRead(): never {
  throw new Error("files are not read here");
}

function parse(text: string, format: ConfigFormat): Result<Document, readonly Fault[]> {
  if (format === "json") return parseJson(text);
  const document = parseToml(text);
  return document.ok ? document : err([document.error]);
}

/** Gives the secrets of each virtual router, in their order. */
function checkRules(
  draft: ConfigDraft,
  options: { readonly findings: Findings; readonly readTextFile: ReadTextFile },
): readonly Secrets[] {
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
    if (!findings.isSound(at)) continue;
    checkRoute(whole(RouteSchema, keys), { at, hasInterface: false }, findings);
  }
  for (const router of routers) {
    checkRouter(router, findings);
    checkSourceAddress(router, findings);
    checkUnicast(router, findings);
    checkRouterAdvert(router, findings);
    checkDriver(router, findings);
    for (const [index, route] of (router.keys.routes ?? []).entries()) {
      const at = [...router.at, "routes", index];
      checkRoute(route, { at, hasInterface: true }, findings);
    }
  }
  checkClashes(routers, findings);
  checkSyncGroups(routers, findings);
  checkTracking(routers, findings);
  checkApi(draft, findings);
  return routers.map((router) => checkAuth(router, options));
}

function resolveDraft(draft: ConfigDraft, secrets: readonly Secrets[]): DaemonConfig {
  return resolve({
    general: whole(GeneralSchema, draft.general.keys),
    routers: draft.routers.map((router, index) => ({
      keys: whole(RouterSchema, router.keys),
      secrets: secrets[index] ?? { secret: "", hmacKeys: [] },
    })),
    routes: draft.routes.map(({ keys }) => whole(RouteSchema, keys)),
    api: draft.api && whole(ApiSchema, draft.api.keys),
  });
}

/** A draft without faults has every key that its schema requires; anything else is our own bug. */
function whole<T extends TSchema>(schema: T, keys: Partial<Static<T>>): Static<T> {
  Value.Assert(schema, keys);
  return keys;
}
