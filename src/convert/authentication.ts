import type { Statement } from "./blocks.ts";
import { numeric } from "./numeric.ts";
import { type Rules, walk } from "./rules.ts";
import type { Section } from "./section.ts";
import type { TomlTable } from "../base/toml.ts";
import { valueOf, wholeNumber } from "./values.ts";

/** The blocks `authentication` and `auth_hmac` of an instance. */
export interface Authentication {
  type?: "rfc2338-simple" | "rfc2338-ah";
  secret?: string;
  /** The block, where there is one. */
  plain?: Statement;
  keyed?: Statement;
  readonly keys: TomlTable[];
  activeKey?: number;
  antiReplay?: string;
  timeWindowS?: number;
  mode?: string;
}

const TYPES: Readonly<Record<string, Authentication["type"]>> = {
  PASS: "rfc2338-simple",
  SIMPLE: "rfc2338-simple",
  AH: "rfc2338-ah",
};

const KEY_ID = { min: 1, max: 255 };

const PLAIN_RULES: Rules<Authentication> = {
  auth_type: {
    to: "auth_type",
    read: (statement, draft) => {
      const type = TYPES[valueOf(statement).toUpperCase()];
      if (type === undefined) return "PASS or AH: left out";
      draft.type = type;
      return undefined;
    },
  },
  auth_pass: {
    to: "auth_secret",
    read: (statement, draft) => {
      if (valueOf(statement) === "") return "no password: left out";
      draft.secret = valueOf(statement);
      return undefined;
    },
  },
};

const KEYED_RULES: Rules<Authentication> = {
  key: {
    to: "auth_keys",
    values: 2,
    repeats: true,
    read: ({ words }, draft) => {
      const [, idText = "", value = ""] = words;
      const id = wholeNumber(idText, KEY_ID);
      if (id === undefined || value === "") return "a key has an id from 1 to 255 and a value";
      const file = /^file:(.+)$/.exec(value)?.[1];
      draft.keys.push(file === undefined ? { id, secret: value } : { id, secret_file: file });
      return undefined;
    },
  },
  active_key: numeric({
    to: "active_key",
    range: KEY_ID,
    read: wholeNumber,
    set: (draft, value) => draft.activeKey = value,
  }),
  anti_replay: oneOf(
    ["time", "monotonic"],
    "anti_replay",
    (draft, value) => draft.antiReplay = value,
  ),
  mode: oneOf(
    ["enforce", "permissive", "receive-only"],
    "auth_mode",
    (draft, value) => draft.mode = value,
  ),
  time_window: numeric({
    to: "time_window",
    range: { min: 1, max: 300 },
    read: wholeNumber,
    set: (draft, value) => draft.timeWindowS = value,
  }),
};

function oneOf(
  choices: readonly string[],
  to: string,
  set: (draft: Authentication, value: string) => void,
): Rules<Authentication>[string] {
  return {
    to,
    read: (statement, draft) => {
      const value = valueOf(statement).replaceAll("_", "-");
      if (!choices.includes(value)) return `${choices.join(" or ")}: left out`;
      set(draft, value);
      return undefined;
    },
  };
}

export function readPlain(statement: Statement, draft: Authentication, section: Section): void {
  draft.plain = statement;
  walk(statement.block ?? [], { rules: PLAIN_RULES, draft, section });
}

export function readKeyed(statement: Statement, draft: Authentication, section: Section): void {
  draft.keyed = statement;
  walk(statement.block ?? [], { rules: KEYED_RULES, draft, section });
}

export interface AuthenticationOptions {
  readonly section: Section;
  readonly version: 2 | 3;
  readonly isStrict: boolean;
}

/** Writes the keys of authentication, as keepalived would have it in force. Tells whether with a secret. */
export function writeAuthentication(
  draft: Authentication,
  options: AuthenticationOptions,
): boolean {
  if (draft.keyed !== undefined) return writeKeyed(draft, draft.keyed, options.section);
  if (draft.plain === undefined) return false;
  const ignored = ignoredBecause(draft, options);
  if (ignored !== undefined) {
    options.section.remark(draft.plain, `keepalived ignores it: ${ignored}; left out`);
    return false;
  }
  options.section.set("auth_type", draft.type ?? "rfc2338-simple");
  options.section.set("auth_secret", draft.secret ?? "");
  return true;
}

/** What keepalived 2.2 says of such a block before it goes on without. */
function ignoredBecause(
  { type, secret }: Authentication,
  { version, isStrict }: AuthenticationOptions,
): string | undefined {
  if (version === 3) return "version 3 has none (auth_type = hmac-sha256 works with both)";
  if (isStrict) return "strict mode allows none";
  if (type === undefined) return "it names no type";
  return secret === undefined ? "it holds no password" : undefined;
}

function writeKeyed(draft: Authentication, statement: Statement, section: Section): boolean {
  if (draft.plain !== undefined) {
    section.remark(draft.plain, "keepalived ignores it beside auth_hmac: left out");
  }
  const { keys, activeKey, antiReplay, timeWindowS, mode } = draft;
  section.set("auth_type", "hmac-sha256");
  if (keys.length > 0) section.set("auth_keys", keys);
  if (activeKey !== undefined) section.set("active_key", activeKey);
  if (antiReplay !== undefined) section.set("anti_replay", antiReplay);
  if (timeWindowS !== undefined) section.set("time_window", timeWindowS);
  if (mode !== undefined) section.set("auth_mode", mode);
  if (activeKey === undefined || !keys.some(({ id }) => id === activeKey)) {
    section.remark(statement, "active_key names no key: an error here, no authentication there");
  }
  return true;
}
