import { type Tally, tallyStep, tallyTests } from "./tally.ts";

/** A limit for one directory of tests; many times what any takes, it is there for a test that hangs. */
const LIMIT = ["timeout", "--foreground", "--kill-after=10", "3600"];

export interface TestRun {
  /** A test file, or a directory of them. */
  readonly path: string;
  /** Put before the command: nothing, or what makes it run as root. */
  readonly prefix: readonly string[];
  readonly parallel: boolean;
  /** Others run beside it: what it says comes in one piece at its end. */
  readonly inOnePiece?: boolean;
}

/** Runs the words after it with all that they say in the file that is named first. */
const INTO_FILE = ["sh", "-c", 'exec "$@" >"$0" 2>&1'];

export function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/** Runs `argv` with its output as it is; false also where there is no such program. */
export async function succeeds(argv: readonly string[]): Promise<boolean> {
  const [program = "", ...args] = argv;
  try {
    return (await new Deno.Command(program, { args, stdin: "null" }).spawn().status).success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    print(`Cannot run ${program}: install it\n`);
    return false;
  }
}

export async function runStep(name: string, argv: readonly string[]): Promise<Tally> {
  print(`== ${name}\n`);
  const success = await succeeds(argv);
  if (!success) print(`== ${name}: FAILED\n`);
  return tallyStep(success);
}

/** Types are a step of the gate: with `--no-check` a wrong one does not hide what the tests say. */
export async function runTests(run: TestRun): Promise<Tally> {
  const { path, prefix, parallel, inOnePiece = false } = run;
  if (!await exists(path)) {
    print(`Cannot run ${path}: no such file or directory, and no name of a group\n`);
    return tallyStep(false);
  }
  const directory = await Deno.makeTempDir({ prefix: "rvrrpd-test-" });
  try {
    const report = `${directory}/junit.xml`;
    // The seed is ours, so that a failure that depends on the order can be had again.
    const said = `${directory}/said`;
    const order = `--shuffle=${crypto.getRandomValues(new Uint16Array(1)).join()}`;
    if (!inOnePiece) print(`== ${path} (${order})\n`);
    const success = await succeeds([
      ...inOnePiece ? [...INTO_FILE, said] : [],
      ...prefix,
      ...LIMIT,
      ...[Deno.execPath(), "test", "--no-check", "--allow-all", order, `--junit-path=${report}`],
      ...parallel ? ["--parallel"] : [],
      path,
    ]);
    if (inOnePiece) print(`== ${path} (${order})\n${await Deno.readTextFile(said)}`);
    const text = await Deno.readTextFile(report).catch(() => undefined);
    const tally = tallyTests({ report: text, success });
    if (tally.failed > 0) print(`== ${path}: FAILED\n`);
    return tally;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
