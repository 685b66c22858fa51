import type { Row } from "./row.ts";
import { API } from "./row_api.ts";
import { MANY } from "./row_many.ts";
import { MEMORY } from "./row_memory.ts";
import { RECEIVE } from "./row_receive.ts";
import { START } from "./row_start.ts";
import { STEADY } from "./row_steady.ts";
import { STOP } from "./row_stop.ts";
import { takeOverRow } from "./row_take_over.ts";

/** In the order in which they are measured: what leaves the kernel most to clear away comes last. */
export const ROWS: readonly Row[] = [
  START,
  MEMORY,
  STEADY,
  API,
  RECEIVE,
  STOP,
  takeOverRow({ name: "take-over", where: "ether", virtualMac: "none", announcedGoalMs: 25 }),
  takeOverRow({
    name: "take-over-macvlan",
    where: "macvlan",
    virtualMac: "macvlan",
    announcedGoalMs: 50,
  }),
  MANY,
];
