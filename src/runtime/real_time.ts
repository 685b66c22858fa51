import { SyscallError } from "../../ffi/errno.ts";
import * as thread from "../../ffi/real_time.ts";
import type { VirtualRouterConfig } from "../config/types.ts";
import type { Log } from "../log.ts";

/**
 * An ordinary thread may wait for a processor for tens of milliseconds where other programs want it
 * too. From here on that is less than the time for which a Backup waits.
 */
const PATIENT_MS = 100;

/** How this thread is scheduled; see ffi/real_time.ts. */
export type Scheduling = Pick<
  typeof thread,
  "enterRealTime" | "keepRealTime" | "leaveRealTime" | "runsInRealTime"
>;

/**
 * Runs the engine's thread in real time for as long as a virtual router has so short an interval that
 * it could not be kept otherwise. What others have arranged before us is left alone, but for what
 * this thread starts, which is ordinary in any case.
 */
export class RealTime {
  readonly #log: Log;
  readonly #scheduling: Scheduling;
  #isOurs = false;
  #isNeeded = false;
  #toldOfRefusal = false;

  constructor({ log, scheduling = thread }: {
    readonly log: Log;
    readonly scheduling?: Scheduling;
  }) {
    this.#log = log;
    this.#scheduling = scheduling;
  }

  /** Whether this thread has to do without the others: they are ordinary, and intervals are short. */
  get isNeeded(): boolean {
    return this.#isNeeded;
  }

  /** Does what these virtual routers need. */
  follow(routers: readonly Pick<VirtualRouterConfig, "protocol">[]): void {
    const intervals = routers.map(({ protocol }) => protocol.advertIntervalMs);
    const leastMs = Math.min(...intervals);
    this.#isNeeded = leastMs < PATIENT_MS;
    if (this.#isNeeded) this.#enter(leastMs);
    else if (this.#isOurs) this.#leave();
    else this.#keep();
  }

  #enter(leastMs: number): void {
    if (this.#isOurs) return;
    try {
      if (this.#scheduling.runsInRealTime()) return this.#keep();
      this.#scheduling.enterRealTime();
      this.#isOurs = true;
      this.#log.debug(1, "main", () => `Runs in real time, for intervals of ${leastMs} ms`);
    } catch (error) {
      this.#tellOfRefusal(error, leastMs);
    }
  }

  /** It stays ours where it is refused: the next configuration may be asked again. */
  #leave(): void {
    try {
      this.#scheduling.leaveRealTime();
      this.#isOurs = false;
      this.#log.debug(1, "main", () => "Runs in real time no more");
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#log.warning(`${error.message}: goes on in real time, which does no harm to its work`);
    }
  }

  #keep(): void {
    try {
      this.#scheduling.keepRealTime();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#log.warning(`${error.message}: the programs that it starts may run in real time too`);
    }
  }

  #tellOfRefusal(error: unknown, leastMs: number): void {
    if (!(error instanceof SyscallError)) throw error;
    if (this.#toldOfRefusal) return;
    this.#toldOfRefusal = true;
    this.#log.warning(
      `${error.message}: a Backup may take over because other programs keep this one waiting, ` +
        `at intervals of ${leastMs} ms; give the service LimitRTPRIO=1 or CAP_SYS_NICE`,
    );
  }
}
