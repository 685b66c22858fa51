import { delay } from "../../tests/support/wait.ts";
import type { Measured } from "./figure.ts";
import { type Kind, SECOND } from "./kind.ts";
import { startPair } from "./pair.ts";
import type { Row } from "./row.ts";
import { spreadOf } from "./statistics.ts";
import { type TakenOver, takeOvers } from "./take_over.ts";
import { Tap } from "./tap.ts";

/** So that the tap has every group's last advertisement, whenever it was sent. */
const BEFORE_MS = 2500;
/** For a daemon that is very late. */
const AFTER_MS = 3000;

export interface TakeOverOptions {
  readonly name: string;
  readonly virtualMac: "none" | "macvlan";
  /** Whom the texts speak of. */
  readonly where: string;
  /** Default {@linkcode SECOND}. */
  readonly kind?: Kind;
  readonly goalMs: number;
  readonly announcedGoalMs?: number;
}

/** The Master is killed, and its cable with it: when does the Backup speak, and announce? */
export function takeOverRow(options: TakeOverOptions): Row {
  return {
    name: options.name,
    figures: figuresOf(options),
    async measure({ bench, make }) {
      const { virtualMac, kind = SECOND } = options;
      const { sources, masterDownMs: waitMs, vrids } = kind;
      const world = await bench.world({ ipv6: kind.family === 6 });
      const { master } = await startPair({ world, make, binary: bench.binary, virtualMac, kind });
      const tap = await Tap.start(world);
      await delay(BEFORE_MS);
      await master.kill();
      // Its kernel would go on as if nothing had happened, with the same addresses and MACs.
      await world.unplug("r1");
      await delay(waitMs + AFTER_MS);
      const { r1: from, r2: to } = sources;
      const moved = takeOvers(kind.observed(await tap.stop()), { from, to, waitMs, vrids });
      return measuredOf(options.name, moved);
    },
  };
}

function figuresOf(
  { name, where, kind = SECOND, goalMs, announcedGoalMs }: TakeOverOptions,
): Row["figures"] {
  const late = `${where}: first advertisement after the Master-Down interval`;
  const announced = `${where}: an address's first announcement after it`;
  const count = kind.vrids.length;
  return [
    { key: `${name}.earliest`, what: `${late}, earliest`, unit: "ms", kind: "earliness" },
    { key: `${name}.p50`, what: `${late}, p50`, unit: "ms" },
    { key: `${name}.p99`, what: `${late}, p99`, unit: "ms" },
    { key: `${name}.worst`, what: `${late}, worst of ${count}`, unit: "ms", goal: goalMs },
    { key: `${name}.announced.p50`, what: `${announced}, p50`, unit: "ms" },
    {
      key: `${name}.announced.worst`,
      what: `${announced}, last of ${count}`,
      unit: "ms",
      ...announcedGoalMs === undefined ? {} : { goal: announcedGoalMs },
    },
    {
      key: `${name}.whole`,
      what: `${where}: from the first advertisement to the last address's first announcement`,
      unit: "ms",
    },
  ];
}

function measuredOf(name: string, moved: readonly TakenOver[]): Measured {
  const late = spreadOf(moved.map(({ dueMs, advertMs }) => advertMs - dueMs));
  const announced = spreadOf(moved.map(({ dueMs, announcedMs }) => announcedMs - dueMs));
  const firstMs = Math.min(...moved.map(({ advertMs }) => advertMs));
  const lastMs = Math.max(...moved.map(({ announcedMs }) => announcedMs));
  return {
    [`${name}.earliest`]: late.least,
    [`${name}.p50`]: late.p50,
    [`${name}.p99`]: late.p99,
    [`${name}.worst`]: late.worst,
    [`${name}.announced.p50`]: announced.p50,
    [`${name}.announced.worst`]: announced.worst,
    [`${name}.whole`]: lastMs - firstMs,
  };
}
