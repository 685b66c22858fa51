import { initialState, step } from "../../src/vrrp/machine.ts";
import type { Action, RouterConfig, Step } from "../../src/vrrp/types.ts";
import { advert, linkReady, NOW_MS } from "../vrrp/fixtures.ts";
import { type Kind, stateOf } from "./kinds.ts";

/** With priority 100 and one second, by RFC 9568 6.1 and RFC 3768 6.1 alike. */
export const SKEW_MS = 609;
export const DOWN_MS = 3000 + SKEW_MS;
/** Since when a Master of {@linkcode hears} is one. */
export const MASTER_MS = NOW_MS + DOWN_MS;
/** Within the first interval of a Backup and of a Master. */
export const SOON_MS = 300;

/** The priorities of the advertisements among these actions. */
export function sent(actions: readonly Action[]): number[] {
  return actions.flatMap((action) => action.do === "sendAdvert" ? [action.priority] : []);
}

export function does(actions: readonly Action[], what: Action["do"]): boolean {
  return actions.some((action) => action.do === what);
}

export function start({ config, source }: Kind, owner: boolean): Step {
  return step(config, initialState(config, NOW_MS), linkReady({ source, owner }), NOW_MS);
}

/** What a Backup or a Master since NOW_MS does when it hears the other router. */
export function hears(
  kind: Kind,
  name: "Backup" | "Master",
  { atMs, config, ...heard }: Parameters<typeof advert>[0] & {
    readonly atMs: number;
    readonly config?: Partial<RouterConfig>;
  },
): Step {
  const ours = { ...kind, config: { ...kind.config, ...config } };
  const event = advert({ from: kind.other, ...heard });
  return step(ours.config, stateOf(ours, name), event, atMs);
}
