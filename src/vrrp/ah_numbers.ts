import { ok, type Result } from "../base/result.ts";
import { type Reject, reject } from "../wire/reject.ts";

const MOST = 2 ** 32 - 1;
/** Whoever sent a number far above all others would shut everybody else out. */
const LONGEST_JUMP = 2 ** 31;

/**
 * The numbers of authentication headers, in keepalived's way: all routers of one virtual router count
 * on from the last one that any of them has sent.
 */
export class AhNumbers {
  #last: number | undefined;

  /** 1 where nobody was heard before. It does not begin anew: at its end it stays there. */
  next(): number {
    this.#last = Math.min((this.#last ?? 0) + 1, MOST);
    return this.#last;
  }

  accept(number: number): Result<void, Reject> {
    const last = this.#last;
    if (last !== undefined && number <= last) {
      return reject("authReplay", `number ${number} was sent before`);
    }
    if (last !== undefined && number - last > LONGEST_JUMP) {
      return reject("authJump", `number ${number} after ${last}`);
    }
    this.#last = number;
    return ok(undefined);
  }
}
