import { EXIT, ExitError } from "../exit.ts";
import { getopt, type Letters } from "./getopt.ts";

/** What stands on the command line, unread; absent where it was not given. */
export interface ClassicOptions {
  readonly help: boolean;
  readonly interface?: string;
  readonly group?: string;
  readonly priority?: string;
  readonly delay?: string;
  /** A secret may be in it. */
  readonly auth?: string;
  readonly preemption: boolean;
  readonly virtualMac: boolean;
  readonly pidDirectory: string;
  /** Commands, without any expansion. */
  readonly onMaster?: string;
  readonly onBackup?: string;
  readonly addresses: readonly string[];
}

export const HELP = `Usage: vrrpd -i IFNAME -v VRID [OPTION]... IPADDR...
Keeps virtual IP addresses alive by the Virtual Router Redundancy Protocol: one virtual router,
in the foreground, without a configuration file.

  -i IFNAME   the Ethernet interface to run on
  -v VRID     number of the virtual router, 1 to 255
  -p PRIO     priority, 1 to 254 (100)
  -d DELAY    seconds between advertisements, 1 to 255 (1)
  -s          no preemption: a Master of lower priority stays
  -a AUTH     none, pw/0xHEX or ah/0xHEX: a key of 1 to 8 bytes (none)
  -n          leave the MAC address alone; needed for several VRIDs on one interface
  -f PIDDIR   directory of the PID file vrrpd_IFNAME_VRID.pid (/var/run)
  -m PROG     program to run on becoming Master
  -b PROG     program to run when this router is Master no longer, also at the end
  -h          this help
  IPADDR...   the virtual addresses, each with an optional /LENGTH

SIGUSR1 forces Master, SIGUSR2 forces Backup, SIGTERM and SIGINT stop in order.

Exit status: 0 fine, 1 wrong use, 2 the system refused something.`;

const LETTERS: Letters = {
  h: "nothing",
  n: "nothing",
  s: "nothing",
  a: "value",
  b: "value",
  d: "value",
  f: "value",
  i: "value",
  m: "value",
  p: "value",
  v: "value",
};
const PID_DIRECTORY = "/var/run";

/** Reads the command line. Throws {@linkcode ExitError} where it is not one. */
export function parseOptions(args: readonly string[]): ClassicOptions {
  const line = getopt(args, LETTERS);
  if (!line.ok) throw new ExitError(EXIT.wrongUse, `${line.error} (-h lists the options)`);
  const { options, operands } = line.value;
  const given = <K extends string>(key: K, letter: string) => {
    const value = options.get(letter);
    return value === undefined ? {} : { [key]: value } as { [P in K]?: string };
  };
  return {
    help: options.has("h"),
    ...given("interface", "i"),
    ...given("group", "v"),
    ...given("priority", "p"),
    ...given("delay", "d"),
    ...given("auth", "a"),
    preemption: !options.has("s"),
    virtualMac: !options.has("n"),
    pidDirectory: options.get("f") ?? PID_DIRECTORY,
    ...given("onMaster", "m"),
    ...given("onBackup", "b"),
    addresses: operands,
  };
}
