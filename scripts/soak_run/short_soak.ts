import { TestProcess } from "../../tests/support/process.ts";
import { RVRRPD } from "../../tests/support/rvrrpd.ts";
import { delay } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";
import { addApiNetwork, API, CLIENTS, LOAD, untilApi } from "../benchmark/api_access.ts";
import { ApiLoad } from "../benchmark/api_load/load.ts";
import { type CpuUse, measureCpu } from "../benchmark/cpu_meter.ts";
import { Daemon } from "../benchmark/daemon.ts";
import { intervalErrorsMs } from "../benchmark/intervals.ts";
import { centisecond } from "../benchmark/kind.ts";
import { residentOf } from "../benchmark/memory.ts";
import { SETTLE_MS } from "../benchmark/pair.ts";
import { spreadOf } from "../benchmark/statistics.ts";
import type { ObservedAdvert } from "../benchmark/take_over.ts";
import { Tap } from "../benchmark/tap.ts";
import { PRIORITY } from "../benchmark/vrouters.ts";
import { kindOf } from "./daemon_log.ts";
import { Drafts } from "./drafts.ts";
import type { SoakOptions } from "./options.ts";
import { type Flap, steadinessOf } from "./steadiness.ts";
import type { Line } from "./table.ts";
import { type Stall, stoodStillMs, Witness } from "./witness.ts";

const KIND = centisecond(4);
/** The load begins before we watch, and must not end before we do. */
const LOAD_LONGER_MS = 5000;
/** Nobody who is kept from working for so long can be in time with what is due next. */
const SLACK_MS = KIND.masterDownMs - KIND.intervalMs;
/** So long after it the Master has long had its place again. */
const MENDED_MS = 1000;
/** Of the requests, so many percent at least have to be answered. */
const ANSWERED_PERCENT = 99;
/** Goals of the interval's error, in milliseconds. */
const GOALS = { p99: 2, worst: 8 } as const;

/** What came out of it. */
export interface ShortFindings {
  readonly lines: readonly Line[];
  /** What must not be, in words; empty where all is well. */
  readonly problems: readonly string[];
  /** What else is worth knowing. */
  readonly remarks: readonly string[];
}

interface Watched {
  readonly adverts: readonly ObservedAdvert[];
  readonly master: CpuUse;
  readonly backup: CpuUse;
  /** Changes of state, warnings and errors that r1, ours, has told meanwhile. */
  readonly said: readonly string[];
  readonly stalls: readonly Stall[];
}

/** Two routers at the shortest interval that there is, and busy programs that want their processors. */
export async function soakShort(
  world: World,
  options: SoakOptions,
  progress: (text: string) => void,
): Promise<ShortFindings> {
  // A copy, because the checkout's may be built anew meanwhile.
  const binary = world.path("rvrrpd");
  await Deno.copyFile(RVRRPD, binary);
  await world.unplug("host");
  progress(`${KIND.vrids.length} virtual routers on r1, then on r2`);
  const { virtualMac, observer, api } = options;
  if (api) await addApiNetwork(world);
  const common = { world, binary, network: KIND.network } as const;
  const routers = (priority: number) => KIND.routers({ priority, virtualMac });
  const master = await Daemon.start({
    ...{ ...common, place: "r1", make: "rvrrpd", routers: routers(PRIORITY.master) },
    general: api ? { api: API, debug: 5 } : {},
  });
  await master.untilMaster();
  if (api) await untilApi(master);
  const backup = await Daemon.start({
    ...{ ...common, place: "r2", make: observer, routers: routers(PRIORITY.backup) },
  });
  await delay(SETTLE_MS);
  const watched = { world, master, backup };
  return api
    ? await besideApi(watched, options, progress)
    : await besideBusy(watched, options, progress);
}

interface Pair {
  readonly world: World;
  readonly master: Daemon;
  readonly backup: Daemon;
}

async function besideBusy(
  pair: Pair,
  { watchMs }: SoakOptions,
  progress: (text: string) => void,
): Promise<ShortFindings> {
  const busy = Array.from(
    { length: navigator.hardwareConcurrency },
    () => pair.world.own(new TestProcess({ command: "sh", args: ["-c", "while :; do :; done"] })),
  );
  progress(`watching for ${watchMs / 1000} seconds beside ${busy.length} busy programs`);
  return judge(await watch(pair, watchMs));
}

