import type { AuthConfig } from "../vrrp/types.ts";
import { checkHmacKeys, hmacConfig, type HmacKeys } from "./auth_hmac.ts";
import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import type { RawRouter } from "./schema_vrouter.ts";
import { readSecretFile, type ReadTextFile } from "./secret_file.ts";

/** The authentication data of version 2 (RFC 2338 section 5.3.10). */
const AUTH_DATA_BYTES = 8;

/** What a virtual router shares with its peers, read from files where it lies in such. */
export interface Secrets {
  /** "" where there is none. */
  readonly secret: string;
  /** Those of `hmac-sha256`. */
  readonly hmacKeys: HmacKeys;
}

/** The rules of authentication; gives the secrets. */
export function checkAuth(
  router: RouterDraft,
  options: { readonly findings: Findings; readonly readTextFile: ReadTextFile },
): Secrets {
  const { findings } = options;
  const secret = readSecret(router, options);
  const hmacKeys = router.keys.auth_type === "hmac-sha256" ? checkHmacKeys(router, options) : [];
  checkHmacLeftovers(router, findings);
  checkSecret(router, { secret, findings });
  checkVersion(router, findings);
  checkOldAddressList(router, findings);
  return { secret: secret ?? "", hmacKeys };
}

export function authConfig(router: RawRouter, { secret, hmacKeys }: Secrets): AuthConfig {
  const { auth_type: authType } = router;
  const key = new TextEncoder().encode(secret);
  switch (authType) {
    case "rfc2338-simple": {
      const data = new Uint8Array(AUTH_DATA_BYTES);
      data.set(key.subarray(0, AUTH_DATA_BYTES));
      return { type: authType, data };
    }
    case "rfc2338-ah":
      return { type: authType, key: key.slice(0, AUTH_DATA_BYTES) };
    case "hmac-sha256":
      return hmacConfig(router, hmacKeys);
    case "p0-t8-sha256":
      return { type: authType, key };
    case "p1-b8-shake256":
    case "p1-t8-shake256":
      return { type: "p1-b8-shake256", key };
    default:
      return { type: "none" };
  }
}

function readSecret(
  { at, keys }: RouterDraft,
  { findings, readTextFile }: {
    readonly findings: Findings;
    readonly readTextFile: ReadTextFile;
  },
): string | undefined {
  const file = keys.auth_secret_file;
  if (file === undefined) return keys.auth_secret;
  const fileKey = [...at, "auth_secret_file"];
  if (keys.auth_secret !== undefined) {
    findings.fault({
      at: fileKey,
      problem: "stands beside auth_secret",
      hint: "keep one of them",
    });
    return undefined;
  }
  return readSecretFile(file, { at: fileKey, findings, readTextFile });
}

function checkSecret(
  { at, keys, isSound }: RouterDraft,
  { secret, findings }: { readonly secret: string | undefined; readonly findings: Findings },
): void {
  const type = keys.auth_type;
  if (type === undefined || !isSound("auth_secret") || !isSound("auth_secret_file")) return;
  const warn = (problem: string, hint: string) =>
    findings.warn({
      at: [...at, keys.auth_secret_file === undefined ? "auth_secret" : "auth_secret_file"],
      problem,
      hint,
    });
  const usesSecret = type !== "none" && type !== "hmac-sha256";
  if (!usesSecret) {
    if (secret === undefined) return;
    if (type === "none") warn("has no effect without auth_type", 'such as "rfc2338-simple"');
    else warn(`has no effect with auth_type = "${type}"`, "its secrets stand in auth_keys");
  } else if (secret === undefined || secret === "") {
    warn(`is missing, so that auth_type = "${type}" uses an empty key`, "everybody can forge it");
  } else if (type.startsWith("rfc2338") && byteLength(secret) > AUTH_DATA_BYTES) {
    warn(`only its first ${AUTH_DATA_BYTES} bytes count`, `auth_type = "${type}" has no more room`);
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function checkHmacLeftovers({ at, keys }: RouterDraft, findings: Findings): void {
  if (keys.auth_type === undefined || keys.auth_type === "hmac-sha256") return;
  for (const key of ["auth_keys", "active_key", "time_window"] as const) {
    if (keys[key] === undefined) continue;
    findings.warn({
      at: [...at, key],
      problem: `has no effect with auth_type = "${keys.auth_type}"`,
      hint: 'it belongs to auth_type = "hmac-sha256"',
    });
  }
}

function checkVersion({ at, keys }: RouterDraft, findings: Findings): void {
  const { auth_type: type, version } = keys;
  if (version !== 3 || type === undefined || type === "none" || type === "hmac-sha256") return;
  findings.fault({
    at: [...at, "auth_type"],
    problem: `"${type}" is of version 2 only`,
    hint: 'version 3 has "hmac-sha256" or none',
  });
}

function checkOldAddressList({ at, keys }: RouterDraft, findings: Findings): void {
  if (keys.rfc3768 !== false || !listsVirtualAddressesOnly(keys.auth_type)) return;
  findings.warn({
    at: [...at, "rfc3768"],
    problem: `false does not go with auth_type = "${keys.auth_type}"`,
    hint: "true is used",
  });
}

/** P0 and P1 cover the address list, and rVRRPd writes the plain one with them. */
export function listsVirtualAddressesOnly(type: RawRouter["auth_type"] | undefined): boolean {
  return type === "p0-t8-sha256" || type === "p1-b8-shake256" || type === "p1-t8-shake256";
}
