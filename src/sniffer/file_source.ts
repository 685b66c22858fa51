import * as pcap from "../wire/pcap.ts";
import { subView } from "../wire/bytes.ts";
import type { CaughtFrame } from "./sighting.ts";
import { CaptureFileError, type FrameSource } from "./source.ts";

/** Something that bytes are read from, such as an open file; like `Deno.FsFile`. */
export interface ByteReader {
  read(into: Uint8Array): Promise<number | null>;
}

const CHUNK_BYTES = 1 << 16;
/** The longest record there is and a chunk behind it. */
const BUFFER_BYTES = pcap.SNAP_LENGTH + pcap.RECORD_HEADER_SIZE + CHUNK_BYTES;

/**
 * The frames of a classic pcap file, read piece by piece: neither its size nor whether it is still
 * being written to matters.
 */
export class FileSource implements FrameSource {
  readonly #name: string;
  readonly #reader: ByteReader & Disposable;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  /** The bytes in the buffer that are not used up yet. */
  #from = 0;
  #to = 0;
  /** Where the buffer's first unused byte lies in the file. */
  #offset = 0;
  #records = 0;

  constructor(
    { name, reader }: { readonly name: string; readonly reader: ByteReader & Disposable },
  ) {
    this.#name = name;
    this.#reader = reader;
  }

  /** Throws {@linkcode CaptureFileError} where the file is no capture or damaged. */
  async *batches(stop: AbortSignal): AsyncGenerator<readonly CaughtFrame[], void> {
    await this.#fill(pcap.FILE_HEADER_SIZE);
    const format = pcap.parseFileHeader(this.#view(pcap.FILE_HEADER_SIZE));
    if (!format.ok) throw this.#error(format.error);
    this.#use(pcap.FILE_HEADER_SIZE);
    while (!stop.aborted && await this.#fill(1)) {
      const batch: CaughtFrame[] = [];
      // At least one, and then what is in memory anyway.
      do batch.push(await this.#record(format.value)); while (this.#hasWholeRecord(format.value));
      yield batch;
    }
  }

  async #record(format: pcap.PcapFormat): Promise<CaughtFrame> {
    const { RECORD_HEADER_SIZE, SNAP_LENGTH } = pcap;
    const problem = () => `Cannot read pcap record ${this.#records + 1} at byte ${this.#offset}`;
    if (!await this.#fill(RECORD_HEADER_SIZE)) throw this.#error(`${problem()}: it is cut short`);
    const header = pcap.parseRecordHeader(this.#view(RECORD_HEADER_SIZE), format);
    const { timestampUs, capturedBytes, wireBytes } = header;
    if (capturedBytes > SNAP_LENGTH) {
      throw this.#error(`${problem()}: it claims ${capturedBytes} bytes`);
    }
    const size = RECORD_HEADER_SIZE + capturedBytes;
    if (!await this.#fill(size)) throw this.#error(`${problem()}: it is cut short`);
    const bytes = subView(this.#view(size), { at: RECORD_HEADER_SIZE, length: capturedBytes });
    this.#use(size);
    this.#records++;
    // A copy: the next record may move what is in the buffer.
    const copy = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice();
    const frame = new DataView(copy.buffer);
    return { timestampUs, bytes: frame, wireBytes: Math.max(wireBytes, capturedBytes) };
  }

  #hasWholeRecord(format: pcap.PcapFormat): boolean {
    const there = this.#to - this.#from;
    if (there < pcap.RECORD_HEADER_SIZE) return false;
    const { capturedBytes } = pcap.parseRecordHeader(this.#view(pcap.RECORD_HEADER_SIZE), format);
    return capturedBytes <= pcap.SNAP_LENGTH && there >= pcap.RECORD_HEADER_SIZE + capturedBytes;
  }

  /** Whether so many unused bytes are in the buffer now; false at the file's end. */
  async #fill(wanted: number): Promise<boolean> {
    while (this.#to - this.#from < wanted) {
      if (this.#from > 0) this.#moveDown();
      const room = this.#buffer.subarray(this.#to, this.#to + CHUNK_BYTES);
      const count = await this.#reader.read(room);
      if (count === null) return false;
      this.#to += count;
    }
    return true;
  }

  #moveDown(): void {
    this.#buffer.copyWithin(0, this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
  }

  /** Up to so many unused bytes, fewer at the file's end. */
  #view(length: number): DataView {
    const there = Math.min(length, this.#to - this.#from);
    return new DataView(this.#buffer.buffer, this.#from, there);
  }

  #use(length: number): void {
    this.#from += length;
    this.#offset += length;
  }

  #error(problem: string): CaptureFileError {
    return new CaptureFileError(`${this.#name}: ${problem}`);
  }

  takeLost(): number {
    return 0;
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }
}
