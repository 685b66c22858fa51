import { checked, EAGAIN, SyscallError } from "./errno.ts";
import { Fd } from "./fd.ts";
import { INOTIFY_EVENT } from "./layout.ts";
import { lastErrno, libc } from "./libc.ts";

const IN_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const IN_ATTRIB = 0x004;
const IN_CLOSE_WRITE = 0x008;
const IN_MOVED_TO = 0x080;
const IN_CREATE = 0x100;
const IN_DELETE_SELF = 0x400;
const IN_MOVE_SELF = 0x800;
const IN_Q_OVERFLOW = 0x4000;
const IN_ONLYDIR = 0x01000000;

/** Written and closed, replaced by a rename (its last link goes), removed or moved away. */
const OF_A_FILE = IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
const OF_A_DIRECTORY = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;

/** Several events; one has a name of at most 255 bytes (NAME_MAX). */
const BUFFER_BYTES = 16_384;

/** Number of a watch; the same object has the same one, by whatever path. */
export type WatchNumber = number;

export interface FileEvent {
  /** `lost`: the kernel had to drop some. */
  readonly watch: WatchNumber | "lost";
  /** In a watched directory; "" for the watched object itself. */
  readonly name: string;
}

/** Tells of changes to files (inotify(7)); not of those that other machines make on shared disks. */
export class Inotify implements Disposable {
  readonly #fd: Fd;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);

  /** Throws {@linkcode SyscallError} where the kernel gives none: a user may have 128. */
  constructor() {
    this.#fd = new Fd(
      checked(libc().inotify_init1(IN_NONBLOCK_CLOEXEC), () => "watch files (inotify)"),
    );
  }

  /** Can be read while there are events. */
  get fd(): Fd {
    return this.#fd;
  }

  /**
   * Watches a file through symbolic links until it is removed; `undefined` where there is none. The
   * disk may take its time, so this waits on another thread.
   */
  watchFile(path: string): Promise<WatchNumber | undefined> {
    return this.#watch(path, OF_A_FILE);
  }

  /** Tells what comes into a directory. */
  watchDirectory(path: string): Promise<WatchNumber | undefined> {
    return this.#watch(path, OF_A_DIRECTORY);
  }

  async #watch(path: string, mask: number): Promise<WatchNumber | undefined> {
    const text = new TextEncoder().encode(`${path}\0`);
    const number = await libc().inotify_add_watch_elsewhere(this.#fd.number, text, mask);
    return number < 0 ? undefined : number;
  }

  /** Does nothing where the kernel has ended the watch by itself. */
  unwatch(watch: WatchNumber): void {
    libc().inotify_rm_watch(this.#fd.number, watch);
  }

  /** What has happened; never waits. */
  take(): readonly FileEvent[] {
    const events: FileEvent[] = [];
    for (;;) {
      const length = Number(
        libc().read(this.#fd.number, this.#buffer, BigInt(this.#buffer.length)),
      );
      if (length > 0) events.push(...this.#parse(length));
      else if (length === 0 || lastErrno() === EAGAIN) return events;
      else throw new SyscallError("read events of files", lastErrno());
    }
  }

  *#parse(length: number): Generator<FileEvent> {
    const { at, size } = INOTIFY_EVENT;
    for (let start = 0; start + size <= length;) {
      const mask = this.#view.getUint32(start + at.mask, true);
      const end = start + size + this.#view.getUint32(start + at.len, true);
      const name = this.#buffer.subarray(start + size, end);
      yield {
        watch: (mask & IN_Q_OVERFLOW) !== 0 ? "lost" : this.#view.getInt32(start + at.wd, true),
        name: new TextDecoder().decode(name.subarray(0, Math.max(0, name.indexOf(0)))),
      };
      start = end;
    }
  }

  [Symbol.dispose](): void {
    this.#fd.close();
  }
}
