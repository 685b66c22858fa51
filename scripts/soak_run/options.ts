import { parseArgs } from "node:util";
import { WrongUse } from "../benchmark/options.ts";

export interface SoakOptions {
  readonly help: boolean;
  /** How long both are watched. */
  readonly watchMs: number;
  readonly interfaces: number;
  readonly virtualMac: "none" | "macvlan";
}

const FULL = { minutes: "5", interfaces: 16 } as const;
const QUICK = { watchMs: 20_000, interfaces: 1 } as const;
/** All that is on the wire meanwhile is kept, in memory one interface at a time. */
const MOST_MINUTES = 60;

export const USAGE = `usage: scripts/soak [--minutes N] [--macvlan] [--quick]
  --minutes  how long both routers are watched before the Master is killed; 1 to ${MOST_MINUTES}, default ${FULL.minutes}
  --macvlan  every virtual router on a macvlan link; default: on the interface, with vmac = false
  --quick    one interface instead of ${FULL.interfaces}, and ${
  QUICK.watchMs / 1000
} seconds; not together with --minutes
Exit code: 0 only where no virtual router flapped, all moved to the Backup when the Master was killed,
and the Backup said goodbye for all and left its machine as it was; 1 otherwise.
`;

/** Reads the command line. Throws {@linkcode WrongUse}. */
export function parseOptions(args: readonly string[]): SoakOptions {
  const { help, quick, macvlan, minutes } = readArgs(args);
  const virtualMac = macvlan ? "macvlan" : "none";
  if (!quick) {
    const watchMs = parseMinutes(minutes ?? FULL.minutes) * 60_000;
    return { help, watchMs, interfaces: FULL.interfaces, virtualMac };
  }
  if (minutes === undefined) return { help, ...QUICK, virtualMac };
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
        quick: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new WrongUse(error.message);
    throw error;
  }
}
