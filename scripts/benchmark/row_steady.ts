import { delay } from "../../tests/support/wait.ts";
import { measureCpu } from "./cpu_meter.ts";
import { Daemon } from "./daemon.ts";
import { intervalErrorsMs } from "./intervals.ts";
import { centisecond, type Kind, SECOND } from "./kind.ts";
import { NotMeasurable } from "./not_measurable.ts";
import { SETTLE_MS } from "./pair.ts";
import type { Row } from "./row.ts";
import { spreadOf } from "./statistics.ts";
import { Tap } from "./tap.ts";
import { PRIORITY } from "./vrouters.ts";

interface SteadyOptions {
  readonly name: string;
  readonly kind: Kind;
  /** Whom the texts speak of; nobody where it is the usual. */
  readonly where?: string;
  /** In milliseconds, and CPU in microseconds. */
  readonly goals: { readonly p99: number; readonly worst?: number; readonly cpu?: number };
}

/** Version 2, an advertisement a second. */
export const STEADY: Row = steadyRow({
  name: "steady",
  kind: SECOND,
  goals: { p99: 0.75, cpu: 26 },
});

/** Version 3 at its shortest interval. */
export const STEADY_CENTISECOND: readonly Row[] = ([4, 6] as const).map((family) =>
  steadyRow({
    name: `steady-v3-ipv${family}`,
    kind: centisecond(family),
    where: `v3, IPv${family}, 10 ms, 20 virtual routers: `,
    goals: { p99: 2, worst: 8 },
  })
);

/**
 * A Master alone: what a Backup does on arrival would partly be counted as the sender's time,
 * because the kernel delivers on a veth while it sends.
 */
function steadyRow({ name, kind, where = "", goals }: SteadyOptions): Row {
  const prefix = name === "steady" ? "" : `${name}.`;
  return {
    name,
    figures: figuresOf({ prefix, where, goals }),
    async measure({ bench, make }) {
      const world = await bench.world({ ipv6: kind.family === 6 });
      const routers = kind.routers({ priority: PRIORITY.master });
      const { network } = kind;
      const options = { world, place: "r1", make, binary: bench.binary, routers, network } as const;
      const daemon = await Daemon.start(options);
      await daemon.untilMaster();
      const tap = await Tap.start(world);
      await delay(SETTLE_MS);
      const cpu = await measureCpu(daemon.pid, bench.watchMs);
      const seen = kind.observed(await tap.stop()).adverts
        .filter(({ tMs }) => tMs >= cpu.fromMs && tMs < cpu.toMs);
      const silent = kind.vrids.length - new Set(seen.map(({ vrid }) => vrid)).size;
      if (silent > 0) {
        throw new NotMeasurable(`${silent} of ${kind.vrids.length} Masters were silent`);
      }
      const { p50, p99, worst } = spreadOf(intervalErrorsMs(seen, kind.intervalMs));
      return {
        [`${prefix}interval.p50`]: p50,
        [`${prefix}interval.p99`]: p99,
        [`${prefix}interval.worst`]: worst,
        [`${prefix}cpu.sent`]: cpu.usedNs / 1000 / seen.length,
      };
    },
  };
}

function figuresOf(
  { prefix, where, goals }: Pick<SteadyOptions, "goals"> & {
    readonly prefix: string;
    readonly where: string;
  },
): Row["figures"] {
  const what = `${where}Error of the advertisement interval`;
  const goal = (value: number | undefined) => value === undefined ? {} : { goal: value };
  return [
    { key: `${prefix}interval.p50`, what: `${what}, p50`, unit: "ms" },
    { key: `${prefix}interval.p99`, what: `${what}, p99`, unit: "ms", ...goal(goals.p99) },
    { key: `${prefix}interval.worst`, what: `${what}, worst`, unit: "ms", ...goal(goals.worst) },
    {
      key: `${prefix}cpu.sent`,
      what: `${where}CPU per advertisement sent`,
      unit: "µs",
      ...goal(goals.cpu),
    },
  ];
}
