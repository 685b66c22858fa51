/** What there is to do: the gate's steps, and the tests that run with or without root. */
export interface Plan {
  readonly gate: boolean;
  /** Paths; the tests of one run in parallel, as they touch nothing but memory and temporary files. */
  readonly unit: readonly string[];
  /** Paths; one test at a time, as root, after the packages are installed and the program is built. */
  readonly system: readonly string[];
}

const SYSTEM = [
  "aarch64",
  "ffi",
  "drivers",
  "runtime",
  "undo",
  "daemon",
  "netns",
  "interop",
  "release",
  "web",
]
  .map((name) => `tests/${name}`);

/**
 * Reads the command line: `gate`, `unit`, `system` or paths in any number; nothing means all three.
 *
 * @param directories Those under tests/ that hold tests; the ones that are not `SYSTEM` are `unit`, so
 * that a new one cannot be forgotten.
 */
export function planOf(args: readonly string[], directories: readonly string[]): Plan {
  const wanted = new Set(args.length === 0 ? ["gate", "unit", "system"] : args);
  const groups = Map.groupBy(directories, (path) => isSystem(path) ? "system" : "unit");
  const paths = Array.from(wanted).filter((word) => !["gate", "unit", "system"].includes(word));
  return {
    gate: wanted.has("gate"),
    unit: [
      ...wanted.has("unit") ? groups.get("unit") ?? [] : [],
      ...paths.filter((path) => !isSystem(path)),
    ],
    system: [
      ...wanted.has("system") ? groups.get("system") ?? [] : [],
      ...paths.filter(isSystem),
    ],
  };
}

function isSystem(path: string): boolean {
  const plain = path.replace(/^(?:\.\/)+/, "");
  return SYSTEM.some((directory) => plain === directory || plain.startsWith(`${directory}/`));
}

/** The directory whose tests take as long as all others together. */
const LONGEST = "tests/netns";

/**
 * What may run side by side: tests in namespaces mostly wait for timers, and two that run at a time
 * take little more than the longer one.
 */
export function lanesOf(paths: readonly string[]): readonly (readonly string[])[] {
  const longest = paths.filter((path) => path === LONGEST);
  const others = paths.filter((path) => path !== LONGEST);
  return longest.length === 0 || others.length === 0 ? [paths] : [longest, others];
}
