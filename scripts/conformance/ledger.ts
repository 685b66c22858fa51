import type { Requirement } from "../../tests/conformance/requirement.ts";
import type { Mark, Polarity } from "./marks.ts";

/** A requirement with the tests that show it. */
export interface Entry {
  readonly requirement: Requirement;
  readonly demands: readonly Mark[];
  readonly forbids: readonly Mark[];
}

export interface Ledger {
  readonly entries: readonly Entry[];
  /** One sentence for each line without test and reason, and for each mark or reason too many. */
  readonly faults: readonly string[];
}

export function ledgerOf(requirements: readonly Requirement[], marks: readonly Mark[]): Ledger {
  const entries = requirements.map((requirement) => entryOf(requirement, marks));
  return {
    entries,
    faults: [
      ...unknownIds(requirements, marks),
      ...repeatedIds(requirements),
      ...entries.flatMap(faultsOf),
    ],
  };
}

function entryOf(requirement: Requirement, marks: readonly Mark[]): Entry {
  const own = marks.filter(({ id }) => id === requirement.id);
  return {
    requirement,
    demands: own.filter(({ polarity }) => polarity === "demands"),
    forbids: own.filter(({ polarity }) => polarity === "forbids"),
  };
}

/** Those need a test of what they demand and one of what they forbid; the others one of either. */
export function isStrict({ level }: Requirement): boolean {
  return level === "MUST" || level === "MUST NOT";
}

/** It binds rvrrpd, and rvrrpd does as it says. */
export function isTestable({ unbound, deviation }: Requirement): boolean {
  return unbound === undefined && deviation === undefined;
}

function faultsOf(entry: Entry): string[] {
  const { requirement, demands, forbids } = entry;
  const { id } = requirement;
  if (!isTestable(requirement)) {
    const isMarked = demands.length + forbids.length > 0;
    return isMarked ? [`${id} is not what rvrrpd does, but tests are marked with it`] : [];
  }
  return isStrict(requirement)
    ? [...faultsOfSide(entry, "demands"), ...faultsOfSide(entry, "forbids")]
    : faultsOfEither(entry);
}

function faultsOfSide({ requirement, ...marks }: Entry, side: Polarity): string[] {
  const { id, without } = requirement;
  const reason = without?.[side];
  if (marks[side].length === 0) {
    return reason === undefined ? [`${id}: no test is marked [${id} ${side}]`] : [];
  }
  return reason === undefined
    ? []
    : [`${id}: there is a test of what it ${side} and a reason why not`];
}

function faultsOfEither({ requirement, demands, forbids }: Entry): string[] {
  const { id, without } = requirement;
  const isTested = demands.length + forbids.length > 0;
  const hasReason = without !== undefined;
  if (isTested && hasReason) return [`${id}: there is a test and a reason why not`];
  return isTested || hasReason ? [] : [`${id}: no test is marked with it`];
}

function unknownIds(requirements: readonly Requirement[], marks: readonly Mark[]): string[] {
  const known = new Set(requirements.map(({ id }) => id));
  return marks.filter(({ id }) => !known.has(id))
    .map(({ id, path, title }) => `${path}: "${title}" is marked ${id}, which no requirement is`);
}

function repeatedIds(requirements: readonly Requirement[]): string[] {
  const groups = Map.groupBy(requirements, ({ id }) => id);
  return Array.from(groups).filter(([, { length }]) => length > 1)
    .map(([id]) => `${id} is listed more than once`);
}
