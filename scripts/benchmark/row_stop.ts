import { adverts, claims } from "../../tests/support/traffic.ts";
import { delay } from "../../tests/support/wait.ts";
import { ADDRESS } from "../../tests/support/world.ts";
import { NotMeasurable } from "./not_measurable.ts";
import { startPair } from "./pair.ts";
import type { Row } from "./row.ts";
import { spreadOf } from "./statistics.ts";
import { takeOvers } from "./take_over.ts";
import { Tap } from "./tap.ts";
import { SKEW_MS, VRIDS } from "./vrouters.ts";

const AFTER_MS = 3000;
const LATE = "SIGTERM: Backup's first advertisement after farewell and skew time";

/** The Master is asked to stop, and says farewell (priority 0) for each group. */
export const STOP: Row = {
  name: "stop",
  figures: [
    { key: "stop.farewell", what: "SIGTERM: until the last farewell of 255", unit: "ms" },
    { key: "stop.late.p50", what: `${LATE}, p50`, unit: "ms" },
    { key: "stop.late.worst", what: `${LATE}, worst of 255`, unit: "ms", goal: 15 },
    { key: "stop.exit", what: "SIGTERM: until the process has ended", unit: "ms" },
  ],
  async measure({ bench, make }) {
    const world = await bench.world();
    const pair = { world, make, binary: bench.binary, virtualMac: "none" } as const;
    const { master } = await startPair(pair);
    const tap = await Tap.start(world);
    const askedMs = Date.now();
    const exitMs = await master.terminate();
    await delay(SKEW_MS + AFTER_MS);
    const frames = await tap.stop();
    const seen = { adverts: adverts(frames), claims: claims(frames) };
    const farewells = seen.adverts.filter(({ priority }) => priority === 0);
    const silent = VRIDS.length - new Set(farewells.map(({ vrid }) => vrid)).size;
    if (silent > 0) throw new NotMeasurable(`${silent} of ${VRIDS.length} said no farewell`);
    const moved = takeOvers(seen, {
      from: ADDRESS.r1,
      to: ADDRESS.r2,
      waitMs: SKEW_MS,
      vrids: VRIDS,
    });
    const { p50, worst } = spreadOf(moved.map(({ advertMs, dueMs }) => advertMs - dueMs));
    return {
      "stop.farewell": Math.max(...farewells.map(({ tMs }) => tMs)) - askedMs,
      "stop.late.p50": p50,
      "stop.late.worst": worst,
      "stop.exit": exitMs,
    };
  },
};
