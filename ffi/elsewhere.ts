import { SyscallError } from "./errno.ts";
import { lastErrno } from "./libc.ts";

/*
 * A disk may take its time, so files of the log are opened and written, and tracked files are read,
 * on threads of the runtime's pool. Why a call has failed cannot be read there: what has failed
 * quickly is done again here, where it fails as quickly, or succeeds.
 */

const QUICK_MS = 100;
const EIO = 5;

/** The answer of a call that gives a negative one on failure. Throws {@linkcode SyscallError}. */
export async function answerOf({ operation, elsewhere, here }: {
  readonly operation: string;
  readonly elsewhere: () => Promise<number | bigint>;
  readonly here: () => number | bigint;
}): Promise<number> {
  const beganMs = performance.now();
  const answer = await elsewhere();
  if (answer >= 0) return Number(answer);
  // To ask a slow disk again would stop everything else meanwhile.
  if (performance.now() - beganMs > QUICK_MS) throw new SyscallError(operation, EIO);
  const again = here();
  if (again >= 0) return Number(again);
  throw new SyscallError(operation, lastErrno());
}
