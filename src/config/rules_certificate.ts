import { err, ok, type Result } from "../base/result.ts";
import type { ConfigDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import { ApiSchema } from "./schema_api.ts";
import type { ReadTextFile } from "./secret_file.ts";

/** What stands in the files that `[api]` names (RFC 7468). */
const FILES = [
  { key: "tls_key", begin: /^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----$/m, what: "a private key" },
  { key: "tls_cert", begin: /^-----BEGIN CERTIFICATE-----$/m, what: "a certificate" },
] as const;

/** Looks for the key and the certificate. Without them the API is off, and everything else runs. */
export function checkCertificate(
  { api }: ConfigDraft,
  { findings, readTextFile }: {
    readonly findings: Findings;
    readonly readTextFile: ReadTextFile;
  },
): void {
  if (api?.keys.tls !== true) return;
  for (const { key, begin, what } of FILES) {
    if (!api.isSound(key)) continue;
    const file = api.keys[key] ?? ApiSchema.properties[key].default;
    const text = read(file, readTextFile);
    if (text.ok && begin.test(text.value)) continue;
    const name = JSON.stringify(file);
    const problem = text.ok
      ? `${name} does not hold ${what}`
      : `cannot read ${name}: ${text.error}`;
    findings.warn({
      at: [...api.at, key],
      problem: `${problem}, so that the client API stays off`,
      hint: `a file with ${what}, PEM`,
    });
  }
}

/** The text is in no message: it is, or should be, a secret. */
function read(file: string, readTextFile: ReadTextFile): Result<string, string> {
  try {
    return ok(readTextFile(file));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return err(text.replace(/ \(os error.*$/s, ""));
  }
}
