import assert from "node:assert/strict";
import { formatIp, ip, type IpAddress } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import { initialState, step } from "../../src/vrrp/machine.ts";
import type { RouterConfig, RouterEvent, RouterState } from "../../src/vrrp/types.ts";
import { config, mac } from "../vrrp/fixtures.ts";

/** The first line of a case: what differs from the usual configuration, and when it begins. */
interface Opening {
  readonly startMs: number;
  readonly config: Partial<RouterConfig>;
}

/** What happens to the router; the line after it holds {@linkcode Outcome}. */
interface Input {
  readonly atMs: number;
  readonly event: RouterEvent;
}

interface Outcome {
  readonly state: RouterState["name"];
  readonly deadlineMs: number;
  readonly actions: readonly unknown[];
}

const IP_KEYS = ["source", "from", "address"];
const MAC_KEYS = ["mac", "fromMac"];
const NEVER = "never";

/**
 * Plays the events of `<name>.jsonl` and compares each outcome with the line below the event. With
 * RVRRPD_REWRITE=1 in the environment it writes the outcomes instead, for a look at the difference.
 */
export async function replay(name: string): Promise<void> {
  const path = new URL(`${name}.jsonl`, import.meta.url);
  const expected = await Deno.readTextFile(path);
  const actual = play(expected);
  if (Deno.env.get("RVRRPD_REWRITE") === "1") await Deno.writeTextFile(path, actual);
  else assert.deepEqual(actual.split("\n"), expected.split("\n"));
}

function play(text: string): string {
  const [first = "{}", ...rest] = text.split("\n").filter((line) => line !== "");
  const opening: Opening = decode(first);
  const routerConfig = config(opening.config);
  let state: RouterState = initialState(routerConfig, opening.startMs);
  const lines = [first];
  for (const line of rest.filter((one) => one.includes('"event":'))) {
    const { atMs, event }: Input = decode(line);
    const result = step(routerConfig, state, event, atMs);
    const { deadlineMs, actions } = result;
    const outcome: Outcome = { state: result.state.name, deadlineMs, actions };
    lines.push(line, encode(outcome));
    state = result.state;
  }
  return lines.join("\n") + "\n";
}

function decode<T>(line: string): T {
  return JSON.parse(line, (key, value: unknown) => {
    if (typeof value !== "string") return value;
    if (IP_KEYS.includes(key)) return ip(value);
    if (MAC_KEYS.includes(key)) return mac(value);
    return value;
  });
}

function encode(outcome: Outcome): string {
  return JSON.stringify(outcome, (key, value: unknown) => {
    if (value === Infinity) return NEVER;
    if (value instanceof Uint8Array && MAC_KEYS.includes(key)) return formatMac(value.slice());
    if (isIp(value)) return formatIp(value);
    return value;
  });
}

function isIp(value: unknown): value is IpAddress {
  return typeof value === "object" && value !== null && "family" in value && "bytes" in value;
}
