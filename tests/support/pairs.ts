import type { Daemon, DaemonKind, RouterSpec } from "./daemon.ts";
import { keepalived } from "./keepalived.ts";
import { rvrrpd } from "./rvrrpd.ts";
import { delay } from "./wait.ts";
import type { World } from "./world.ts";

/** Who runs on r1 and who on r2. */
export interface Pair {
  readonly first: DaemonKind;
  readonly second: DaemonKind;
}

/** Ours beside keepalived in either place, and beside itself. */
export const PAIRS: readonly Pair[] = [
  { first: rvrrpd, second: keepalived },
  { first: keepalived, second: rvrrpd },
  { first: rvrrpd, second: rvrrpd },
];

/** Priorities whose skew times (23 and 219 ms) are far below an interval. */
export const HIGH = 250;
export const LOW = 200;

/** Version 2, interval 1 s, priority {@linkcode LOW} (RFC 3768 section 6.1); rounded down. */
export const LOW_SKEW_MS = 218;
export const LOW_MASTER_DOWN_MS = 3000 + LOW_SKEW_MS;

export interface RunningPair {
  readonly first: Daemon;
  readonly second: Daemon;
}

/** One advertisement at least lies in it. */
const HEARD_MS = 1500;

/** Starts r1, and when it is Master of all its routers r2, and waits until r2 has heard it. */
export async function startPair(
  world: World,
  pair: Pair,
  routers: { readonly first: readonly RouterSpec[]; readonly second: readonly RouterSpec[] },
): Promise<RunningPair> {
  const first = await pair.first.start({ world, machine: "r1", routers: routers.first });
  for (const { vrid } of routers.first) await first.waitFor("Master", { vrid });
  const second = await pair.second.start({ world, machine: "r2", routers: routers.second });
  await delay(HEARD_MS);
  return { first, second };
}
