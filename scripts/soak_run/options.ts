import { parseArgs } from "node:util";
import type { Make } from "../benchmark/daemon.ts";
import { WrongUse } from "../benchmark/options.ts";

export interface SoakOptions {
  readonly help: boolean;
  /** How long both are watched. */
  readonly watchMs: number;
  readonly interfaces: number;
  readonly virtualMac: "none" | "macvlan";
  /** Version 3 at its shortest interval, beside busy programs, instead of thousands. */
  readonly short: boolean;
  /** Who is Backup there. */
  readonly observer: Make;
  /** Whether the clients of the Master's API are what keeps the processors busy there. */
  readonly api: boolean;
}

const FULL = { minutes: "5", shortMinutes: "10", interfaces: 16 } as const;
const QUICK = { watchMs: 20_000, interfaces: 1 } as const;
/** All that is on the wire meanwhile is kept, in memory one interface at a time. */
const MOST_MINUTES = 60;

export const USAGE =
  `usage: scripts/soak [--minutes N] [--macvlan] [--short [--api] [--keepalived]] [--quick]
  --minutes  how long both routers are watched before the Master is killed; 1 to ${MOST_MINUTES}, default ${FULL.minutes},
             with --short ${FULL.shortMinutes}
  --macvlan  every virtual router on a macvlan link; default: on the interface, with vmac = false
  --short    20 virtual routers at intervals of 10 ms beside busy programs, one for each processor,
             instead of thousands at 1 s; nobody is killed
  --api      instead of them, 500 requests a second to the Master's API, 1 MB configurations that it has
             to judge, and logs at level 5
  --keepalived  the Backup there is a keepalived; default: rvrrpd
  --quick    one interface instead of ${FULL.interfaces}, and ${
    QUICK.watchMs / 1000
  } seconds; not together with --minutes
Exit code: 0 only where no virtual router flapped (with --short: but while the machine itself stood
still), all moved to the Backup when the Master was killed,
and the Backup said goodbye for all and left its machine as it was; 1 otherwise.
`;

/** Reads the command line. Throws {@linkcode WrongUse}. */
export function parseOptions(args: readonly string[]): SoakOptions {
  const { help, quick, macvlan, minutes, short, keepalived, api } = readArgs(args);
  const observer = keepalived ? "keepalived" : "rvrrpd";
  const common = { help, virtualMac: macvlan ? "macvlan" : "none", short, observer, api } as const;
  const alone = short ? undefined : keepalived ? "--keepalived" : api ? "--api" : undefined;
  if (alone !== undefined) {
    throw new WrongUse(`Cannot take ${alone} without --short: leave it out, or add that`);
  }
  if (!quick) {
    const watchMs = parseMinutes(minutes ?? (short ? FULL.shortMinutes : FULL.minutes)) * 60_000;
    return { ...common, watchMs, interfaces: FULL.interfaces };
  }
  if (minutes === undefined) return { ...common, ...QUICK };
  throw new WrongUse("Cannot be --quick for a number of --minutes: leave one of them out");
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES) return minutes;
  throw new WrongUse(
    `Wrong value "${text}" for --minutes: it takes a whole number from 1 to ${MOST_MINUTES}`,
  );
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", default: false },
        minutes: { type: "string" },
        macvlan: { type: "boolean", default: false },
        short: { type: "boolean", default: false },
        api: { type: "boolean", default: false },
        keepalived: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new WrongUse(error.message);
    throw error;
  }
}
