import type { AuthConfig } from "../vrrp/types.ts";
import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import type { RawRouter } from "./schema_vrouter.ts";

/** The authentication data of version 2 (RFC 2338 section 5.3.10). */
const AUTH_DATA_BYTES = 8;

/** Gives the text of a file, or throws an error that says why it cannot. */
export type ReadTextFile = (path: string) => string;

/** The rules of authentication; gives the router's secret, read from its file where it has one. */
export function checkAuth(
  router: RouterDraft,
  options: { readonly findings: Findings; readonly readTextFile: ReadTextFile },
): string | undefined {
  const { findings } = options;
  const secret = readSecret(router, options);
  if (router.keys.auth_type === "hmac-sha256") checkHmacKeys(router, findings);
  else checkHmacLeftovers(router, findings);
  checkSecret(router, { secret, findings });
  checkVersion(router, findings);
  checkOldAddressList(router, findings);
  return secret;
}

/** The resolved form for what this version can do; the other types keep their router in Fault. */
export function authConfig(authType: RawRouter["auth_type"], secret: string): AuthConfig {
  const key = new TextEncoder().encode(secret);
  switch (authType) {
    case "rfc2338-simple": {
      const data = new Uint8Array(AUTH_DATA_BYTES);
      data.set(key.subarray(0, AUTH_DATA_BYTES));
      return { type: authType, data };
    }
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
  try {
    return readTextFile(file).replace(/\r?\n$/, "");
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    findings.fault({
      at: fileKey,
      problem: `cannot read ${JSON.stringify(file)}: ${cause}`,
      hint: "a file that the daemon can read",
    });
    return undefined;
  }
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

/** A wrong key is an error here, where keepalived falls back to no authentication at all. */
function checkHmacKeys({ at, keys, isSound }: RouterDraft, findings: Findings): void {
  if (!isSound("auth_keys") || !isSound("active_key")) return;
  const authKeys = keys.auth_keys ?? [];
  for (const [index, key] of authKeys.entries()) {
    const here = [...at, "auth_keys", index];
    if ((key.secret === undefined) === (key.secret_file === undefined)) {
      findings.fault({
        at: here,
        problem: key.secret === undefined ? "holds no secret" : "holds two secrets",
        hint: "either secret or secret_file",
      });
    }
    if (authKeys.slice(0, index).some((earlier) => earlier.id === key.id)) {
      findings.fault({
        at: [...here, "id"],
        problem: `${key.id} is the id of an earlier key`,
        hint: "each key has an id of its own",
      });
    }
  }
  if (authKeys.some((key) => key.id === keys.active_key)) return;
  findings.fault(
    authKeys.length === 0
      ? { at: [...at, "auth_keys"], problem: "is missing", hint: "hmac-sha256 needs a key" }
      : {
        at: [...at, "active_key"],
        problem: keys.active_key === undefined ? "is missing" : `${keys.active_key} names no key`,
        hint: `the id of the key that signs: ${authKeys.map((key) => key.id).join(", ")}`,
      },
  );
}

function checkHmacLeftovers({ at, keys }: RouterDraft, findings: Findings): void {
  if (keys.auth_type === undefined) return;
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
