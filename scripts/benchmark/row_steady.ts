import { adverts } from "../../tests/support/traffic.ts";
import { delay } from "../../tests/support/wait.ts";
import { measureCpu } from "./cpu_meter.ts";
import { Daemon } from "./daemon.ts";
import { intervalErrorsMs } from "./intervals.ts";
import { NotMeasurable } from "./not_measurable.ts";
import { SETTLE_MS } from "./pair.ts";
import type { Row } from "./row.ts";
import { spreadOf } from "./statistics.ts";
import { Tap } from "./tap.ts";
import { INTERVAL_MS, PRIORITY, VRIDS, vrouters } from "./vrouters.ts";

/**
 * A Master alone: what a Backup does on arrival would partly be counted as the sender's time,
 * because the kernel delivers on a veth while it sends.
 */
export const STEADY: Row = {
  name: "steady",
  figures: [
    { key: "interval.p50", what: "Error of the advertisement interval, p50", unit: "ms" },
    {
      key: "interval.p99",
      what: "Error of the advertisement interval, p99",
      unit: "ms",
      goal: 0.75,
    },
    { key: "interval.worst", what: "Error of the advertisement interval, worst", unit: "ms" },
    { key: "cpu.sent", what: "CPU per advertisement sent", unit: "µs", goal: 26 },
  ],
  async measure({ bench, make }) {
    const world = await bench.world();
    const routers = vrouters({ priority: PRIORITY.master });
    const options = { world, place: "r1", make, binary: bench.binary, routers } as const;
    const daemon = await Daemon.start(options);
    await daemon.untilMaster();
    const tap = await Tap.start(world);
    await delay(SETTLE_MS);
    const cpu = await measureCpu(daemon.pid, bench.watchMs);
    const seen = adverts(await tap.stop())
      .filter(({ tMs }) => tMs >= cpu.fromMs && tMs < cpu.toMs);
    const silent = VRIDS.length - new Set(seen.map(({ vrid }) => vrid)).size;
    if (silent > 0) throw new NotMeasurable(`${silent} of ${VRIDS.length} Masters were silent`);
    const { p50, p99, worst } = spreadOf(intervalErrorsMs(seen, INTERVAL_MS));
    return {
      "interval.p50": p50,
      "interval.p99": p99,
      "interval.worst": worst,
      "cpu.sent": cpu.usedNs / 1000 / seen.length,
    };
  },
};
