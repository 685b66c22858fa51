/** Exit codes of all programs; spec for users is in the README. */
export const EXIT = {
  fine: 0,
  /** Wrong use or wrong configuration. */
  wrongUse: 1,
  /** The system refused something for good. */
  refused: 2,
  /** `rvrrpd status`: a virtual router is in Fault or Init. */
  inTrouble: 3,
  /** No daemon answers. */
  noDaemon: 4,
} as const;

export type ExitCode = typeof EXIT[keyof typeof EXIT];

/** A reason to end with one clear line for the user; never a bug of ours. */
export class ExitError extends Error {
  override readonly name = "ExitError";
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}
