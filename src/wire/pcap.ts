import { err, ok, type Result } from "../base/result.ts";
import { putBytes, subView } from "./bytes.ts";

/** One captured Ethernet frame. */
export interface PcapRecord {
  /** Since 1970, whole microseconds. */
  readonly timestampUs: number;
  /** Shorter than it was on the wire where the capture's snap length cut it. */
  readonly frame: DataView;
  /** Length on the wire; default: the frame's. */
  readonly wireBytes?: number;
}

/** What stands before a frame in a file. */
export interface PcapRecordHeader {
  /** Since 1970, whole microseconds. */
  readonly timestampUs: number;
  /** How many bytes of the frame follow. */
  readonly capturedBytes: number;
  readonly wireBytes: number;
}

const FILE_AT = {
  magic: 0,
  major: 4,
  minor: 6,
  zone: 8,
  accuracy: 12,
  snap: 16,
  link: 20,
} as const;
export const FILE_HEADER_SIZE = 24;
const RECORD_AT = { seconds: 0, fraction: 4, captured: 8, original: 12 } as const;
export const RECORD_HEADER_SIZE = 16;

const MAGIC_US = 0xa1b2c3d4;
const MAGIC_NS = 0xa1b23c4d;
const VERSION_MAJOR = 2;
const VERSION_MINOR = 4;
/** No capture program keeps more of a frame: a greater length is garbage. */
export const SNAP_LENGTH = 0x40000;
const LINK_ETHERNET = 1;
/** The upper half of the link field tells about check sequences. */
const LINK_TYPE_MASK = 0xffff;
const US_PER_S = 1_000_000;
const NS_PER_US = 1000;

/** What a file's header says about its records. */
export interface PcapFormat {
  readonly littleEndian: boolean;
  /** 1 where fractions of a second are microseconds, 1000 for nanoseconds. */
  readonly unitsPerUs: number;
}

/**
 * Reads a classic pcap file of Ethernet frames, of either byte order, with microseconds or
 * nanoseconds (cut to whole microseconds). The error says what is wrong and where. Frames lie in
 * the view's own memory.
 */
export function parse(view: DataView): Result<PcapRecord[], string> {
  const format = parseFileHeader(view);
  if (!format.ok) return format;
  const records: PcapRecord[] = [];
  for (let at = FILE_HEADER_SIZE; at < view.byteLength;) {
    const record = parseRecord(view, at, format.value);
    if (record === undefined) {
      return err(`Cannot read pcap record ${records.length + 1} at byte ${at}: it is cut short`);
    }
    records.push(record);
    at += recordSize(record);
  }
  return ok(records);
}

/** Reads the first {@linkcode FILE_HEADER_SIZE} bytes of a file. */
export function parseFileHeader(view: DataView): Result<PcapFormat, string> {
  if (view.byteLength < FILE_HEADER_SIZE) {
    return err(`Cannot read a pcap file of ${view.byteLength} bytes: its header takes 24`);
  }
  const format = parseMagic(view);
  if (format === undefined) {
    const magic = view.getUint32(FILE_AT.magic).toString(16).padStart(8, "0");
    const mend = "editcap -F pcap converts other captures";
    return err(`Cannot read a file that begins with 0x${magic}: it is no classic pcap (${mend})`);
  }
  const major = view.getUint16(FILE_AT.major, format.littleEndian);
  if (major !== VERSION_MAJOR) return err(`Cannot read pcap version ${major}: only 2 is known`);
  const link = view.getUint32(FILE_AT.link, format.littleEndian) & LINK_TYPE_MASK;
  if (link !== LINK_ETHERNET) return err(`Cannot read pcap link type ${link}: only Ethernet (1)`);
  return ok(format);
}

function parseMagic(view: DataView): PcapFormat | undefined {
  for (const littleEndian of [false, true]) {
    const magic = view.getUint32(FILE_AT.magic, littleEndian);
    if (magic === MAGIC_US) return { littleEndian, unitsPerUs: 1 };
    if (magic === MAGIC_NS) return { littleEndian, unitsPerUs: NS_PER_US };
  }
  return undefined;
}

function parseRecord(view: DataView, at: number, format: PcapFormat): PcapRecord | undefined {
  const left = view.byteLength - at - RECORD_HEADER_SIZE;
  if (left < 0) return undefined;
  const header = parseRecordHeader(subView(view, { at, length: RECORD_HEADER_SIZE }), format);
  const { timestampUs, capturedBytes: length, wireBytes } = header;
  if (length > left) return undefined;
  return { timestampUs, frame: subView(view, { at: at + RECORD_HEADER_SIZE, length }), wireBytes };
}

/** Reads {@linkcode RECORD_HEADER_SIZE} bytes; the lengths may be garbage. */
export function parseRecordHeader(view: DataView, format: PcapFormat): PcapRecordHeader {
  const { littleEndian, unitsPerUs } = format;
  const seconds = view.getUint32(RECORD_AT.seconds, littleEndian);
  const fraction = view.getUint32(RECORD_AT.fraction, littleEndian);
  return {
    timestampUs: seconds * US_PER_S + Math.floor(fraction / unitsPerUs),
    capturedBytes: view.getUint32(RECORD_AT.captured, littleEndian),
    wireBytes: view.getUint32(RECORD_AT.original, littleEndian),
  };
}

/** The bytes that a record takes in a file. */
export function recordSize(record: PcapRecord): number {
  return RECORD_HEADER_SIZE + record.frame.byteLength;
}

export function size(records: readonly PcapRecord[]): number {
  return records.reduce((total, record) => total + recordSize(record), FILE_HEADER_SIZE);
}

/** Writes a whole file in network byte order into a view of at least {@linkcode size} bytes. */
export function emit(records: readonly PcapRecord[], view: DataView): void {
  emitFileHeader(view);
  let at = FILE_HEADER_SIZE;
  for (const record of records) {
    const length = recordSize(record);
    emitRecord(record, subView(view, { at, length }));
    at += length;
  }
}

/** Writes what a file begins with, in network byte order. */
export function emitFileHeader(view: DataView): void {
  view.setUint32(FILE_AT.magic, MAGIC_US);
  view.setUint16(FILE_AT.major, VERSION_MAJOR);
  view.setUint16(FILE_AT.minor, VERSION_MINOR);
  view.setUint32(FILE_AT.zone, 0);
  view.setUint32(FILE_AT.accuracy, 0);
  view.setUint32(FILE_AT.snap, SNAP_LENGTH);
  view.setUint32(FILE_AT.link, LINK_ETHERNET);
}

/** Writes one record into a view of {@linkcode recordSize} bytes. */
export function emitRecord(record: PcapRecord, view: DataView): void {
  const { frame, timestampUs, wireBytes = frame.byteLength } = record;
  view.setUint32(RECORD_AT.seconds, Math.floor(timestampUs / US_PER_S));
  view.setUint32(RECORD_AT.fraction, timestampUs % US_PER_S);
  view.setUint32(RECORD_AT.captured, frame.byteLength);
  view.setUint32(RECORD_AT.original, wireBytes);
  const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
  putBytes(view, RECORD_HEADER_SIZE, bytes);
}
