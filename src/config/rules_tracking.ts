import { formatPrefix } from "../base/ip.ts";
import { checkedAddress, networkOf } from "./addresses.ts";
import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import { formatPath, type KeyPath } from "./key_path.ts";
import type { RawRouter } from "./schema_vrouter.ts";
import { commandWords } from "./words.ts";

type RawScript = NonNullable<RawRouter["track_script"]>[number];

/** The rules for what virtual routers track. */
export function checkTracking(routers: readonly RouterDraft[], findings: Findings): void {
  for (const router of routers) {
    checkRoutes(router, findings);
    checkFiles(router, findings);
    checkTwice(router, findings);
  }
  checkSharedScripts(routers, findings);
}

function checkRoutes({ at, keys }: RouterDraft, findings: Findings): void {
  for (const [index, { route }] of (keys.track_route ?? []).entries()) {
    const problem = routeProblem(route);
    if (problem !== undefined) findings.fault({ at: [...at, "track_route", index], ...problem });
  }
}

function routeProblem(route: string): { problem: string; hint: string } | undefined {
  const { address, prefixLength: length } = checkedAddress(route);
  if (length === undefined) {
    return { problem: `${route} has no length`, hint: 'route = "network/length"' };
  }
  const network = formatPrefix(networkOf({ address, length }));
  if (network === formatPrefix({ address, length })) return undefined;
  return {
    problem: `${route} is no network: bits beyond its length are set`,
    hint: `${network} is the network around it`,
  };
}

/** A daemon changes its working directory, and the place of a file must not depend on that. */
function checkFiles({ at, keys }: RouterDraft, findings: Findings): void {
  for (const [index, { file }] of (keys.track_file ?? []).entries()) {
    if (file.startsWith("/")) continue;
    findings.fault({
      at: [...at, "track_file", index, "file"],
      problem: `"${file}" is no absolute path`,
      hint: "the whole path, from / on",
    });
  }
}

/** Two weights for one thing could only be meant as one. */
function checkTwice({ at, keys }: RouterDraft, findings: Findings): void {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ["track_interface", (keys.track_interface ?? []).map(({ name }) => name)],
    ["track_script", (keys.track_script ?? []).map(({ name }) => name)],
    ["track_route", (keys.track_route ?? []).map(({ route }) => normalized(route))],
    ["track_file", (keys.track_file ?? []).map(({ file }) => file)],
  ];
  for (const [key, names] of lists) {
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      findings.fault({
        at: [...at, key, index],
        problem: `${name} is tracked already, in ${key}[${names.indexOf(name)}]`,
        hint: "one entry with one weight",
      });
    }
  }
}

/** One IPv6 address has many forms. */
function normalized(route: string): string {
  const { address, prefixLength } = checkedAddress(route);
  return prefixLength === undefined ? route : formatPrefix({ address, length: prefixLength });
}

/** A script runs once for all that track it, so under one name it must be one. */
function checkSharedScripts(routers: readonly RouterDraft[], findings: Findings): void {
  const seen = new Map<string, { readonly runs: string; readonly at: KeyPath }>();
  for (const { at: table, keys } of routers) {
    for (const [index, script] of (keys.track_script ?? []).entries()) {
      const at = [...table, "track_script", index];
      const earlier = seen.get(script.name);
      if (earlier === undefined) seen.set(script.name, { runs: whatRuns(script), at });
      else if (earlier.runs !== whatRuns(script)) {
        findings.fault({
          at,
          problem: `${script.name} is not what ${formatPath(earlier.at)} has under this name`,
          hint: "the same command, interval, timeout, rise and fall, or another name",
        });
      }
    }
  }
}

function whatRuns({ command, interval, timeout = interval, rise, fall }: RawScript): string {
  return JSON.stringify([commandWords(command), interval, timeout, rise, fall]);
}
