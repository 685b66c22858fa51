import { runConvert } from "./convert.ts";
import { runEvents } from "./control/events.ts";
import { runForce } from "./control/force.ts";
import { runSet } from "./control/set.ts";
import { runStatus } from "./control/status.ts";
import { runReload, runStop } from "./control/whole_daemon.ts";
import type { ExitCode } from "./exit.ts";
import { runPw } from "./pw.ts";
import { runRvrrpd } from "./rvrrpd.ts";
import { runSchema } from "./schema.ts";
import { tell } from "./tell.ts";
import { runVrrpd } from "./vrrpd.ts";

/** Gets the arguments after its name; throws what is to be told to the user. */
type Program = (args: readonly string[]) => ExitCode | Promise<ExitCode>;

interface Choice {
  /** As the user knows it. */
  readonly name: string;
  readonly program: Program;
  readonly args: readonly string[];
}

export interface Start {
  /** What the user called, with or without its path. */
  readonly startedAs: string;
  readonly args: readonly string[];
}

/** What the first argument of rvrrpd may name. */
const SUB_COMMANDS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ["schema", runSchema],
  ["convert", runConvert],
  ["events", runEvents],
  ["force", runForce],
  ["pw", runPw],
  ["reload", runReload],
  ["set", runSet],
  ["status", runStatus],
  ["stop", runStop],
  ["vrrpd", runVrrpd],
]);

/** The further names of the program's file, and the sub-command that each means. */
const NAMES: ReadonlyMap<string, string> = new Map([["rvrrpd-pw", "pw"], ["vrrpd", "vrrpd"]]);

/** Runs what was asked for. Gives the exit code; every error has been told by then. */
export async function runProgram(start: Start): Promise<ExitCode> {
  const { name, program, args } = choose(start);
  try {
    return await program(args);
  } catch (error) {
    return tell(error, { program: name, args });
  }
}

/** By the name that the file was called under, then by the first argument. */
function choose({ startedAs, args }: Start): Choice {
  const file = startedAs.replace(/^.*\//, "");
  const named = subCommand(NAMES.get(file));
  if (named !== undefined) return { name: file, program: named, args };
  const [word, ...rest] = args;
  const first = subCommand(word);
  if (first !== undefined) return { name: `rvrrpd ${word}`, program: first, args: rest };
  return { name: "rvrrpd", program: runRvrrpd, args };
}

function subCommand(name: string | undefined): Program | undefined {
  return name === undefined ? undefined : SUB_COMMANDS.get(name);
}
