import { jsonAnswer, textAnswer } from "./answer.ts";
import { Done, ErrorBody } from "./answer_schemas.ts";
import { METRICS_TYPE, metricsText } from "./metrics.ts";
import type { Call, Operation, Workbench } from "./operation.ts";
import { Refusal } from "./refusal.ts";

const SILENT = { description: "The engine does not answer.", schema: ErrorBody } as const;

/** What machines ask for to watch the daemon. */
export const HEALTH_OPERATIONS: readonly Operation[] = [
  {
    id: "health",
    method: "GET",
    path: "/healthz",
    summary: "Whether the engine answers within a second.",
    access: "open",
    answers: { 200: { description: "It does.", schema: Done }, 503: SILENT },
    handle: async (_call, { engine }) => {
      await engine.snapshot();
      return jsonAnswer({ done: true });
    },
  },
  {
    id: "metrics",
    method: "GET",
    path: "/metrics",
    summary: "Metrics in Prometheus' text form.",
    access: "metrics",
    answers: {
      200: { description: "All metrics.", type: METRICS_TYPE },
      401: { description: "Nobody has signed in, and metrics are not open." },
      404: { description: "Metrics are off.", schema: ErrorBody },
      503: SILENT,
    },
    handle: metrics,
  },
];

async function metrics({ isLocal }: Call, bench: Workbench): Promise<Response> {
  const { settings, engine, streams, clock } = bench;
  if (settings.metrics === "off" && !isLocal) throw new Refusal(404, "Metrics are turned off");
  const snapshot = await engine.snapshot();
  const text = metricsText(snapshot, {
    nowMs: clock(),
    version: settings.daemon.version,
    streams: streams.count,
    residentBytes: Deno.memoryUsage().rss,
  });
  return textAnswer(text, METRICS_TYPE);
}
