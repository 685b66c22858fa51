import type { Statement } from "./blocks.ts";
import { numeric } from "./numeric.ts";
import type { Rules } from "./rules.ts";
import { decimal, type Range, valueOf, wholeNumber } from "./values.ts";
import { splitCommand } from "./words.ts";

/** A weight with its direction. */
export interface Weight {
  readonly value: number;
  readonly isReverse: boolean;
}

/** A `vrrp_script`. */
export interface Script {
  command?: readonly string[];
  intervalS?: number;
  timeoutS?: number;
  rise?: number;
  fall?: number;
  weight?: Weight;
}

/** A `track_file` of the top level. */
export interface TrackedFile {
  path?: string;
  weight?: Weight;
}

const PERIOD_S: Range = { min: 0.1, max: 86_400 };
const RUNS: Range = { min: 1, max: 1000 };
const WEIGHT: Range = { min: -254, max: 254 };
/** Of ours; a weight of 254 would never fit in. */
const MAX_WEIGHT = 253;

export const SCRIPT_RULES: Rules<Script> = {
  script: {
    to: "command",
    values: Infinity,
    read: (statement, draft) => {
      const { command, remark } = readCommand(statement.words.slice(1));
      if (command !== undefined) draft.command = command;
      return remark;
    },
  },
  interval: numeric({
    to: "interval",
    range: PERIOD_S,
    read: decimal,
    set: (draft, value) => draft.intervalS = value,
  }),
  timeout: numeric({
    to: "timeout",
    range: PERIOD_S,
    read: decimal,
    set: (draft, value) => draft.timeoutS = value,
  }),
  rise: numeric({
    to: "rise",
    range: RUNS,
    read: wholeNumber,
    set: (draft, value) => draft.rise = value,
  }),
  fall: numeric({
    to: "fall",
    range: RUNS,
    read: wholeNumber,
    set: (draft, value) => draft.fall = value,
  }),
  weight: {
    to: "weight",
    values: 2,
    read: (statement, draft) => setWeight(statement, draft),
  },
  user: { because: "all programs run as script_user" },
  init_fail: { because: "the first run decides" },
};

export const FILE_RULES: Rules<TrackedFile> = {
  file: {
    to: "file",
    read: (statement, draft) => {
      const path = valueOf(statement);
      if (!path.startsWith("/") || path.includes("\0")) return "no whole path: left out";
      draft.path = path;
      return undefined;
    },
  },
  weight: {
    to: "weight",
    values: 2,
    read: (statement, draft) => setWeight(statement, draft),
  },
  init_file: { because: "the file has to be there (or counts as 0): make it before the start" },
};

/**
 * A program with its arguments from the words behind the keyword. Several words are one command
 * where it is not quoted.
 */
export function readCommand(words: readonly string[]): {
  readonly command?: readonly string[];
  readonly remark?: string;
} {
  const text = words.join(" ");
  const command = splitCommand(text);
  if (command[0] === undefined || command[0] === "" || text.includes("\0")) {
    return { remark: "names no program: left out" };
  }
  const isShell = /(?:^|\/)(?:ba|da)?sh$/.test(command[0]) && command[1] === "-c";
  if (!isShell && /[|<>;&`*?]|\$\(/.test(text)) {
    return { command, remark: "no shell reads it (nor with keepalived 2): put it into a script" };
  }
  return { command };
}

function setWeight(statement: Statement, draft: { weight?: Weight }): string | undefined {
  const { weight, remark } = readWeight(statement.words);
  if (weight !== undefined) draft.weight = weight;
  return remark;
}

/** Reads `weight N [reverse]`, cut to what ours takes. */
export function readWeight(words: readonly string[]): {
  readonly weight?: Weight;
  readonly remark?: string;
} {
  const [, text = "", direction = "noreverse"] = words;
  const written = wholeNumber(text, WEIGHT);
  if (written === undefined) return { remark: `"${text}" is no weight: left out` };
  const value = Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, written));
  const weight = { value, isReverse: direction === "reverse" };
  if (value !== written) return { weight, remark: `${value} is the most: taken instead` };
  if (!/^(?:reverse|no_?reverse)$/.test(direction)) {
    return { weight, remark: `"${direction}" is unknown: left out` };
  }
  return { weight };
}
