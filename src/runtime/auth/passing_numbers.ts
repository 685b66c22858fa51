import { AhNumbers } from "../../vrrp/ah_numbers.ts";
import { Replay } from "../../vrrp/replay.ts";
import type { NumberSource } from "./authenticator.ts";
import { bothClocks } from "./clocks.ts";

/** For what never goes beyond this process and may be forgotten with it, such as a rehearsal. */
export const passingNumbers: NumberSource = {
  of: () => ({
    ah: new AhNumbers(),
    replay: (rules) => new Replay(rules, { bootId: "", instant: bothClocks() }),
    now: bothClocks,
  }),
};
