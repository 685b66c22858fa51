import { SyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { tryLock } from "../../ffi/file_lock.ts";
import * as files from "../../ffi/files.ts";
import { DaemonRefusal, problemOf } from "./refusal.ts";

/** What the file mask leaves of it counts. */
const MODE = 0o644;
/** No PID file is longer, and a longer file is somebody's data. */
const MAX_BYTES = 64;
/** Each round means that another process has just removed the file. */
const MAX_ROUNDS = 10;

export interface PidFileOptions {
  readonly path: string;
  readonly pid: number;
  /** Told what was found in the way. */
  readonly warn: (line: string) => void;
  /** What chooses the path; default the key `pid`. */
  readonly setting?: string;
}

/**
 * The file that says which process the daemon is. As long as that lives it holds the file's lock,
 * which the kernel takes from a process however it ends: no stale file keeps a daemon from starting.
 */
export class PidFile implements Disposable {
  readonly #directory: Fd;
  readonly #name: string;
  readonly #file: Fd;

  private constructor({ directory, name, file }: { directory: Fd; name: string; file: Fd }) {
    this.#directory = directory;
    this.#name = name;
    this.#file = file;
  }

  /** Throws {@linkcode DaemonRefusal} where another daemon holds it or the file cannot be ours. */
  static take({ path, pid, warn, setting = "pid" }: PidFileOptions): PidFile {
    const place = { path, setting };
    const [, folder = ".", name = ""] = /^(?:(.*)\/)?([^/]*)$/.exec(path) ?? [];
    using opened = new DisposableStack();
    try {
      const directory = opened.use(files.openDirectory(folder === "" ? "/" : folder));
      const file = opened.use(lockedFile(directory, name, place));
      const problem = inheritance(file);
      if (problem !== undefined) warn(`Replacing the PID file ${path}: ${problem}`);
      files.truncate(file);
      files.writeAll(file, new TextEncoder().encode(`${pid}\n`));
      opened.move();
      return new PidFile({ directory, name, file });
    } catch (error) {
      if (error instanceof DaemonRefusal) throw error;
      throw unusable(place, problemOf(error));
    }
  }

  /** Removes the file, unless somebody has put another one in its place. */
  [Symbol.dispose](): void {
    try {
      if (isStillThere(this.#directory, this.#name, this.#file)) {
        files.removeFileIn(this.#directory, this.#name);
      }
    } catch (error) {
      // Whoever starts next finds it without a lock, and replaces it.
      if (!(error instanceof SyscallError)) throw error;
    }
    this.#file.close();
    this.#directory.close();
  }
}

/** What messages speak of. */
type Place = Required<Pick<PidFileOptions, "path" | "setting">>;

function lockedFile(directory: Fd, name: string, place: Place): Fd {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    using opened = new DisposableStack();
    const file = opened.use(files.openOrCreateFileIn(directory, name, MODE));
    const info = files.describeFile(file);
    const problem = fileProblem(info);
    if (problem !== undefined) throw unusable(place, problem);
    if (!tryLock(file, "alone")) throw held(place, file);
    if (info.owner !== files.effectiveUser()) {
      // Its owner could write another process's number into it, for us to be taken for.
      files.removeFileIn(directory, name);
    } else if (isStillThere(directory, name, file)) {
      opened.move();
      return file;
    }
  }
  throw unusable(place, "it disappears as soon as it is made");
}

function fileProblem({ kind, links, sizeBytes }: files.FileInfo): string | undefined {
  if (kind !== "file") return kind === "directory" ? "it is a directory" : "it is no regular file";
  if (links > 1) return "it has several names";
  return sizeBytes > MAX_BYTES ? `its ${sizeBytes} bytes are no process id` : undefined;
}

function isStillThere(directory: Fd, name: string, file: Fd): boolean {
  try {
    using present = files.openFileIn(directory, name);
    return files.describeFile(present).identity === files.describeFile(file).identity;
  } catch (error) {
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

/** What an earlier run has left in the file; `undefined` where it was empty, as a new one is. */
function inheritance(file: Fd): string | undefined {
  const text = new TextDecoder().decode(files.readUpTo(file, MAX_BYTES));
  if (text === "") return undefined;
  const pid = processId(text);
  return pid === undefined
    ? "it held no process id"
    : `process ${pid} has ended without removing it`;
}

function processId(text: string): number | undefined {
  const [, digits] = /^\s*([1-9]\d{0,9})\s*$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function held({ path, setting }: Place, file: Fd): DaemonRefusal {
  const pid = processId(new TextDecoder().decode(files.readUpTo(file, MAX_BYTES)));
  const who = pid === undefined ? "Another daemon" : `Another daemon (process ${pid})`;
  return new DaemonRefusal(`${who} holds ${path}: stop it, or set ${setting} to another path`);
}

function unusable({ path, setting }: Place, problem: string): DaemonRefusal {
  const mend = `set ${setting} to a path that this user may write to`;
  return new DaemonRefusal(`Cannot use ${path} as PID file: ${problem}; ${mend}`);
}
