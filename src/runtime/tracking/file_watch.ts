import { basename, dirname } from "node:path";
import { SyscallError } from "../../../ffi/errno.ts";
import { readFileStart } from "../../../ffi/file_start.ts";
import { Inotify, type WatchNumber } from "../../../ffi/inotify.ts";
import type { Log } from "../../log.ts";
import type { Watcher } from "../attention.ts";
import type { Board } from "./board.ts";
import { FILE_LIMIT_BYTES } from "./file_text.ts";
import { type FileLook, TrackedFile } from "./tracked_file.ts";

/** What inotify does not tell (another machine's change, a replaced link) is seen after this long. */
const LOOK_EVERY_MS = 5000;
/** Whoever writes without end does not get more looks than one in this time. */
const REST_MS = 50;

export interface FileWatchParts {
  readonly board: Pick<Board, "note">;
  readonly log: Log;
  readonly watcher: Watcher;
  /** Does work that needs turns of the event loop; see Waiting. */
  readonly alongside: (work: () => Promise<void>) => Promise<void>;
  readonly clock: () => number;
  /** There is news on the board, told outside of any turn. */
  readonly wake: () => void;
}

interface Watched {
  readonly file: TrackedFile;
  /** The file itself, or while it is missing the directory where it is to appear. */
  watch: WatchNumber | undefined;
  looking: boolean;
  /** It has changed since the look began. */
  again: boolean;
}

/**
 * Reads tracked files when they change. A disk that does not answer must not hold an advertisement
 * back, so that all reading is done on other threads, and what was read before stays meanwhile.
 */
export class FileWatch implements Disposable {
  readonly #parts: FileWatchParts;
  #inotify: Inotify | undefined;
  #files = new Map<string, Watched>();
  #lookAtMs = Infinity;
  /** The kernel's events are left unread until then; Infinity while they are listened to. */
  #restUntilMs = Infinity;
  #closed = false;

  constructor(parts: FileWatchParts) {
    this.#parts = parts;
  }

  /** Goes on with these; a new one has no number until it was read. */
  replace(paths: Iterable<string>): void {
    const before = this.#files;
    this.#files = new Map(
      Iterator.from(paths).map((path) => [path, before.get(path) ?? newWatched(path)]),
    );
    for (const [path, one] of before) if (!this.#files.has(path)) this.#setWatch(one, undefined);
    if (this.#files.size === 0) {
      this.#lookAtMs = Infinity;
      return;
    }
    this.#listen();
    for (const [path, one] of this.#files) if (!before.has(path)) this.#look(one);
    this.#lookAtMs = this.#parts.clock() + LOOK_EVERY_MS;
  }

  /** When {@linkcode review} has something to do; Infinity where it has not. */
  get dueMs(): number {
    return Math.min(this.#lookAtMs, this.#restUntilMs);
  }

  review(nowMs: number): void {
    if (nowMs >= this.#restUntilMs) this.#attend();
    if (nowMs < this.#lookAtMs) return;
    this.#lookAtMs = nowMs + LOOK_EVERY_MS;
    for (const one of this.#files.values()) this.#look(one);
  }

  /** Without inotify there still are the looks by time. */
  #listen(): void {
    if (this.#inotify !== undefined) return;
    try {
      this.#inotify = new Inotify();
      this.#attend();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const seconds = LOOK_EVERY_MS / 1000;
      this.#parts.log.warning(`${error.message}: tracked files are read every ${seconds} s`);
    }
  }

  #attend(): void {
    this.#restUntilMs = Infinity;
    if (this.#inotify === undefined) return;
    this.#parts.watcher.watch(this.#inotify.fd, (_batch, nowMs) => this.#takeEvents(nowMs));
  }

  #takeEvents(nowMs: number): void {
    if (this.#inotify === undefined) return;
    const changed = new Set<Watched>();
    for (const { watch, name } of this.#inotify.take()) {
      for (const one of this.#files.values()) {
        if (watch === "lost" || isAbout(one, watch, name)) changed.add(one);
      }
    }
    for (const one of changed) this.#look(one);
    this.#parts.watcher.unwatch(this.#inotify.fd);
    this.#restUntilMs = nowMs + REST_MS;
  }

  #look(one: Watched): void {
    one.again = true;
    if (one.looking) return;
    this.#parts.alongside(() => this.#lookUntilSettled(one)).catch((error) => {
      // Nobody waits for a look, and the virtual routers must not end for it.
      this.#parts.log.error(`Cannot look at ${one.file.path}: ${error} (please report it)`);
    });
  }

  async #lookUntilSettled(one: Watched): Promise<void> {
    one.looking = true;
    try {
      while (one.again) {
        one.again = false;
        // Watched first: what changes after the look is told then.
        await this.#startWatch(one);
        const look = await lookInto(one.file.path);
        if (!this.#isCurrent(one)) break;
        this.#take(one, look);
      }
    } finally {
      one.looking = false;
    }
  }

  #isCurrent(one: Watched): boolean {
    return !this.#closed && this.#files.get(one.file.path) === one;
  }

  async #startWatch(one: Watched): Promise<void> {
    const { path } = one.file;
    const file = await this.#inotify?.watchFile(path);
    if (!this.#isCurrent(one)) return;
    if (file !== undefined) return this.#setWatch(one, file);
    const directory = await this.#inotify?.watchDirectory(dirname(path));
    if (!this.#isCurrent(one)) return;
    this.#setWatch(one, directory);
    // It may have come before its directory was watched, which does not tell of its changes.
    const late = await this.#inotify?.watchFile(path);
    if (late !== undefined && this.#isCurrent(one)) this.#setWatch(one, late);
  }

  #setWatch(one: Watched, watch: WatchNumber | undefined): void {
    const before = one.watch;
    one.watch = watch;
    if (before === undefined || this.#files.values().some((each) => each.watch === before)) return;
    this.#inotify?.unwatch(before);
  }

  #take({ file }: Watched, look: FileLook): void {
    const { board, log, clock, wake } = this.#parts;
    const line = file.take(look, clock());
    if (line !== undefined) log.warning(line);
    if (file.number === undefined) return;
    board.note(`file ${file.path}`, file.number, file.words);
    wake();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#inotify?.[Symbol.dispose]();
  }
}

function newWatched(path: string): Watched {
  return { file: new TrackedFile(path), watch: undefined, looking: false, again: false };
}

function isAbout({ watch, file }: Watched, changed: WatchNumber, name: string): boolean {
  return watch === changed && (name === "" || name === basename(file.path));
}

async function lookInto(path: string): Promise<FileLook> {
  try {
    return new TextDecoder().decode(await readFileStart(path, FILE_LIMIT_BYTES));
  } catch (error) {
    if (error instanceof SyscallError) return error;
    throw error;
  }
}
