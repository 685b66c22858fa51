export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string;
}

/** Runs a short-lived command to its end and hands back what it said, whatever its exit code. */
export async function attempt(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [command, ...args] = argv;
  const process = new Deno.Command(command, {
    args,
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await process.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** {@linkcode attempt} for commands that must work: throws with their stderr, returns their stdout. */
export async function run(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await attempt(argv, options);
  if (code !== 0) {
    throw new Error(`Cannot run "${argv.join(" ")}": exit code ${code}: ${stderr.trim()}`);
  }
  return stdout;
}
