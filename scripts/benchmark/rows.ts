import { centisecond, DECISECOND } from "./kind.ts";
import type { Row } from "./row.ts";
import { API } from "./row_api.ts";
import { MANY } from "./row_many.ts";
import { MEMORY } from "./row_memory.ts";
import { RECEIVE } from "./row_receive.ts";
import { START } from "./row_start.ts";
import { STEADY, STEADY_CENTISECOND } from "./row_steady.ts";
import { STOP } from "./row_stop.ts";
import { takeOverRow } from "./row_take_over.ts";

/** In the order in which they are measured: what leaves the kernel most to clear away comes last. */
export const ROWS: readonly Row[] = [
  START,
  MEMORY,
  STEADY,
  ...STEADY_CENTISECOND,
  API,
  RECEIVE,
  STOP,
  takeOverRow({
    name: "take-over",
    where: "ether",
    virtualMac: "none",
    goalMs: 15,
    announcedGoalMs: 25,
  }),
  takeOverRow({
    name: "take-over-macvlan",
    where: "macvlan",
    virtualMac: "macvlan",
    goalMs: 15,
    announcedGoalMs: 50,
  }),
  takeOverRow({
    name: "take-over-v3-0.1s",
    where: "v3, IPv4, 0.1 s",
    virtualMac: "none",
    kind: DECISECOND,
    goalMs: 15,
  }),
  ...([4, 6] as const).map((family) =>
    takeOverRow({
      name: `take-over-v3-ipv${family}`,
      where: `v3, IPv${family}, 10 ms`,
      virtualMac: "none",
      kind: centisecond(family),
      goalMs: 5,
    })
  ),
  MANY,
];
