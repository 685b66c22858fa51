/** ELF64 header fields (elf(5)); all little-endian on the machines that we build for. */
const AT = {
  magic: 0,
  class: 4,
  data: 5,
  sectionOffset: 0x28,
  sectionSize: 0x3a,
  sectionCount: 0x3c,
} as const;
const ELF_MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const DATA_LITTLE_ENDIAN = 1;
const HEADER_SIZE = 64;

/**
 * The size in bytes of the ELF image at the start of `header` (at least 64 bytes of the file): what
 * follows it in the file is appended data. The section header table is the last thing a linker writes.
 *
 * @throws {RangeError} Where the bytes are no 64-bit little-endian ELF header.
 */
export function parseElfImageSize(header: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (
    view.byteLength < HEADER_SIZE || view.getUint32(AT.magic) !== ELF_MAGIC ||
    view.getUint8(AT.class) !== CLASS_64 || view.getUint8(AT.data) !== DATA_LITTLE_ENDIAN
  ) {
    throw new RangeError(
      "Cannot find the end of the program: it has no 64-bit little-endian ELF header",
    );
  }
  const table = Number(view.getBigUint64(AT.sectionOffset, true));
  return table + view.getUint16(AT.sectionSize, true) * view.getUint16(AT.sectionCount, true);
}

/** {@linkcode parseElfImageSize} of the file at `path`. */
export async function elfImageSize(path: string): Promise<number> {
  using file = await Deno.open(path);
  const header = new Uint8Array(HEADER_SIZE);
  const read = await file.read(header);
  return parseElfImageSize(header.subarray(0, read ?? 0));
}
