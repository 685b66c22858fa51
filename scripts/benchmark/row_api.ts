import { type ApiScene, observeApi } from "./api_scene.ts";
import type { Figure, Measured } from "./figure.ts";
import { intervalErrorsMs } from "./intervals.ts";
import { NotMeasurable } from "./not_measurable.ts";
import type { Row } from "./row.ts";
import { spreadOf } from "./statistics.ts";
import { INTERVAL_MS, VRIDS } from "./vrouters.ts";

const MB = 1e6;
const MS_PER_S = 1000;

/** As many virtual routers as an interface takes, and as many as somebody may really have. */
const COUNTS = [VRIDS.length, 20] as const;

/** Without its key's first part, which tells the number of virtual routers. */
const FIGURES: readonly Figure[] = [
  { key: "quiet.p50", what: "interval error without requests, p50", unit: "ms" },
  { key: "quiet.p99", what: "interval error without requests, p99", unit: "ms", goal: 0.75 },
  { key: "quiet.worst", what: "interval error without requests, worst", unit: "ms" },
  { key: "load.p50", what: "interval error under load, p50", unit: "ms" },
  { key: "load.p99", what: "interval error under load, p99", unit: "ms", goal: 0.75 },
  { key: "load.worst", what: "interval error under load, worst", unit: "ms" },
  { key: "answered", what: "requests answered, of 500", unit: "1/s", goal: 495, kind: "rate" },
  { key: "latency", what: "from a request's time to its answer, p99", unit: "ms" },
  { key: "memory.before", what: "resident memory before the load", unit: "MB", goal: 100 },
  { key: "memory.end", what: "resident memory at the load's end", unit: "MB" },
  { key: "memory.growth", what: "its growth in the load's last half", unit: "MB" },
];

export const API: Row = {
  name: "api",
  figures: COUNTS.flatMap((count) =>
    FIGURES.map((figure) => ({
      ...figure,
      key: keyOf(count, figure.key),
      what: `API, ${count} virtual routers: ${figure.what}`,
      alone: "keepalived has no API",
    }))
  ),
  async measure({ bench }) {
    const measured: Record<string, number> = {};
    for (const count of COUNTS) {
      const figures = Object.entries(measuredOf(await observeApi(bench, count)));
      for (const [key, value] of figures) measured[keyOf(count, key)] = value;
    }
    return measured;
  },
};

function keyOf(count: number, key: string): string {
  return `api.${count}.${key}`;
}

function measuredOf({ quiet, loaded, load, memory }: ApiScene): Measured {
  const { refusedBodies, endedStreams, answered, fromMs, toMs, latencyP99Ms } = load;
  if (endedStreams > 0) throw new NotMeasurable(`${endedStreams} event streams were ended`);
  if (refusedBodies === 0) throw new NotMeasurable("No slow and large body was refused");
  if (answered === 0) {
    throw new NotMeasurable(`No request was answered: ${JSON.stringify(load.wrong)}`);
  }
  const before = spreadOf(intervalErrorsMs(quiet, INTERVAL_MS));
  const during = spreadOf(intervalErrorsMs(loaded, INTERVAL_MS));
  return {
    "quiet.p50": before.p50,
    "quiet.p99": before.p99,
    "quiet.worst": before.worst,
    "load.p50": during.p50,
    "load.p99": during.p99,
    "load.worst": during.worst,
    answered: answered / ((toMs - fromMs) / MS_PER_S),
    latency: latencyP99Ms,
    "memory.before": memory.before / MB,
    "memory.end": memory.end / MB,
    "memory.growth": (memory.end - memory.middle) / MB,
  };
}
