import {
  createElsewhere,
  renameElsewhere,
  syncElsewhere,
  writeElsewhere,
} from "../../../ffi/durable_file.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { tryLock } from "../../../ffi/file_lock.ts";
import type { ReplayMemory } from "../../vrrp/replay_memory.ts";
import type { Log } from "../../log.ts";
import { StateDirectory } from "../undo/state_directory.ts";
import { type Memories, mergeMemories, NumberText, parseNumbers } from "./number_text.ts";

const NAME = /^numbers-[0-9a-f]{8}$/;
const UNFINISHED = /^numbers-[0-9a-f]{8}\.new$/;
const LOCK_PATIENCE_MS = 1000;
/** Lines in one piece, between which the engine gets its turn. */
const LINES_PER_PIECE = 64;

const NONE: Memories = new Map();
const LOST =
  "what was accepted before this start is not known any more, so that hmac-sha256 takes " +
  "only what is signed after it";

/** What was found on the disk. */
export interface Found {
  readonly memories: ReadonlyMap<string, ReplayMemory>;
  /** Something was there that cannot be read any more. */
  readonly lost: boolean;
}

/** Where numbers outlive the process, and the machine's boot. */
export interface NumberStore {
  /** Throws StateDirectoryError. */
  load(): Found;
  /** Whether they are safe on the disk. The memories are asked for one after the other. */
  save(memories: Iterable<readonly [string, () => ReplayMemory]>): Promise<boolean>;
  close(): void;
}

/**
 * A file for each process, in one directory. The lock on it shows that its process lives; those that
 * nobody holds are taken over by whoever starts next, whatever virtual routers they speak of. So who
 * starts reads the files of the living too: one of them may have taken over what was ours.
 */
export class NumberDirectory implements NumberStore {
  readonly #path: string;
  readonly #log: Log;
  readonly #name = `numbers-${crypto.getRandomValues(new Uint8Array(4)).toHex()}`;
  #directory: StateDirectory | undefined;
  #file: Fd | undefined;
  /** Files whose numbers are ours by now, to be removed when they are in our own. */
  #takenOver: string[] = [];

  constructor({ path, log }: { readonly path: string; readonly log: Log }) {
    this.#path = path;
    this.#log = log;
  }

  load(): Found {
    const use = { files: "the numbers of hmac-sha256", key: "replay_dir" };
    const directory = StateDirectory.open(this.#path, use);
    this.#directory = directory;
    using lock = lockOrNothing(directory);
    if (lock === undefined) {
      this.#log.warning(`Left the files in ${this.#path} as they are: it is locked`);
    }
    const memories = new Map<string, ReplayMemory>();
    const names = this.#names(directory);
    let lost = names === undefined;
    for (const name of names ?? []) {
      const found = this.#read(name, { directory, alone: lock !== undefined });
      if (found === "damaged") lost = true;
      else merge(memories, found);
    }
    return { memories, lost };
  }

  #names(directory: StateDirectory): readonly string[] | undefined {
    try {
      return directory.names();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#log.error(`Cannot list ${this.#path} (${error.code}): ${LOST}`);
      return undefined;
    }
  }

  /** What one file says. `alone`: it may be cleared up, because no other process does. */
  #read(
    name: string,
    { directory, alone }: { readonly directory: StateDirectory; readonly alone: boolean },
  ): Memories | "damaged" {
    if (UNFINISHED.test(name) && alone) this.#clear(name, directory);
    if (!NAME.test(name)) return NONE;
    const file = directory.inspect(name);
    if (file.state === "refused") this.#warn(name, file.problem);
    if (file.state === "gone" || file.state === "refused") return NONE;
    const ours = file.state === "free" && alone;
    const found = parseNumbers(file.text);
    if (found === undefined) {
      const now = ours ? setAside(name, directory) : "";
      this.#log.error(`${this.#path}/${name} is damaged${now}: ${LOST}`);
      return "damaged";
    }
    if (ours) this.#takenOver.push(name);
    return found;
  }

  #clear(name: string, directory: StateDirectory): void {
    if (directory.inspect(name).state === "free") this.#remove(name, directory);
  }

  #remove(name: string, directory: StateDirectory): void {
    try {
      directory.remove(name);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#warn(name, error.code);
    }
  }

  #warn(name: string, problem: string): void {
    this.#log.warning(`Left ${this.#path}/${name} alone: ${problem}`);
  }

  async save(memories: Iterable<readonly [string, () => ReplayMemory]>): Promise<boolean> {
    const directory = this.#directory?.descriptor;
    if (directory === undefined) return false;
    const unfinished = `${this.#name}.new`;
    const file = await createElsewhere(directory, unfinished);
    if (file === undefined) return false;
    // Before it has its name, so that nobody takes it for one that is left.
    const renamed = locks(file) && await writeAll(file, memories) && await syncElsewhere(file) &&
      await renameElsewhere(directory, { from: unfinished, to: this.#name }) &&
      await syncElsewhere(directory);
    if (!renamed) {
      file.close();
      return false;
    }
    this.#file?.close();
    this.#file = file;
    this.#removeTakenOver();
    return true;
  }

  /** Where another process is at work in the directory, the next time will do. */
  #removeTakenOver(): void {
    const directory = this.#directory;
    if (directory === undefined || this.#takenOver.length === 0) return;
    using lock = lockOrNothing(directory, 0);
    if (lock === undefined) return;
    for (const name of this.#takenOver) this.#remove(name, directory);
    this.#takenOver = [];
  }

  close(): void {
    this.#file?.close();
    this.#directory?.[Symbol.dispose]();
  }
}

function merge(all: Map<string, ReplayMemory>, found: Memories): void {
  for (const [router, memory] of found) {
    const known = all.get(router);
    all.set(router, known === undefined ? memory : mergeMemories(known, memory));
  }
}

/** How a message goes on about a file that was to be out of the way. */
function setAside(name: string, directory: StateDirectory): string {
  try {
    return `, and now called ${directory.setAside(name)}`;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return ` and cannot be renamed (${error.code})`;
  }
}

/** A file system without locks is as one that is locked. */
function lockOrNothing(
  directory: StateDirectory,
  patienceMs = LOCK_PATIENCE_MS,
): Disposable | undefined {
  try {
    return directory.lock(patienceMs);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return undefined;
  }
}

function locks(file: Fd): boolean {
  try {
    return tryLock(file, "alone");
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return false;
  }
}

async function writeAll(
  file: Fd,
  memories: Iterable<readonly [string, () => ReplayMemory]>,
): Promise<boolean> {
  const text = new NumberText();
  const encoder = new TextEncoder();
  let piece = text.head();
  let lines = 0;
  for (const [router, memory] of memories) {
    piece += text.router(router, memory());
    if (++lines % LINES_PER_PIECE !== 0) continue;
    if (!await writeElsewhere(file, encoder.encode(piece))) return false;
    piece = "";
  }
  return await writeElsewhere(file, encoder.encode(piece + text.end()));
}
