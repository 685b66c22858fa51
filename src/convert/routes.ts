import { formatIp, formatPrefix, isLinkLocal, parseIp, parsePrefix } from "../base/ip.ts";
import type { Statement } from "./blocks.ts";
import type { Section } from "./section.ts";
import type { TomlTable } from "../base/toml.ts";
import { wholeNumber } from "./values.ts";

const METRIC = { min: 0, max: 4_294_967_295 };
const MTU = { min: 68, max: 65_535 };

/**
 * Reads lines of `virtual_routes`: a destination by a next hop in the main table, or nothing.
 * `dev` says something of link-local next hops alone, which are on the instance's own interface.
 */
export function readRoutes(
  lines: readonly Statement[],
  around: { readonly section: Section; readonly interface: string | undefined },
): TomlTable[] {
  const { section } = around;
  return lines.flatMap((line) => {
    const route = readRoute(line, around.interface);
    if (typeof route === "string") {
      section.quote(line, `no counterpart: ${route}; left out`);
      return [];
    }
    const { keys, left } = route;
    if (left.length > 0) section.remark(line, left.map((word) => LEFT_OUT[word]?.text).join("; "));
    else section.carry(line, "routes");
    return [keys];
  });
}

interface Route {
  readonly keys: TomlTable;
  /** Options that it is set without. */
  readonly left: readonly string[];
}

/** Why there is no such route, or its keys. */
function readRoute(line: Statement, own: string | undefined): string | Route {
  if (line.block !== undefined || line.elsewhere !== undefined) {
    return "it is no route of this machine";
  }
  const words = line.words.slice(1).filter((word) => word !== "to" && word !== "unicast");
  const [destination = "", ...rest] = words;
  const prefix = parsePrefix(destination === "default" ? defaultOf(rest) : destination);
  if (prefix === undefined) return `"${destination}" is no destination`;
  const { given, left, problem } = readOptions(rest);
  if (problem !== undefined) return problem;
  const nextHop = parseIp(given.get("via") ?? given.get("gw") ?? "");
  if (nextHop === undefined) return "a route needs a next hop (via)";
  const isOfLink = nextHop.family === 6 && isLinkLocal(nextHop);
  if (isOfLink && (own === undefined || given.get("dev") !== own)) {
    return "a link-local next hop is on the interface of the instance, and its dev is not that";
  }
  const table = given.get("table") ?? "main";
  if (table !== "main" && table !== "254") return `the table is always main, not ${table}`;
  const metric = given.get("metric") ?? given.get("priority") ?? given.get("preference");
  const mtu = given.get("mtu");
  const numbers: Record<string, number> = {};
  for (const [key, text, range] of [["metric", metric, METRIC], ["mtu", mtu, MTU]] as const) {
    if (text === undefined) continue;
    const value = wholeNumber(text, range);
    if (value === undefined) return `its ${key} is no number that fits`;
    numbers[key] = value;
  }
  const keys = { route: formatPrefix(prefix), nh: formatIp(nextHop), ...numbers };
  return { keys, left: isOfLink ? left.filter((word) => word !== "dev") : left };
}

function defaultOf(rest: readonly string[]): string {
  return rest.some((word) => word.includes(":")) ? "::/0" : "0.0.0.0/0";
}

const KNOWN = ["via", "gw", "table", "metric", "priority", "preference", "mtu"];

/** What a route is set without, for it is the same route without it. */
const LEFT_OUT: Readonly<Record<string, { readonly values: number; readonly text: string }>> = {
  dev: { values: 1, text: "without dev: the next hop decides the interface" },
  no_track: { values: 0, text: "without no_track: a route that others remove is put back" },
  scope: { values: 1, text: "without scope: it is global" },
  proto: { values: 1, text: "without proto: our routes have a mark of their own" },
  protocol: { values: 1, text: "without protocol: our routes have a mark of their own" },
};

interface Options {
  readonly given: ReadonlyMap<string, string>;
  readonly left: readonly string[];
  /** An option that we do not have makes it another route. */
  readonly problem?: string;
}

function readOptions(words: readonly string[]): Options {
  const given = new Map<string, string>();
  const left: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const skipped = Object.hasOwn(LEFT_OUT, word) ? LEFT_OUT[word] : undefined;
    if (skipped !== undefined) {
      left.push(word);
      given.set(word, words[at + 1] ?? "");
      at += skipped.values;
      continue;
    }
    if (!KNOWN.includes(word)) return { given, left, problem: `a route has no "${word}"` };
    const value = words[++at];
    if (value === undefined) return { given, left, problem: `"${word}" has no value` };
    given.set(word, value);
  }
  return { given, left };
}
