import { type Cable } from "../benchmark/cables.ts";
import { NotMeasurable } from "../benchmark/not_measurable.ts";
import { spreadOf } from "../benchmark/statistics.ts";
import { type Observed, type TakenOver, takeOvers } from "../benchmark/take_over.ts";
import { MASTER_DOWN_MS, PRIORITY, VRIDS } from "../benchmark/vrouters.ts";
import { lastFarewellMs, masterOfAllMs } from "../benchmark/wide_events.ts";
import type { WideTaps } from "../benchmark/wide_taps.ts";
import type { Noted, Watched } from "./soak.ts";
import { type Steadiness, steadinessOf } from "./steadiness.ts";
import type { Line } from "./table.ts";

/** What came out of a soak. */
export interface Findings {
  readonly lines: readonly Line[];
  /** What must not be, in words; empty where all is well. */
  readonly problems: readonly string[];
  /** Warnings and errors that the daemons have written. */
  readonly complaints: readonly string[];
}

/** What one cable carried. */
interface OfCable {
  readonly masterMs: number;
  readonly steadiness: Steadiness;
  readonly moved: readonly TakenOver[];
  readonly farewellMs: number;
}

/** @param count How many virtual routers there were. */
export async function findingsOf(noted: Noted, taps: WideTaps, count: number): Promise<Findings> {
  const seen: OfCable[] = [];
  const problems = problemsOf(noted);
  for await (const [cable, observed] of taps.read()) {
    try {
      const one = ofCable(cable, observed, noted);
      problems.push(
        ...one.steadiness.flaps.map(({ vrid, what }) =>
          `${cable.interfaceName}, group ${vrid}: ${what}`
        ),
      );
      seen.push(one);
    } catch (error) {
      if (!(error instanceof NotMeasurable)) throw error;
      problems.push(`${cable.interfaceName}: ${error.message}`);
    }
  }
  const lines = seen.length === 0 ? [] : wireLines(noted, seen);
  const rest = processLines(noted, { seen, count });
  return { lines: [...lines, ...rest], problems, complaints: complaintsOf(noted) };
}

function ofCable({ addresses }: Cable, observed: Observed, { watched }: Noted): OfCable {
  const { adverts } = observed;
  const { fromMs, toMs } = watched.r1.cpu;
  const [master, backup] = [addresses.r1, addresses.r2];
  const common = { vrids: VRIDS, priority: PRIORITY.master, masterDownMs: MASTER_DOWN_MS };
  return {
    masterMs: masterOfAllMs(adverts, { source: master, vrids: VRIDS }),
    steadiness: steadinessOf(adverts, { ...common, master, fromMs, toMs }),
    moved: takeOvers(observed, { from: master, to: backup, waitMs: MASTER_DOWN_MS, vrids: VRIDS }),
    farewellMs: lastFarewellMs(adverts, { source: backup, vrids: VRIDS }),
  };
}

/** What either said after its start, whose warnings are about the set-up. */
function complaintsOf({ watched: { r1, r2 }, log }: Noted): string[] {
  return [
    ...r1.logAtEnd.complaints.slice(r1.logAtStart.complaints.length),
    ...log.complaints.slice(r2.logAtStart.complaints.length),
  ];
}

function problemsOf({ watched, asBefore }: Noted): string[] {
  const flapped = (["r1", "r2"] as const).flatMap((place) => {
    const { logAtStart, logAtEnd } = watched[place];
    const changes = logAtEnd.changes - logAtStart.changes;
    return changes === 0 ? [] : [`the log of ${place} tells of ${changes} changes of state`];
  });
  return asBefore ? flapped : [...flapped, "r2 is not as it was before the start"];
}

function wireLines(noted: Noted, seen: readonly OfCable[]): Line[] {
  const latest = (key: "masterMs" | "farewellMs") => Math.max(...seen.map((one) => one[key]));
  const flaps = seen.flatMap(({ steadiness }) => steadiness.flaps).length;
  const gaps = seen.map(({ steadiness }) => steadiness.longestGapMs);
  const moved = seen.flatMap((one) => one.moved);
  const late = spreadOf(moved.map(({ advertMs, dueMs }) => advertMs - dueMs));
  const announced = spreadOf(moved.map(({ announcedMs, dueMs }) => announcedMs - dueMs));
  const { executedMs, askedToStopMs, addressesGoneMs, exitMs } = noted;
  const after = "after the Master-Down interval";
  return [
    { what: "Exec until all are Master", unit: "ms", r1: latest("masterMs") - executedMs },
    { what: "Virtual routers that flapped", r1: flaps, goal: 0 },
    { what: "Longest time between two of a group", unit: "ms", r1: Math.max(...gaps) },
    { what: `Master killed: first advertisement ${after}, p50`, unit: "ms", r2: late.p50 },
    { what: `Master killed: the same, worst`, unit: "ms", r2: late.worst, goal: 250 },
    { what: `Master killed: last gratuitous ARP ${after}`, unit: "ms", r2: announced.worst },
    {
      what: "SIGTERM: until the last farewell",
      unit: "ms",
      r2: latest("farewellMs") - askedToStopMs,
      goal: 1000,
    },
    {
      what: "SIGTERM: until the last address has gone",
      unit: "ms",
      r2: addressesGoneMs - askedToStopMs,
      goal: 1000,
    },
    { what: "SIGTERM: until the process has ended", unit: "ms", r2: exitMs },
  ];
}

function processLines(
  { one, watched: { r1, r2 } }: Noted,
  { seen, count }: { readonly seen: readonly OfCable[]; readonly count: number },
): Line[] {
  const adverts = seen.reduce((sum, { steadiness }) => sum + steadiness.adverts, 0);
  const perAdvertUs = ({ cpu }: Watched) => cpu.usedNs / 1000 / adverts;
  const megabytes = (key: "atStart" | "warm" | "atEnd") => {
    return { unit: "MB", r1: r1[key].rss / 1e6, r2: r2[key].rss / 1e6 } as const;
  };
  const growth = ({ warm, atEnd }: Watched) => (atEnd.rss - warm.rss) / 1e3;
  const each = ({ atStart }: Watched) => (atStart.rss - one.rss) / 1e3 / (count - 1);
  return [
    { what: "Advertisements", r1: adverts },
    {
      what: "CPU per advertisement, sent and delivered by r1, received by r2",
      unit: "µs",
      r1: perAdvertUs(r1),
      r2: perAdvertUs(r2),
    },
    { what: "Resident memory with one virtual router", unit: "MB", r1: one.rss / 1e6 },
    { what: `Resident memory with ${count}`, ...megabytes("atStart") },
    { what: "Resident memory when warm (a minute, or half the time)", ...megabytes("warm") },
    { what: "Resident memory at the end", ...megabytes("atEnd") },
    { what: "Growth since then", unit: "kB", r1: growth(r1), r2: growth(r2) },
    { what: "Memory for each further one", unit: "kB", r1: each(r1), r2: each(r2), goal: 20 },
  ];
}
