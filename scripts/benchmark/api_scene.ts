import { adverts, type SeenAdvert } from "../../tests/support/traffic.ts";
import { delay } from "../../tests/support/wait.ts";
import { addApiNetwork, API, CLIENTS, LOAD, untilApi } from "./api_access.ts";
import { ApiLoad } from "./api_load/load.ts";
import type { LoadReport } from "./api_load/plan.ts";
import type { Bench } from "./bench.ts";
import { Daemon } from "./daemon.ts";
import { residentOf } from "./memory.ts";
import { NotMeasurable } from "./not_measurable.ts";
import { SETTLE_MS } from "./pair.ts";
import { Tap } from "./tap.ts";
import { PRIORITY, VRIDS, vrouters } from "./vrouters.ts";

/** The load lasts this many times as long as intervals are watched elsewhere. */
const LOAD_WATCHES = 3;

/** What one daemon did, first in peace and then with the API under load. */
export interface ApiScene {
  readonly quiet: readonly SeenAdvert[];
  readonly loaded: readonly SeenAdvert[];
  readonly load: LoadReport;
  /** Resident memory in bytes. */
  readonly memory: {
    readonly before: number;
    /** In the middle of the load, when every connection has long been open. */
    readonly middle: number;
    /** With every connection still open. */
    readonly end: number;
  };
}

/** A Master alone with `count` (1–255) virtual routers. */
export async function observeApi(bench: Bench, count: number): Promise<ApiScene> {
  const world = await bench.world();
  await addApiNetwork(world);
  const daemon = await Daemon.start({
    world,
    place: "r1",
    make: "rvrrpd",
    binary: bench.binary,
    routers: vrouters({ vrids: VRIDS.slice(0, count), priority: PRIORITY.master }),
    general: { api: API },
  });
  await daemon.untilMaster();
  await untilApi(daemon);
  const tap = await Tap.start(world);
  await delay(SETTLE_MS);
  const quietFromMs = Date.now();
  await delay(bench.watchMs);
  const quietToMs = Date.now();
  const before = await residentOf(daemon.pid);
  const plan = { ...LOAD, durationMs: LOAD_WATCHES * bench.watchMs };
  const running = await ApiLoad.start({ world, machine: CLIENTS, plan });
  await delay(plan.durationMs / 2);
  const middle = await residentOf(daemon.pid);
  const load = await running.report();
  const end = await residentOf(daemon.pid);
  const seen = adverts(await tap.stop());
  return {
    quiet: between(seen, { fromMs: quietFromMs, toMs: quietToMs, count }),
    loaded: between(seen, { ...load, count }),
    load,
    memory: { before, middle, end },
  };
}

/** Those of a time, in milliseconds since the epoch; throws {@linkcode NotMeasurable} where a Master is missing. */
function between(
  seen: readonly SeenAdvert[],
  { fromMs, toMs, count }: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly count: number;
  },
): SeenAdvert[] {
  const found = seen.filter(({ tMs }) => tMs >= fromMs && tMs < toMs);
  const silent = count - new Set(found.map(({ vrid }) => vrid)).size;
  if (silent > 0) throw new NotMeasurable(`${silent} of ${count} Masters were silent`);
  return found;
}
