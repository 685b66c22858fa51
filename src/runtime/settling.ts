import { equalIp, type IpAddress } from "../base/ip.ts";
import { equalMac } from "../base/mac.ts";
import type { Log } from "../log.ts";
import type { FaultReason, LinkFacts } from "../vrrp/types.ts";
import type { Batch } from "./batch.ts";
import type { Carriers } from "./carriers.ts";
import type { InterfaceTable } from "./interfaces.ts";
import type { Placement, Router } from "./router.ts";
import { isRunning } from "./running.ts";
import { tellName } from "./segments.ts";
import type { Upkeep } from "./upkeep.ts";

/** Tells virtual routers whether they have a place, and what has changed about it. */
export class Settling {
  readonly #table: InterfaceTable;
  readonly #log: Log;
  readonly #upkeep: Upkeep;
  readonly #carriers: Pick<Carriers, "mendForwarding">;
  /** Interfaces that were down since the last look, of which some may be up again. */
  #lowered: ReadonlySet<number> = new Set();

  constructor(
    parts: {
      readonly table: InterfaceTable;
      readonly log: Log;
      readonly upkeep: Upkeep;
      readonly carriers: Pick<Carriers, "mendForwarding">;
    },
  ) {
    this.#table = parts.table;
    this.#log = parts.log;
    this.#upkeep = parts.upkeep;
    this.#carriers = parts.carriers;
  }

  /** `work` tells what follows from all that the kernel has said until now. */
  afterNews(work: () => void): void {
    this.#lowered = this.#table.takeLowered();
    work();
    this.#lowered = new Set();
  }

  /** Nothing tells when the system would grant what it has refused: it is asked again. */
  refuse(router: Router, reason: FaultReason, batch: Batch, nowMs: number): void {
    if (reason === "refused") router.block(reason, nowMs);
    this.fail(router, reason, batch, nowMs);
  }

  fail(router: Router, reason: FaultReason, batch: Batch, nowMs: number): void {
    this.#upkeep.rest(router);
    batch.add(router, router.step({ kind: "linkFault", reason }, nowMs));
  }

  /** Tells the router what has changed about its place, if anything has. */
  settle(
    router: Router,
    { placement, facts }: { placement: Placement; facts: LinkFacts },
    batch: Batch,
    nowMs: number,
  ): void {
    const before = router.placement;
    const fault = isRunning(router) && before !== undefined
      ? this.#lostOwnAddress(router, before) ?? placeFault(router, { before, placement, facts })
      : undefined;
    if (fault !== undefined) this.fail(router, fault, batch, nowMs);
    const runs = isRunning(router);
    if (!runs || before === undefined || !samePlacement(before, placement)) {
      router.place(placement);
      if (runs && before !== undefined) {
        this.#tellWhatMoved(router, before, batch);
        if (saysOtherwise(router, before)) batch.add(router, [{ do: "announce", repeat: 1 }]);
      }
      batch.add(router, router.step({ kind: "linkReady", facts }, nowMs));
    }
    // Also in Fault others may have changed what a Backup must not do.
    this.#carriers.mendForwarding(router, placement, batch);
    if (!runs) return this.#upkeep.rest(router);
    this.#upkeep.review(router, batch, nowMs);
  }

  /**
   * An interface that was down for a moment has lost its own IPv6 address for the link, which the
   * kernel makes anew only when the interface has its own MAC back.
   */
  #lostOwnAddress({ state, replacesMac }: Router, before: Placement): FaultReason | undefined {
    const bearsVirtualMac = state.name === "Master" && replacesMac;
    const wasLowered = this.#lowered.has(before.carrier.ifindex);
    return bearsVirtualMac && wasLowered ? "interfaceDown" : undefined;
  }

  #tellWhatMoved(router: Router, before: Placement, batch: Batch): void {
    if (router.placement === undefined) return;
    const { source, carrier } = router.placement;
    if (router.config.interfaceType === "macvlan") {
      tellName(this.#log, before.carrier.name, carrier.name);
    }
    if (equalIp(source, before.source)) return;
    const report = { what: "sourceChanged", before: before.source, source } as const;
    batch.add(router, [{ do: "report", report }]);
  }
}

/** Why the router cannot simply go on in its new place. */
function placeFault(
  { state }: Router,
  { before, placement, facts }: { before: Placement; placement: Placement; facts: LinkFacts },
): FaultReason | undefined {
  // The addresses went with the link that carried them.
  if (before.carrier.ifindex !== placement.carrier.ifindex) return "carrierMissing";
  const owned = "facts" in state && state.facts.owner;
  return owned && !facts.owner ? "ownershipLost" : undefined;
}

/** Whether neighbours have been told something by a Master that holds no more. */
function saysOtherwise({ config, state, placement }: Router, before: Placement): boolean {
  if (state.name !== "Master" || placement === undefined) return false;
  const hasMoved = !config.virtualMac && !equalMac(before.ownMac, placement.ownMac);
  return hasMoved || before.isIpv6Router !== placement.isIpv6Router;
}

function samePlacement(a: Placement, b: Placement): boolean {
  return a.link === b.link && a.unicast === b.unicast && equalIp(a.source, b.source) &&
    equalMac(a.ownMac, b.ownMac) && a.carrier.ifindex === b.carrier.ifindex &&
    a.carrier.name === b.carrier.name && a.isIpv6Router === b.isIpv6Router &&
    isSameList(a.listedAddresses, b.listedAddresses);
}

function isSameList(a: readonly IpAddress[], b: readonly IpAddress[]): boolean {
  return a.length === b.length && a.every((one, index) => {
    const other = b[index];
    return other !== undefined && equalIp(one, other);
  });
}
