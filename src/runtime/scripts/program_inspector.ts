import { findUser, type User } from "../../../ffi/users.ts";

/** As many symbolic links in one path as the kernel follows. */
const MAX_LINKS = 40;
const STICKY = 0o1000;
const GROUP_MAY_WRITE = 0o020;
const OTHERS_MAY_WRITE = 0o002;

/** What speaks against running a program. */
export interface ProgramObjection {
  readonly problem: string;
  readonly hint: string;
  /** Others could have their own program run in its place; else it only does not run. */
  readonly isDangerous: boolean;
}

/** One directory, symbolic link or file on the way to a program. */
interface Step {
  readonly path: string;
  readonly info: Deno.FileInfo;
}

/** Looks at programs, and at everything above them, without running anything. */
export const PROGRAM_INSPECTOR = {
  knowsUser: (name: string): boolean => findUser(name) !== undefined,
  objectionTo: (program: string, userName: string): ProgramObjection | undefined => {
    const user = findUser(userName);
    if (user === undefined) return undefined;
    try {
      return inspect(program, user);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return harmless(`cannot look at ${program}: ${shortReason(error)}`, "a program that exists");
    }
  },
};

function inspect(program: string, user: User): ProgramObjection | undefined {
  let obstacle: ProgramObjection | undefined;
  let last: Step | undefined;
  for (const step of wayTo(program)) {
    const danger = dangerOf(step, user);
    if (danger !== undefined) return danger;
    obstacle ??= obstacleOf(step, user);
    last = step;
  }
  if (last?.info.isFile) return obstacle;
  return obstacle ?? harmless(`${program} is not a file`, "a program");
}

/** From the root on, through symbolic links. Throws what the file system says of a missing one. */
function* wayTo(program: string): Generator<Step> {
  yield look("/");
  let here = "";
  let names = namesIn(program);
  for (let links = 0; names.length > 0;) {
    const [name = "", ...rest] = names;
    names = rest;
    if (name === "..") {
      here = here.slice(0, Math.max(here.lastIndexOf("/"), 0));
      continue;
    }
    const step = look(`${here}/${name}`);
    yield step;
    if (!step.info.isSymlink) {
      here = step.path;
      continue;
    }
    if (++links > MAX_LINKS) throw new Error("too many symbolic links");
    const target = Deno.readLinkSync(step.path);
    if (target.startsWith("/")) here = "";
    names = [...namesIn(target), ...rest];
  }
}

function namesIn(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function look(path: string): Step {
  return { path, info: Deno.lstatSync(path) };
}

/**
 * Whether somebody else could exchange what is there. In a sticky directory only the owner of a
 * file can, and every owner on the way is asked about; the mode of a symbolic link means nothing.
 */
function dangerOf({ path, info }: Step, { name, user }: User): ProgramObjection | undefined {
  const trusted = name === "root" ? "root" : `root and ${name}`;
  const hint = `only ${trusted} may be able to change what runs as ${name}`;
  if (info.uid !== 0 && info.uid !== user) {
    return { problem: `${path} belongs to user ${info.uid}`, hint, isDangerous: true };
  }
  const mode = info.mode ?? 0;
  const isShared = info.isDirectory && (mode & STICKY) !== 0;
  if (info.isSymlink || isShared) return undefined;
  const writers = (mode & OTHERS_MAY_WRITE) !== 0
    ? "everybody"
    : (mode & GROUP_MAY_WRITE) !== 0 && info.gid !== 0
    ? `group ${info.gid}`
    : undefined;
  if (writers === undefined) return undefined;
  const problem = `${path} can be written by ${writers} (mode ${octal(mode)})`;
  return { problem, hint, isDangerous: true };
}

/** Whether the user cannot get past, or cannot run, what is there. */
function obstacleOf({ path, info }: Step, user: User): ProgramObjection | undefined {
  if (info.isSymlink || mayExecute(info, user)) return undefined;
  const what = info.isDirectory ? "entered" : "run";
  const mode = octal(info.mode ?? 0);
  return harmless(`${path} cannot be ${what} by ${user.name} (mode ${mode})`, "chmod or chown it");
}

/** Its supplementary groups do not count, as programs run without. */
function mayExecute({ mode, uid, gid, isDirectory }: Deno.FileInfo, { user, group }: User) {
  const bits = mode ?? 0;
  if (user === 0) return isDirectory || (bits & 0o111) !== 0;
  if (uid === user) return (bits & 0o100) !== 0;
  return (bits & (gid === group ? 0o010 : 0o001)) !== 0;
}

function harmless(problem: string, hint: string): ProgramObjection {
  return { problem, hint, isDangerous: false };
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

function shortReason(error: Error): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  return error.message.replace(/ \(os error.*/s, "");
}
