import type { Result } from "../base/result.ts";
import type { Packet } from "../wire/frame.ts";
import type { Reject } from "../wire/reject.ts";
import type { Instant } from "./stamp_clock.ts";

/** An advertisement whose unsigned parts have been found right: nothing is remembered of any other. */
export interface Candidate {
  readonly packet: Packet;
  /** Without the trailer. */
  readonly message: DataView;
  readonly trailer?: DataView;
}

/** Tells what was signed with our key, and just now, from all else, and remembers what it has seen. */
export interface Guard {
  check(candidate: Candidate, arrival: Instant): Result<void, Reject>;
}