/** Also here everything is on the same processors: the clients, and the tap. */
async function besideApi(
  pair: Pair,
  { watchMs }: SoakOptions,
  progress: (text: string) => void,
): Promise<ShortFindings> {
  const { world, master } = pair;
  const plan = { ...LOAD, durationMs: watchMs + LOAD_LONGER_MS };
  const load = await ApiLoad.start({ world, machine: CLIENTS, plan });
  const drafts = await Drafts.start(world, world.path("rvrrpd-r1.sock"));
  progress(`watching for ${watchMs / 1000} seconds beside the API's clients`);
  const { lines, problems, remarks } = judge(await watch(pair, watchMs));
  const { judged, wrong } = await drafts.end();
  const { answered, latencyP99Ms } = await load.report();
  const asked = plan.requestsPerS * plan.durationMs / 1000;
  const perS = answered / (plan.durationMs / 1000);
  const memoryMB = await residentOf(master.pid) / 1e6;
  return {
    lines: [
      ...lines,
      { what: "Requests answered in a second", r1: Math.round(perS) },
      { what: "From a request's time to its answer, p99", unit: "ms", r1: latencyP99Ms },
      { what: "Configurations of 1 MB judged", r1: judged },
      { what: "Resident memory at the end", unit: "MB", r1: memoryMB },
    ],
    problems: [
      ...problems,
      ...wrong.map((answer) => `a configuration was answered by ${answer}`),
      ...answered * 100 < asked * ANSWERED_PERCENT
        ? [`only ${answered} of ${asked} requests were answered`]
        : [],
    ],
    remarks,
  };
}

async function watch(
  { world, master, backup }: Pair,
  watchMs: number,
): Promise<Watched> {
  const witness = await Witness.start(world);
  const tap = await Tap.start(world);
  const before = (await master.output()).length;
  const [first, second] = await Promise.all([
    measureCpu(master.pid, watchMs),
    measureCpu(backup.pid, watchMs),
  ]);
  const lines = (await master.output()).slice(before).split("\n");
  const said = lines.filter((line) => kindOf(line) !== "other");
  const { adverts } = KIND.observed(await tap.stop());
  return { adverts, master: first, backup: second, said, stalls: witness.stalls() };
}

function judge({ adverts, master, backup, said, stalls }: Watched): ShortFindings {
  const { fromMs, toMs } = master;
  const steadiness = steadinessOf(adverts, {
    ...KIND,
    ...{ master: KIND.sources.r1, priority: PRIORITY.master, fromMs, toMs },
  });
  const { true: explained = [], false: unexplained = [] } = Object.groupBy(
    steadiness.flaps.map((flap) => ({
      ...flap,
      stoodStillMs: stoodStillMs(stalls, { tMs: flap.tMs, windowMs: KIND.masterDownMs }),
    })),
    ({ stoodStillMs, lastsMs }) =>
      String(stoodStillMs >= SLACK_MS && lastsMs <= MENDED_MS) as "true" | "false",
  );
  const longestStallMs = Math.max(0, ...stalls.map(({ lastsMs }) => lastsMs));
  const watched = adverts.filter(({ tMs }) => tMs >= fromMs && tMs < toMs);
  const error = spreadOf(intervalErrorsMs(watched, KIND.intervalMs));
  const perAdvertUs = ({ usedNs }: CpuUse) => usedNs / 1000 / steadiness.adverts;
  const lines: Line[] = [
    { what: "Times that a virtual router flapped", r1: unexplained.length, goal: 0 },
    { what: "The same while the machine itself stood still for too long", r1: explained.length },
    { what: "Longest time for which the machine stood still", unit: "ms", r1: longestStallMs },
    { what: "Longest time between two of a group", unit: "ms", r1: steadiness.longestGapMs },
    { what: "Error of the interval, p99", unit: "ms", r1: error.p99, goal: GOALS.p99 },
    { what: "Error of the interval, worst", unit: "ms", r1: error.worst, goal: GOALS.worst },
    { what: "Advertisements", r1: steadiness.adverts },
    {
      what: "CPU per advertisement, sent and delivered by r1, received by r2",
      unit: "µs",
      r1: perAdvertUs(master),
      r2: perAdvertUs(backup),
    },
  ];
  const inWords = (flap: Flap & { readonly stoodStillMs: number }) =>
    `group ${flap.vrid}: ${flap.what} at ${new Date(flap.tMs).toISOString()}; ` +
    `the machine stood still for ${flap.stoodStillMs.toFixed(1)} ms of the time before`;
  const isError = (line: string) => /\berror: /.test(line);
  const saying = (line: string) => `r1 said: ${line}`;
  return {
    lines,
    problems: [...unexplained.map(inWords), ...said.filter(isError).map(saying)],
    remarks: [
      ...explained.map(inWords),
      ...said.filter((line) => !isError(line)).map(saying),
    ],
  };
}
