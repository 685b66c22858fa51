import { lanesOf, planOf } from "./plan.ts";
import { print, runStep, runTests } from "./steps.ts";
import { sum, type Tally, tallyStep } from "./tally.ts";

const USAGE = `usage: scripts/test [gate] [unit] [system] [PATH...]
  gate    format, lint, types, layers, the table of requirements and their tests
  unit    the tests that need no root
  system  the tests on a real kernel and with the built program: as root, in network namespaces
  PATH    a test file, or a directory of them
Without arguments, everything. The last line is "N passed, N failed"; the exit code is 0 only
where nothing failed.
`;

const GATE = ["fmt", "lint", "check", "layers", "conformance"];
/** What sudo would drop, although the tests depend on it. */
const KEPT =
  "DENO_TLS_CA_STORE,NPM_CONFIG_REGISTRY,http_proxy,https_proxy,no_proxy,RVRRPD_CAPTURES";

/** The directories under tests/ with tests in them, by name. */
async function testDirectories(): Promise<string[]> {
  const found: string[] = [];
  for await (const { isDirectory, name } of Deno.readDir("tests")) {
    if (isDirectory && await holdsTests(`tests/${name}`)) found.push(`tests/${name}`);
  }
  return found.toSorted();
}

async function holdsTests(directory: string): Promise<boolean> {
  for await (const { isDirectory, name } of Deno.readDir(directory)) {
    if (isDirectory ? await holdsTests(`${directory}/${name}`) : name.endsWith("_test.ts")) {
      return true;
    }
  }
  return false;
}

async function runGate(): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const task of GATE) {
    tallies.push(await runStep(task, [Deno.execPath(), "task", "--quiet", task]));
  }
  return tallies;
}

async function runUnit(paths: readonly string[]): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const path of paths) tallies.push(await runTests({ path, prefix: [], parallel: true }));
  return tallies;
}

async function runSystem(paths: readonly string[]): Promise<Tally[]> {
  if (paths.length === 0) return [];
  const prefix = await rootPrefix();
  if (prefix === undefined) {
    print(`Cannot run ${paths.join(" ")} as this user: be root or install sudo\n`);
    return [tallyStep(false)];
  }
  const tallies = [
    await prepare("setup", [...prefix, "scripts/setup"]),
    await prepare("build", ["scripts/build", "--if-needed"]),
  ];
  const lanes = lanesOf(paths).map((lane) => runLane(lane, { prefix, alone: lane === paths }));
  for (const lane of await Promise.all(lanes)) tallies.push(...lane);
  const sweep = [
    Deno.execPath(),
    "run",
    "--no-config",
    "--allow-all",
    "scripts/sweep_namespaces.ts",
  ];
  tallies.push(await prepare("sweep", [...prefix, ...sweep]));
  return tallies;
}

/** One after the other; in one piece each where another lane runs beside it. */
async function runLane(
  paths: readonly string[],
  { prefix, alone }: { readonly prefix: readonly string[]; readonly alone: boolean },
): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const path of paths) {
    tallies.push(await runTests({ path, prefix, parallel: false, inOnePiece: !alone }));
  }
  return tallies;
}

/** A step that is no test: it counts only where it fails. */
async function prepare(name: string, argv: readonly string[]): Promise<Tally> {
  const { failed } = await runStep(name, argv);
  return { passed: 0, failed };
}

/** What makes a command run as root; `undefined` where there is no way to. */
async function rootPrefix(): Promise<string[] | undefined> {
  if (Deno.uid() === 0) return [];
  const { success } = await new Deno.Command("sh", { args: ["-c", "command -v sudo"] }).output();
  if (!success) return undefined;
  const path = Deno.env.get("PATH") ?? "";
  return ["sudo", "-H", `--preserve-env=${KEPT}`, "env", `PATH=${path}`];
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    print(USAGE);
    return 0;
  }
  const plan = planOf(args, await testDirectories());
  const { passed, failed } = sum([
    ...plan.gate ? await runGate() : [],
    ...await runUnit(plan.unit),
    ...await runSystem(plan.system),
  ]);
  const nothingRan = passed + failed === 0;
  if (nothingRan) print("No test ran\n");
  print(`${passed} passed, ${nothingRan ? 1 : failed} failed\n`);
  return passed > 0 && failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
