import type { ConfigDraft, RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import type { KeyPath } from "./key_path.ts";
import { commandWords } from "./words.ts";

/** What speaks against a program. */
export interface Objection {
  readonly problem: string;
  readonly hint: string;
  /** Others could have their own program run in its place; else it only does not run. */
  readonly isDangerous: boolean;
}

/** Knows the users and the files of the machine that the configuration is for. */
export interface ProgramInspector {
  knowsUser(name: string): boolean;
  /** `program` is absolute, and `user` is known. */
  objectionTo(program: string, user: string): Objection | undefined;
}

interface Program {
  readonly at: KeyPath;
  readonly path: string;
}

/**
 * The rules for everything that is run. What others could exchange is refused; what is only missing
 * does not keep a router from its work, and is a fault for `--check` alone.
 */
export function checkPrograms(
  { general, routers }: ConfigDraft,
  { findings, inspector }: {
    readonly findings: Findings;
    /** Without it no file is looked at. */
    readonly inspector: ProgramInspector | undefined;
  },
): void {
  const programs = distinct(routers.flatMap(programsOf));
  if (programs.length === 0) return;
  for (const { at, path } of programs) {
    if (path.startsWith("/")) continue;
    const hint = "an absolute path, as no shell looks it up";
    findings.fault({ at, problem: `${JSON.stringify(path)} is not an absolute path`, hint });
  }
  const user = general.keys.script_user;
  if (user === undefined) return;
  checkUser(user, { findings, inspector });
  if (inspector?.knowsUser(user) !== true) return;
  for (const { at, path } of programs) {
    const objection = path.startsWith("/") ? inspector.objectionTo(path, user) : undefined;
    if (objection === undefined) continue;
    const { problem, hint, isDangerous } = objection;
    if (isDangerous) findings.fault({ at, problem, hint });
    else findings.faultOfCheck({ at, problem, hint });
  }
}

function checkUser(
  user: string,
  { findings, inspector }: {
    readonly findings: Findings;
    readonly inspector: ProgramInspector | undefined;
  },
): void {
  const at = ["script_user"];
  if (inspector?.knowsUser(user) === false) {
    const problem = `${JSON.stringify(user)} is not a user of this machine`;
    findings.fault({ at, problem, hint: "one that exists, with no other duty" });
  } else if (user === "root") {
    const hint = "a user of their own, unless they need to be root";
    findings.warn({ at, problem: "programs run as root", hint });
  }
}

function programsOf({ at, keys }: RouterDraft): Program[] {
  const commands = [
    { key: ["notify_master"], command: keys.notify_master },
    { key: ["notify_backup"], command: keys.notify_backup },
    { key: ["notify_fault"], command: keys.notify_fault },
    { key: ["notify_stop"], command: keys.notify_stop },
    { key: ["notify"], command: keys.notify },
    ...(keys.track_script ?? []).map(({ command }, index) => {
      return { key: ["track_script", index, "command"], command };
    }),
  ];
  return commands.flatMap(({ key, command }) => {
    if (command === undefined) return [];
    const [path = ""] = commandWords(command);
    return [{ at: [...at, ...key], path }];
  });
}

/** Each where it stands first: hundreds of virtual routers may share one. */
function distinct(programs: readonly Program[]): Program[] {
  const first = new Map<string, Program>();
  for (const program of programs) {
    if (!first.has(program.path)) first.set(program.path, program);
  }
  return [...first.values()];
}
