import { TestProcess } from "../../tests/support/process.ts";
import { RVRRPD } from "../../tests/support/rvrrpd.ts";
import { delay } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";
import { type CpuUse, measureCpu } from "../benchmark/cpu_meter.ts";
import { Daemon } from "../benchmark/daemon.ts";
import { intervalErrorsMs } from "../benchmark/intervals.ts";
import { centisecond } from "../benchmark/kind.ts";
import { SETTLE_MS } from "../benchmark/pair.ts";
import { spreadOf } from "../benchmark/statistics.ts";
import type { ObservedAdvert } from "../benchmark/take_over.ts";
import { Tap } from "../benchmark/tap.ts";
import { PRIORITY } from "../benchmark/vrouters.ts";
import type { SoakOptions } from "./options.ts";
import { steadinessOf } from "./steadiness.ts";
import type { Line } from "./table.ts";

const KIND = centisecond(4);
/** Goals of the interval's error, in milliseconds. */
const GOALS = { p99: 2, worst: 8 } as const;

/** What came out of it. */
export interface ShortFindings {
  readonly lines: readonly Line[];
  /** What must not be, in words; empty where all is well. */
  readonly problems: readonly string[];
}

interface Watched {
  readonly adverts: readonly ObservedAdvert[];
  readonly master: CpuUse;
  readonly backup: CpuUse;
  /** What the daemons have said meanwhile; r1 is ours. */
  readonly said: readonly string[];
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
  const { virtualMac, observer } = options;
  const common = { world, binary, network: KIND.network } as const;
  const start = (place: "r1" | "r2", make: SoakOptions["observer"], priority: number) =>
    Daemon.start({ ...common, place, make, routers: KIND.routers({ priority, virtualMac }) });
  const master = await start("r1", "rvrrpd", PRIORITY.master);
  await master.untilMaster();
  const backup = await start("r2", observer, PRIORITY.backup);
  await delay(SETTLE_MS);
  const busy = Array.from(
    { length: navigator.hardwareConcurrency },
    () => world.own(new TestProcess({ command: "sh", args: ["-c", "while :; do :; done"] })),
  );
  progress(`watching for ${options.watchMs / 1000} seconds beside ${busy.length} busy programs`);
  return judge(await watch({ world, master, backup }, options.watchMs));
}

async function watch(
  { world, master, backup }: {
    readonly world: World;
    readonly master: Daemon;
    readonly backup: Daemon;
  },
  watchMs: number,
): Promise<Watched> {
  const tap = await Tap.start(world);
  const before = (await master.output()).length;
  const [first, second] = await Promise.all([
    measureCpu(master.pid, watchMs),
    measureCpu(backup.pid, watchMs),
  ]);
  const said = (await master.output()).slice(before).split("\n").filter((line) => line !== "");
  const { adverts } = KIND.observed(await tap.stop());
  return { adverts, master: first, backup: second, said };
}

function judge({ adverts, master, backup, said }: Watched): ShortFindings {
  const { fromMs, toMs } = master;
  const steadiness = steadinessOf(adverts, {
    ...KIND,
    ...{ master: KIND.sources.r1, priority: PRIORITY.master, fromMs, toMs },
  });
  const watched = adverts.filter(({ tMs }) => tMs >= fromMs && tMs < toMs);
  const error = spreadOf(intervalErrorsMs(watched, KIND.intervalMs));
  const perAdvertUs = ({ usedNs }: CpuUse) => usedNs / 1000 / steadiness.adverts;
  const lines: Line[] = [
    { what: "Virtual routers that flapped", r1: steadiness.flaps.length, goal: 0 },
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
  return { lines, problems: [...steadiness.flaps, ...said.map((line) => `r1 said: ${line}`)] };
}
