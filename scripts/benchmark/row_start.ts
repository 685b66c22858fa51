import type { RouterSpec } from "../../tests/support/daemon.ts";
import { adverts } from "../../tests/support/traffic.ts";
import { delay } from "../../tests/support/wait.ts";
import { ADDRESS } from "../../tests/support/world.ts";
import { Daemon, type Make } from "./daemon.ts";
import { NotMeasurable } from "./not_measurable.ts";
import type { Row } from "./row.ts";
import { spreadOf } from "./statistics.ts";
import { Tap } from "./tap.ts";
import { addressOf } from "./vrouters.ts";

const STARTS = 5;
/** Ten times and more of what a start takes. */
const START_MS = 2000;

/**
 * rvrrpd sees that the interface has the address; keepalived is told, and with no other address on
 * the interface it would be in Fault.
 */
const OWNER: Readonly<Record<Make, RouterSpec>> = {
  rvrrpd: { vrid: 1, priority: 254, addresses: [`${ADDRESS.r1}/24`] },
  keepalived: { vrid: 1, priority: 255, addresses: [`${addressOf(1)}/32`] },
};

export const START: Row = {
  name: "start",
  figures: [
    { key: "start.p50", what: "Exec to first advertisement of an owner, p50", unit: "ms" },
    {
      key: "start.worst",
      what: `Exec to first advertisement of an owner, worst of ${STARTS}`,
      unit: "ms",
      goal: 150,
    },
  ],
  async measure({ bench, make }) {
    const world = await bench.world();
    const routers = [OWNER[make]];
    const tap = await Tap.start(world);
    const executedMs: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      const options = { world, place: "r1", make, binary: bench.binary, routers } as const;
      const daemon = await Daemon.start(options);
      await delay(START_MS);
      executedMs.push(await daemon.executedMs());
      await daemon.terminate();
    }
    const seen = adverts(await tap.stop()).filter(({ priority }) => priority === 255);
    const took = executedMs.map((fromMs) => {
      const first = seen.find(({ tMs }) => tMs >= fromMs && tMs < fromMs + START_MS);
      if (first === undefined) {
        throw new NotMeasurable("An owner did not advertise after its start");
      }
      return first.tMs - fromMs;
    });
    const { p50, worst } = spreadOf(took);
    return { "start.p50": p50, "start.worst": worst };
  },
};
