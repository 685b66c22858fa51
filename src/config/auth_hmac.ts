import type { HmacAuthConfig } from "../vrrp/types.ts";
import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import { hmacKeyBytes, hmacKeyProblem } from "./hmac_key.ts";
import type { KeyPath } from "./key_path.ts";
import type { RawRouter } from "./schema_vrouter.ts";
import { readSecretFile, type ReadTextFile } from "./secret_file.ts";

type RawKey = NonNullable<RawRouter["auth_keys"]>[number];
export type HmacKeys = HmacAuthConfig["keys"];

/** As many intervals as a Backup waits, and what clocks that are kept right never differ by. */
const WINDOW = { intervals: 3, leastS: 5, mostS: 300 } as const;

interface Options {
  readonly findings: Findings;
  readonly readTextFile: ReadTextFile;
}

/**
 * The rules of `hmac-sha256`; gives the keys. A wrong one is an error here, where keepalived falls
 * back to no authentication at all.
 */
export function checkHmacKeys({ at, keys, isSound }: RouterDraft, options: Options): HmacKeys {
  const { findings } = options;
  if (!isSound("auth_keys") || !isSound("active_key")) return [];
  const authKeys = keys.auth_keys ?? [];
  for (const [index, { id }] of authKeys.entries()) {
    if (!authKeys.slice(0, index).some((earlier) => earlier.id === id)) continue;
    findings.fault({
      at: [...at, "auth_keys", index, "id"],
      problem: `${id} is the id of an earlier key`,
      hint: "each key has an id of its own",
    });
  }
  checkActiveKey({ at, keys }, authKeys, findings);
  return authKeys.flatMap((key, index) => {
    const text = keyText(key, [...at, "auth_keys", index], options);
    return text === undefined ? [] : [{ id: key.id, key: hmacKeyBytes(text) }];
  });
}

function keyText(key: RawKey, at: KeyPath, { findings, readTextFile }: Options) {
  const { secret, secret_file: file } = key;
  if ((secret === undefined) === (file === undefined)) {
    findings.fault({
      at,
      problem: secret === undefined ? "holds no secret" : "holds two secrets",
      hint: "either secret or secret_file",
    });
    return undefined;
  }
  if (file === undefined) return secret;
  const fileKey = [...at, "secret_file"];
  const text = readSecretFile(file, { at: fileKey, findings, readTextFile });
  const problem = text === undefined ? undefined : hmacKeyProblem(text);
  if (problem === undefined) return text;
  findings.fault({
    at: fileKey,
    problem: `what ${JSON.stringify(file)} holds ${problem}`,
    hint: 'a text of 32 to 64 bytes, or "hex:" and digits',
  });
  return undefined;
}

function checkActiveKey(
  { at, keys }: Pick<RouterDraft, "at" | "keys">,
  authKeys: readonly RawKey[],
  findings: Findings,
): void {
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

export function hmacConfig(router: RawRouter, keys: HmacKeys): HmacAuthConfig {
  const { active_key: activeKey = 0, timers, time_window: windowS } = router;
  const intervals = WINDOW.intervals * Math.floor(timers.advert);
  return {
    type: "hmac-sha256",
    keys,
    activeKey,
    antiReplay: router.anti_replay,
    windowS: windowS ?? Math.min(Math.max(intervals, WINDOW.leastS), WINDOW.mostS),
    mode: router.auth_mode,
  };
}
