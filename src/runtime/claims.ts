import type { Log } from "../log.ts";
import type { FaultReason } from "../vrrp/types.ts";
import type { Verdict } from "./placement.ts";
import type { Router } from "./router.ts";
import type { Occupant, OtherDaemons } from "./undo/other_daemons.ts";

/**
 * Keeps two daemons of one machine from running the same virtual router: they would take each
 * other's addresses and MAC away, and each would take the other's advertisements for its own. Nor
 * may both replace the MAC of one interface: it would be lost for good.
 */
export class Claims {
  readonly #others: OtherDaemons;
  readonly #log: Log;
  readonly #ours = new Set<Router>();

  constructor({ others, log }: { others: OtherDaemons; log: Log }) {
    this.#others = others;
    this.#log = log;
  }

  /** Others may run these from now on. */
  release(routers: readonly Router[]): void {
    const ours = routers.filter((router) => this.#ours.delete(router));
    if (ours.length > 0) this.#others.release(ours.map(({ config }) => config));
  }

  /** Refuses those that could run but are run by another process; they are tried again later. */
  judge(verdicts: Map<Router, Verdict>, nowMs: number): void {
    const isNew = (router: Router) =>
      verdicts.get(router)?.ready === true && !this.#ours.has(router);
    const routers = [...verdicts.keys()].filter(isNew);
    if (routers.length === 0) return;
    const occupants = this.#others.claim(routers.map(({ config }) => config));
    for (const router of routers) {
      const occupant = occupants.get(router.config);
      if (occupant === undefined) {
        this.#ours.add(router);
        continue;
      }
      const reason = REASONS[occupant.has];
      router.block(reason, nowMs);
      verdicts.set(router, { ready: false, reason });
      this.#log.error(`${router.label} - ${occupiedText(router, occupant)}`);
    }
  }
}

const REASONS = {
  router: "runsElsewhere",
  mac: "macTaken",
} as const satisfies Record<Occupant["has"], FaultReason>;

function occupiedText({ config }: Router, { pid, has }: Occupant): string {
  return has === "router"
    ? `Process ${pid} runs this virtual router: stop one of both`
    : `Process ${pid} replaces the MAC of ${config.interface} already, which can have only one: ` +
      'set iftype = "macvlan" (recommended) or vmac = false for one of both';
}
