import {
  createElsewhere,
  renameElsewhere,
  syncElsewhere,
  writeElsewhere,
} from "../../../ffi/durable_file.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { tryLock } from "../../../ffi/file_lock.ts";
import type { ReplayMemory } from "../../vrrp/replay.ts";
import type { Log } from "../../log.ts";
import { StateDirectory } from "../undo/state_directory.ts";
import { mergeMemories, NumberText, parseNumbers } from "./number_text.ts";

const NAME = /^numbers-[0-9a-f]{8}$/;
const UNFINISHED = /^numbers-[0-9a-f]{8}\.new$/;
const LOCK_PATIENCE_MS = 1000;
/** Lines in one piece, between which the engine gets its turn. */
const LINES_PER_PIECE = 64;

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
 * nobody holds are taken over by whoever starts next, whatever virtual routers they speak of.
 */
export class NumberDirectory implements NumberStore {
  readonly #path: string;
  readonly #log: Log;
  readonly #name = `numbers-${crypto.getRandomValues(new Uint8Array(4)).toHex()}`;
  #directory: StateDirectory | undefined;
  #file: Fd | undefined;
  /** Files whose numbers are ours by now, to be removed when they are in our own. */
  #takenOver: readonly string[] = [];

  constructor({ path, log }: { readonly path: string; readonly log: Log }) {
    this.#path = path;
    this.#log = log;
  }

  load(): Found {
    const use = { files: "the numbers of hmac-sha256", key: "replay_dir" };
    const directory = StateDirectory.open(this.#path, use);
    this.#directory = directory;
    using _lock = directory.lock(LOCK_PATIENCE_MS);
    const memories = new Map<string, ReplayMemory>();
    const takenOver: string[] = [];
    let lost = false;
    for (const name of directory.names()) {
      if (UNFINISHED.test(name) && directory.inspect(name).state === "free") directory.remove(name);
      if (!NAME.test(name)) continue;
      const file = directory.inspect(name);
      if (file.state === "refused") this.#warn(name, file.problem);
      if (file.state !== "free") continue;
      const found = parseNumbers(file.text);
      if (found === undefined) {
        lost = true;
        this.#setAside(name);
        continue;
      }
      takenOver.push(name);
      for (const [router, memory] of found) {
        const known = memories.get(router);
        memories.set(router, known === undefined ? memory : mergeMemories(known, memory));
      }
    }
    this.#takenOver = takenOver;
    return { memories, lost };
  }

  #warn(name: string, problem: string): void {
    this.#log.warning(`Left ${this.#path}/${name} alone: ${problem}`);
  }

  #setAside(name: string): void {
    const kept = this.#directory?.setAside(name);
    this.#log.error(
      `${this.#path}/${name} is damaged, and now called ${kept}: what was accepted before this ` +
        `start is not known any more, so that hmac-sha256 takes only what is signed after it`,
    );
  }

  async save(memories: Iterable<readonly [string, () => ReplayMemory]>): Promise<boolean> {
    const directory = this.#directory?.descriptor;
    if (directory === undefined) return false;
    const unfinished = `${this.#name}.new`;
    const file = await createElsewhere(directory, unfinished);
    if (file === undefined) return false;
    // Before it has its name, so that nobody takes it for one that is left.
    tryLock(file, "alone");
    const renamed = await writeAll(file, memories) && await syncElsewhere(file) &&
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

  #removeTakenOver(): void {
    for (const name of this.#takenOver) {
      try {
        this.#directory?.remove(name);
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
        this.#warn(name, error.code);
      }
    }
    this.#takenOver = [];
  }

  close(): void {
    this.#file?.close();
    this.#directory?.[Symbol.dispose]();
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
