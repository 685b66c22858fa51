import type { CaughtFrame } from "./sighting.ts";

/** Where frames come from: an interface or a file. */
export interface FrameSource extends Disposable {
  /** In batches as they come. Ends with the file, or when `stop` is aborted. */
  batches(stop: AbortSignal): AsyncIterator<readonly CaughtFrame[], void>;
  /** Frames that went by and could not be kept, since the last call. */
  takeLost(): number;
}

/** What is wrong with a capture file; the message is a whole sentence for the user. */
export class CaptureFileError extends Error {
  override readonly name = "CaptureFileError";
}

/** The system does not let the sniffer do its work; the message is for the user. */
export class SnifferRefusal extends Error {
  override readonly name = "SnifferRefusal";
}
