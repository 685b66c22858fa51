import type { SimHost } from "./host.ts";
import type { SimRouter } from "./router.ts";
import { exactMasterDownMs, exactSkewMs } from "./oracle.ts";
import { type Scenario, slowestIntervalMs } from "./scenario.ts";

/** How much further one clock may run than another during a wait of `ms`. */
export const CLOCK_ERROR = 0.0005;

/** Whoever has stood still listens for so long at least. */
const LEAST_LISTEN_MS = 100;

/** The hosts' routers of one group that run, with their hosts. */
export interface Runner {
  readonly host: SimHost;
  readonly router: SimRouter;
}

export function runners(hosts: readonly SimHost[], vrid: number): Runner[] {
  return hosts.flatMap((host) => {
    const router = host.router(vrid);
    return router === undefined ? [] : [{ host, router }];
  });
}

/**
 * Until when (true time) a group must have settled in a network that is whole since `fromMs`: one
 * Master-Down interval of the slowest after the last frame from before, or after a hold of the
 * configuration's own, and the time to answer.
 */
export function settledByMs(
  group: readonly Runner[],
  { fromMs, scenario }: { fromMs: number; scenario: Scenario },
): number {
  const { network: { latencyMaxMs }, latenessMaxMs } = scenario;
  const quietMs = fromMs + latencyMaxMs;
  return Math.max(...group.map(({ host, router }) => {
    const heldMs = host.trueMs(router.watch.heldUntilMs);
    return Math.max(quietMs, heldMs) + longestWaitMs(router, scenario) * (1 + CLOCK_ERROR);
  })) + 3 * latencyMaxMs + latenessMaxMs + 2;
}

/** Whoever it follows, or has followed until its end; or after a pause of its own. */
function longestWaitMs({ config, priority }: SimRouter, scenario: Scenario): number {
  const { version, vrid } = config;
  const timing = { version, priority, intervalMs: slowestIntervalMs(scenario, vrid) };
  return Math.max(exactMasterDownMs(timing), LEAST_LISTEN_MS + exactSkewMs(timing));
}

/** Gives what is wrong with a group that should have settled. */
export function unsettled(group: readonly Runner[]): string | undefined {
  const masters = group.filter(({ router }) => router.isMaster);
  const [master] = masters;
  if (master === undefined || masters.length > 1) return `${masters.length} Masters`;
  const betters = group.filter(({ router }) => {
    const preempts = router.member.owner || router.config.preempt;
    return preempts && router.priority > master.router.priority;
  });
  const names = betters.map(({ host }) => host.name).join(", ");
  return betters.length === 0 ? undefined : `${master.host.name} is Master in spite of ${names}`;
}

/** How far two Backups that wait for the same silence may be from each other's schedule. */
export function toleranceMs(group: readonly Runner[], scenario: Scenario): number {
  const { network: { latencyMinMs }, latenessMaxMs } = scenario;
  const waits = group.map(({ router }) => router.masterDownMs);
  return Math.max(...waits) * CLOCK_ERROR + latencyMinMs + latenessMaxMs + 1;
}

/**
 * Those that may be the first to replace a lost Master, as far as clocks can tell: the intervals that
 * they go by are the lost one's, and change with the first of them that takes over.
 */
export function heirs(group: readonly Runner[], scenario: Scenario): readonly SimRouter[] {
  const leastMs = Math.min(...group.map(({ router }) => router.skewMs));
  const latestMs = leastMs + toleranceMs(group, scenario);
  return group.map(({ router }) => router).filter(({ skewMs }) => skewMs <= latestMs);
}

/** How long after the Master's end its heir must be alone in its place. */
export function inheritedAfterMs(group: readonly Runner[], scenario: Scenario): number {
  const waits = group.map(({ router }) => {
    return scenario.farewell === "stop" ? router.skewMs : router.masterDownMs;
  });
  const answerMs = 3 * scenario.network.latencyMinMs;
  return Math.min(...waits) + 2 * toleranceMs(group, scenario) + answerMs;
}
