import { SyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { createOutput, writeAll } from "../../ffi/files.ts";
import * as pcap from "../wire/pcap.ts";
import type { CaughtFrame } from "./sighting.ts";
import { SnifferRefusal } from "./source.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk quota is used up",
  EISDIR: "it is a directory",
  ENOENT: "there is no such directory",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is no directory",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
};

/** A pcap file that is whole after every frame, so that nothing is lost whatever ends us. */
export class PcapOutput implements Disposable {
  readonly #path: string;
  readonly #file: Fd;

  /** What was in the file is gone. Throws {@linkcode SnifferRefusal}. */
  constructor(path: string) {
    this.#path = path;
    this.#file = this.#refusable(() => createOutput(path));
    const header = new DataView(new ArrayBuffer(pcap.FILE_HEADER_SIZE));
    pcap.emitFileHeader(header);
    try {
      this.#write(header);
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** Throws {@linkcode SnifferRefusal}, where the disk is full for example. */
  write({ timestampUs, bytes, wireBytes }: CaughtFrame): void {
    const record = { timestampUs, frame: bytes, wireBytes };
    const view = new DataView(new ArrayBuffer(pcap.recordSize(record)));
    pcap.emitRecord(record, view);
    this.#write(view);
  }

  #write(view: DataView<ArrayBuffer>): void {
    this.#refusable(() => writeAll(this.#file, new Uint8Array(view.buffer)));
  }

  #refusable<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      throw new SnifferRefusal(`Cannot write ${this.#path}: ${REASONS[error.code] ?? error.code}`);
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
