import { adverts, type SeenAdvert } from "../../tests/support/traffic.ts";
import { delay, eventually } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";
import { ApiLoad } from "./api_load/load.ts";
import type { LoadPlan, LoadReport } from "./api_load/plan.ts";
import type { Bench } from "./bench.ts";
import { Daemon } from "./daemon.ts";
import { residentOf } from "./memory.ts";
import { NotMeasurable } from "./not_measurable.ts";
import { SETTLE_MS } from "./pair.ts";
import { Tap } from "./tap.ts";
import { PRIORITY, VRIDS, vrouters } from "./vrouters.ts";

/** The load lasts this many times as long as intervals are watched elsewhere. */
const LOAD_WATCHES = 3;

/** A network of its own: neither is the load on the tap, nor are advertisements sent to the clients. */
const API_NETWORK = { daemon: "10.8.0.1", clients: "10.8.0.3" } as const;

const LOAD: Omit<LoadPlan, "durationMs"> = {
  hostname: API_NETWORK.daemon,
  port: 7080,
  credentials: "admin:banana",
  requestsPerS: 500,
  clients: 50,
  streams: 150,
  unreadStreams: 50,
  idle: 1000,
  slowBodies: 20,
};

/** Who signs in with {@linkcode LOAD}'s credentials. */
const USER = "{{SHA256}}admin:0:1eb7ac761a1201f9:" +
  "3df024b5dc20a168d6a3fe406c65ec286e71c61c9c738e079ddd6dae255ee695";

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
  const daemon = await startDaemon({ world, bench, count });
  const tap = await Tap.start(world);
  await delay(SETTLE_MS);
  const quietFromMs = Date.now();
  await delay(bench.watchMs);
  const quietToMs = Date.now();
  const before = await residentOf(daemon.pid);
  const plan = { ...LOAD, durationMs: LOAD_WATCHES * bench.watchMs };
  const running = await ApiLoad.start({ world, machine: "host", plan });
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

async function startDaemon(
  { world, bench, count }: {
    readonly world: World;
    readonly bench: Bench;
    readonly count: number;
  },
): Promise<Daemon> {
  await world.addBridge("br1");
  const link = { name: "eth1", bridge: "br1" } as const;
  const ends = [
    { machine: "r1", mac: "02:00:00:00:01:01", address: `${API_NETWORK.daemon}/24` },
    { machine: "host", mac: "02:00:00:00:01:03", address: `${API_NETWORK.clients}/24` },
  ] as const;
  for (const end of ends) await world.addLink({ ...link, ...end });
  const daemon = await Daemon.start({
    world,
    place: "r1",
    make: "rvrrpd",
    binary: bench.binary,
    routers: vrouters({ vrids: VRIDS.slice(0, count), priority: PRIORITY.master }),
    general: { api: { users: [USER], host: `${LOAD.hostname}:${LOAD.port}` } },
  });
  await daemon.untilMaster();
  const listens = async () => (await daemon.output()).includes("The client API listens on");
  await eventually(listens, { what: "the client API" });
  return daemon;
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
