import { assert } from "../base/assert.ts";
import type { Log } from "../log.ts";
import { groupAdjustment, groupMoves } from "../vrrp/sync_group.ts";
import type { RouterState } from "../vrrp/types.ts";
import type { Batch } from "./batch.ts";
import type { Router } from "./router.ts";

/** A move may call for another one, but never for this many. */
const ROUNDS_MAX = 8;

interface Group {
  readonly name: string;
  readonly routers: readonly Router[];
  /** As they were when the group was settled last. */
  seen: readonly (RouterState | undefined)[];
  toldOfOwner: boolean;
}

/** The sync groups of the process: lets what happens to one member happen to the others. */
export class SyncGroups {
  readonly #log: Log;
  #groups: ReadonlyMap<string, Group>;

  constructor({ routers, log }: { readonly routers: readonly Router[]; readonly log: Log }) {
    this.#log = log;
    this.#groups = grouped(routers);
  }

  /**
   * Goes on with `routers`, some of which may have come or moved. Whoever is Master in a group with
   * a new member stays so, or a reload would be an outage.
   */
  replace(routers: readonly Router[], batch: Batch, nowMs: number): void {
    const before = this.#groups;
    this.#groups = grouped(routers);
    for (const { name, routers } of this.#groups.values()) {
      const earlier = new Set(before.get(name)?.routers);
      if (routers.length === earlier.size && routers.every((one) => earlier.has(one))) continue;
      for (const router of routers.filter(({ state }) => state.name === "Master")) {
        batch.add(router, router.step({ kind: "groupMaster", alone: true }, nowMs));
      }
    }
  }

  /** The router and all that are in its group, if it has one. */
  membersWith(router: Router): readonly Router[] {
    const { syncGroup } = router.config.protocol;
    const group = syncGroup === undefined ? undefined : this.#groups.get(syncGroup);
    return group?.routers ?? [router];
  }

  /** Lets the priority of each follow what it or another member of its group tracks. */
  adjust(routers: Iterable<Router>, batch: Batch, nowMs: number): void {
    for (const router of routers) {
      const members = this.membersWith(router);
      const adjustment = groupAdjustment(members.map(({ tracked }) => tracked.adjustment));
      for (const member of members) {
        const { state } = member;
        if (state.name === "Down" || state.adjustment === adjustment) continue;
        batch.add(member, member.step({ kind: "adjust", adjustment }, nowMs));
      }
    }
  }

  /** Brings the members of each group together again after whatever has happened to them. */
  settle(batch: Batch, nowMs: number): void {
    for (const group of this.#groups.values()) {
      if (group.routers.some(({ state }, index) => state !== group.seen[index])) {
        this.#settle(group, batch, nowMs);
      }
    }
  }

  #settle(group: Group, batch: Batch, nowMs: number): void {
    const { routers } = group;
    if (!routers.every(isSteady)) {
      let rounds = 0;
      while (moveAll(routers, batch, nowMs)) assert(++rounds < ROUNDS_MAX, "a group comes to rest");
      this.#tellOfOwner(group);
    }
    group.seen = routers.map(({ state }) => state);
  }

  #tellOfOwner(group: Group): void {
    if (group.toldOfOwner) return;
    const owner = group.routers.find(({ state }) => "facts" in state && state.facts?.owner);
    if (owner === undefined) return;
    group.toldOfOwner = true;
    this.#log.warning(
      `${owner.label} - Its addresses are the interface's own, which does not go with sync ` +
        `group ${group.name}: choose addresses that no router owns`,
    );
  }
}

function grouped(routers: readonly Router[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const router of routers) {
    const name = router.config.protocol.syncGroup;
    if (name === undefined) continue;
    const others = groups.get(name)?.routers ?? [];
    groups.set(name, { name, routers: [...others, router], seen: [], toldOfOwner: false });
  }
  return groups;
}

/** Most of the time all are Master, and there is nothing to settle. */
function isSteady({ state }: Router): boolean {
  return state.name === "Master" && !state.alone;
}

/** Gives whether there was anything to do. */
function moveAll(routers: readonly Router[], batch: Batch, nowMs: number): boolean {
  const moves = groupMoves(
    routers.map(({ config, state }) => ({ config: config.protocol, state })),
  );
  let moved = false;
  for (const [index, move] of moves.entries()) {
    const router = routers[index];
    if (move === undefined || router === undefined) continue;
    batch.add(router, router.step(move, nowMs));
    moved = true;
  }
  return moved;
}
