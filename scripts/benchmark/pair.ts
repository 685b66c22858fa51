import { delay } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";
import { Daemon, type Make } from "./daemon.ts";
import { type Kind, SECOND } from "./kind.ts";
import { PRIORITY } from "./vrouters.ts";

/** keepalived announces again five seconds after it became Master. */
export const SETTLE_MS = 7000;

export interface PairOptions {
  readonly world: World;
  readonly make: Make;
  readonly binary: string;
  readonly virtualMac: "none" | "macvlan";
  /** Default {@linkcode SECOND}. */
  readonly kind?: Kind;
}

/** Two of a make with all virtual routers each, in steady state: all Master on r1, Backup on r2. */
export async function startPair(
  { world, make, binary, virtualMac, kind = SECOND }: PairOptions,
): Promise<{ readonly master: Daemon }> {
  const common = { world, make, binary, network: kind.network };
  const master = await Daemon.start({
    ...common,
    place: "r1",
    routers: kind.routers({ priority: PRIORITY.master, virtualMac }),
  });
  await master.untilMaster();
  const backup = kind.routers({ priority: PRIORITY.backup, virtualMac });
  await Daemon.start({ ...common, place: "r2", routers: backup });
  await delay(SETTLE_MS);
  return { master };
}
