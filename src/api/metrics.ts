import { MS_PER_S } from "../base/units.ts";
import {
  DURATION_BOUNDS_MS,
  type Durations,
  type ProcessSnapshot,
  type RouterSnapshot,
  type Snapshot,
} from "../runtime/snapshot.ts";
import { oncePer } from "./snapshot_views.ts";

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const STATES = ["Init", "Backup", "Master", "Fault", "Down"] as const;

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [labels: Labels, value: number];

interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: (router: RouterSnapshot) => readonly Sample[];
}

/** What is told of each virtual router; its own labels are added to those given here. */
const ROUTER_METRICS: readonly Metric[] = [
  {
    name: "rvrrpd_state",
    type: "gauge",
    help: "1 for the state that the virtual router is in, 0 for the others.",
    samples: ({ state }) => STATES.map((one) => [{ state: one }, one === state ? 1 : 0]),
  },
  {
    name: "rvrrpd_state_since_timestamp_seconds",
    type: "gauge",
    help: "When the state was entered, in seconds since 1970.",
    samples: ({ sinceMs }) => [[{}, sinceMs / MS_PER_S]],
  },
  {
    name: "rvrrpd_priority",
    type: "gauge",
    help: "The priority in effect.",
    samples: ({ effectivePriority }) => [[{}, effectivePriority]],
  },
  {
    name: "rvrrpd_transitions_total",
    type: "counter",
    help: "How often the virtual router has come into each state.",
    samples: ({ entries }) => STATES.map((to) => [{ to }, entries[to] ?? 0]),
  },
  {
    name: "rvrrpd_became_master_total",
    type: "counter",
    help: "How often the virtual router has become Master.",
    samples: ({ counters }) => [[{}, counters.becameMaster]],
  },
  {
    name: "rvrrpd_adverts_received_total",
    type: "counter",
    help: "Advertisements that were accepted.",
    samples: ({ counters }) => [[{}, counters.received]],
  },
  {
    name: "rvrrpd_adverts_sent_total",
    type: "counter",
    help: "Advertisements that were sent.",
    samples: ({ counters }) => [[{}, counters.sent]],
  },
  {
    name: "rvrrpd_send_errors_total",
    type: "counter",
    help: "Advertisements that the kernel did not take.",
    samples: ({ counters }) => [[{}, counters.sendErrors]],
  },
  {
    name: "rvrrpd_adverts_interval_differs_total",
    type: "counter",
    help: "Advertisements of version 3 that were accepted with another interval than ours.",
    samples: ({ version, counters }) => version === 3 ? [[{}, counters.intervalDiffers]] : [],
  },
  {
    name: "rvrrpd_adverts_checksum_total",
    type: "counter",
    help: "Accepted advertisements of version 3 over IPv4, by what their checksum covers.",
    samples: ({ version, family, counters }) =>
      version === 3 && family === 4
        ? [
          [{ form: "rfc5798" }, counters.checksumRfc5798],
          [{ form: "rfc9568" }, counters.checksumRfc9568],
        ]
        : [],
  },
  {
    name: "rvrrpd_packets_rejected_total",
    type: "counter",
    help: "Packets that were not accepted, by reason.",
    samples: ({ counters }) =>
      Object.entries(counters.rejected).map(([reason, count]) => [{ reason }, count]),
  },
];

interface DurationMetric {
  readonly name: string;
  readonly help: string;
  readonly durations: (whole: ProcessSnapshot) => Durations;
}

const DURATION_METRICS: readonly DurationMetric[] = [
  {
    name: "rvrrpd_engine_lateness_seconds",
    help: "How late the engine was woken for what was due.",
    durations: ({ lateness }) => lateness,
  },
  {
    name: "rvrrpd_advert_interval_error_seconds",
    help: "How much later than their interval demands advertisements were sent.",
    durations: ({ advertLateness }) => advertLateness,
  },
  {
    name: "rvrrpd_take_over_duration_seconds",
    help: "From the decision to be Master to the last announcement of it.",
    durations: ({ takeOvers }) => takeOvers,
  },
];

/** What the API's own thread knows. */
export interface OwnFacts {
  readonly nowMs: number;
  readonly version: string;
  readonly streams: number;
  readonly residentBytes: number;
}

/** All metrics in Prometheus' text form. */
export function metricsText(snapshot: Snapshot, facts: OwnFacts): string {
  return `${ownLines(snapshot, facts).join("\n")}\n${engineText(snapshot)}`;
}

/** What may differ from one answer to the next. */
function ownLines({ process }: Snapshot, facts: OwnFacts): string[] {
  return [
    ...single({ name: "rvrrpd_build_info", type: "gauge", help: "1; the version is a label." }, [
      [{ version: facts.version }, 1],
    ]),
    ...single({
      name: "process_start_time_seconds",
      type: "gauge",
      help: "When the process started, in seconds since 1970.",
    }, [[{}, process.startedMs / MS_PER_S]]),
    ...single({
      name: "process_resident_memory_bytes",
      type: "gauge",
      help: "Memory that the process holds.",
    }, [[{}, facts.residentBytes]]),
    ...single({
      name: "rvrrpd_event_streams",
      type: "gauge",
      help: "Event streams that are open.",
    }, [[{}, facts.streams]]),
  ];
}

/** All that the snapshot alone decides. */
const engineText = oncePer(({ routers, process }: Snapshot): string => {
  const lines = [
    ...single({
      name: "rvrrpd_stray_packets_rejected_total",
      type: "counter",
      help: "Packets that were meant for no virtual router or cut short, by reason.",
    }, strays(process)),
    ...DURATION_METRICS.flatMap((metric) => histogram(metric, metric.durations(process))),
    ...ROUTER_METRICS.flatMap((metric) => {
      const samples = routers.flatMap((router) =>
        metric.samples(router).map(([labels, value]): Sample => [
          { ...routerLabels(router), ...labels },
          value,
        ])
      );
      return single(metric, samples);
    }),
  ];
  return `${lines.join("\n")}\n`;
});

function routerLabels({ group, interface: name, family, version }: RouterSnapshot): Labels {
  return { group, interface: name, family, version };
}

function strays({ strays }: ProcessSnapshot): Sample[] {
  return strays.flatMap(({ interface: name, rejected }) =>
    Object.entries(rejected).map(([reason, count]): Sample => [{ interface: name, reason }, count])
  );
}

function histogram(
  { name, help }: Pick<DurationMetric, "name" | "help">,
  { counts, sumMs }: Durations,
): string[] {
  let sum = 0;
  const buckets = DURATION_BOUNDS_MS.map((boundMs, index) => {
    sum += counts[index] ?? 0;
    return sample(`${name}_bucket`, { le: boundMs / MS_PER_S }, sum);
  });
  const count = counts.reduce((total, one) => total + one, 0);
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...buckets,
    sample(`${name}_bucket`, { le: "+Inf" }, count),
    sample(`${name}_sum`, {}, sumMs / MS_PER_S),
    sample(`${name}_count`, {}, count),
  ];
}

function single(
  { name, type, help }: Pick<Metric, "name" | "type" | "help">,
  samples: readonly Sample[],
): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => sample(name, labels, value)),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(String(text))}"`);
  return pairs.length === 0 ? `${name} ${value}` : `${name}{${pairs.join(",")}} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
