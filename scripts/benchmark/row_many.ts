import { delay } from "../../tests/support/wait.ts";
import { AddressMonitor } from "./address_monitor.ts";
import type { Measurement } from "./bench.ts";
import {
  type Cable,
  cables,
  layCables,
  MOST_CABLES,
  WIDE_NETWORK,
  wideVrouters,
} from "./cables.ts";
import { type CpuUse, measureCpu } from "./cpu_meter.ts";
import { Daemon, type Place } from "./daemon.ts";
import type { Figure, Measured } from "./figure.ts";
import { SETTLE_MS } from "./pair.ts";
import type { Row } from "./row.ts";
import { spreadOf } from "./statistics.ts";
import { type TakenOver, takeOvers } from "./take_over.ts";
import { MASTER_DOWN_MS, PRIORITY, VRIDS } from "./vrouters.ts";
import { lastFarewellMs, masterOfAllMs } from "./wide_events.ts";
import { WideTaps } from "./wide_taps.ts";

const WIDE: readonly Cable[] = cables(MOST_CABLES);
const COUNT = WIDE.length * VRIDS.length;
const WHERE = `${WIDE.length} interfaces × ${VRIDS.length}`;

/** For a daemon that is very late: one that works through thousands takes seconds. */
const AFTER_MS = 6000;

const FIGURES: readonly Figure[] = [
  { key: "many.start", what: "exec until all have spoken as Master", unit: "ms" },
  { key: "many.cpu.sent", what: "CPU per advertisement sent", unit: "µs", goal: 26 },
  { key: "many.cpu.received", what: "CPU per advertisement received", unit: "µs" },
  {
    key: "many.p50",
    what: "first advertisement after the Master-Down interval, p50",
    unit: "ms",
  },
  {
    key: "many.worst",
    what: `first advertisement after the Master-Down interval, worst of ${COUNT}`,
    unit: "ms",
    goal: 250,
  },
  {
    key: "many.announced",
    what: `an address's first gratuitous ARP after it, last of ${COUNT}`,
    unit: "ms",
  },
  {
    key: "many.farewell",
    what: `SIGTERM: until the last farewell of ${COUNT}`,
    unit: "ms",
    goal: 1000,
  },
  {
    key: "many.addresses",
    what: "SIGTERM: until the last address has gone",
    unit: "ms",
    goal: 1000,
  },
  { key: "many.exit", what: "SIGTERM: until the process has ended", unit: "ms" },
];

/** Virtual routers on many interfaces, from their start on one router to their stop on the other. */
export const MANY: Row = {
  name: "many",
  figures: FIGURES.map((figure) => ({ ...figure, what: `${WHERE}: ${figure.what}` })),
  async measure(measurement) {
    const { taps, ...noted } = await observe(measurement);
    const seen: OfCable[] = [];
    for await (const [cable, observed] of taps.read()) seen.push(ofCable(cable, observed, noted));
    return measuredOf(noted, seen);
  },
};

/** What is known without the taps. Times are milliseconds since the epoch. */
interface Noted {
  readonly executedMs: number;
  readonly sending: CpuUse;
  readonly receiving: CpuUse;
  readonly askedToStopMs: number;
  readonly addressesGoneMs: number;
  readonly exitMs: number;
}

async function observe({ bench, make }: Measurement): Promise<Noted & { taps: WideTaps }> {
  const world = await bench.world();
  await layCables(world, WIDE);
  const taps = await WideTaps.start(world, WIDE);
  const start = (place: Place, priority: number) => {
    const routers = wideVrouters(WIDE, { priority });
    const network = WIDE_NETWORK;
    return Daemon.start({ world, place, make, binary: bench.binary, routers, network });
  };
  const master = await start("r1", PRIORITY.master);
  await master.untilMaster();
  await delay(SETTLE_MS);
  // Alone, as the kernel would deliver to the Backup in the Master's time.
  const sending = await measureCpu(master.pid, bench.watchMs);
  const backup = await start("r2", PRIORITY.backup);
  await delay(SETTLE_MS);
  const receiving = await measureCpu(backup.pid, bench.watchMs);
  await master.kill();
  await world.unplug("r1", WIDE.map(({ interfaceName }) => interfaceName));
  await backup.untilMaster();
  await delay(AFTER_MS);
  const monitor = await AddressMonitor.start(world, "r2");
  const askedToStopMs = Date.now();
  const exitMs = await backup.terminate();
  const addressesGoneMs = await monitor.lastGoneMs(
    WIDE.flatMap(({ addressOf }) => VRIDS.map(addressOf)),
  );
  await taps.end();
  const executedMs = await master.executedMs();
  return { taps, executedMs, sending, receiving, askedToStopMs, addressesGoneMs, exitMs };
}

interface OfCable {
  readonly masterMs: number;
  readonly sent: number;
  readonly received: number;
  readonly moved: readonly TakenOver[];
  readonly farewellMs: number;
}

function ofCable(
  { addresses }: Cable,
  observed: Parameters<typeof takeOvers>[0],
  { sending, receiving }: Noted,
): OfCable {
  const { adverts } = observed;
  const during = ({ fromMs, toMs }: CpuUse) =>
    adverts.filter(({ tMs }) => tMs >= fromMs && tMs < toMs).length;
  const change = { from: addresses.r1, to: addresses.r2, waitMs: MASTER_DOWN_MS, vrids: VRIDS };
  return {
    masterMs: masterOfAllMs(adverts, { source: addresses.r1, vrids: VRIDS }),
    sent: during(sending),
    received: during(receiving),
    moved: takeOvers(observed, change),
    farewellMs: lastFarewellMs(adverts, { source: addresses.r2, vrids: VRIDS }),
  };
}

function measuredOf(noted: Noted, seen: readonly OfCable[]): Measured {
  const total = (key: "sent" | "received") => seen.reduce((sum, one) => sum + one[key], 0);
  const latest = (key: "masterMs" | "farewellMs") => Math.max(...seen.map((one) => one[key]));
  const moved = seen.flatMap((one) => one.moved);
  const late = spreadOf(moved.map(({ advertMs, dueMs }) => advertMs - dueMs));
  const { executedMs, sending, receiving, askedToStopMs, addressesGoneMs, exitMs } = noted;
  return {
    "many.start": latest("masterMs") - executedMs,
    "many.cpu.sent": sending.usedNs / 1000 / total("sent"),
    "many.cpu.received": receiving.usedNs / 1000 / total("received"),
    "many.p50": late.p50,
    "many.worst": late.worst,
    "many.announced": Math.max(...moved.map(({ announcedMs, dueMs }) => announcedMs - dueMs)),
    "many.farewell": latest("farewellMs") - askedToStopMs,
    "many.addresses": addressesGoneMs - askedToStopMs,
    "many.exit": exitMs,
  };
}
