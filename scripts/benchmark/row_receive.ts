import { adverts } from "../../tests/support/traffic.ts";
import { delay } from "../../tests/support/wait.ts";
import { ADDRESS } from "../../tests/support/world.ts";
import type { Measurement } from "./bench.ts";
import { measureCpu } from "./cpu_meter.ts";
import { Daemon } from "./daemon.ts";
import { type Pace, startGenerator } from "./generator.ts";
import { NotMeasurable } from "./not_measurable.ts";
import { SETTLE_MS } from "./pair.ts";
import type { Row } from "./row.ts";
import { Tap } from "./tap.ts";
import { PRIORITY, vrouters } from "./vrouters.ts";

export const RECEIVE: Row = {
  name: "receive",
  figures: [
    { key: "cpu.burst", what: "CPU per advertisement received, one burst a second", unit: "µs" },
    { key: "cpu.spread", what: "CPU per advertisement received, evenly spread", unit: "µs" },
  ],
  async measure(measurement) {
    return {
      "cpu.burst": await cpuPerAdvertUs(measurement, "burst"),
      "cpu.spread": await cpuPerAdvertUs(measurement, "spread"),
    };
  },
};

async function cpuPerAdvertUs({ bench, make }: Measurement, pace: Pace): Promise<number> {
  const world = await bench.world();
  await startGenerator(world, pace);
  const routers = vrouters({ priority: PRIORITY.backup });
  const options = { world, place: "r2", make, binary: bench.binary, routers } as const;
  const daemon = await Daemon.start(options);
  await delay(SETTLE_MS);
  const tap = await Tap.start(world);
  const cpu = await measureCpu(daemon.pid, bench.watchMs);
  const seen = adverts(await tap.stop());
  if (seen.some(({ source }) => source === ADDRESS.r2)) {
    throw new NotMeasurable("The Backup did not stay one, although it was sent advertisements");
  }
  const received = seen.filter(({ tMs }) => tMs >= cpu.fromMs && tMs < cpu.toMs).length;
  if (received === 0) throw new NotMeasurable("No advertisement was sent to the Backup");
  return cpu.usedNs / 1000 / received;
}
