import type { Family } from "../base/ip.ts";
import type { StaticRoute, VirtualRouterConfig } from "../config/types.ts";
import type { ForcedState, StateName } from "../vrrp/types.ts";
import type { Batch } from "./batch.ts";
import type { Roster } from "./roster.ts";
import type { Router } from "./router.ts";
import type { SyncGroups } from "./sync_groups.ts";

/** What the engine does, and may go on with another one of while it runs. */
export interface Wanted {
  readonly routers: readonly VirtualRouterConfig[];
  readonly staticRoutes: readonly StaticRoute[];
}

export interface RequestsParts {
  readonly roster: Roster;
  readonly groups: SyncGroups;
  readonly wake: () => void;
  /** Called when these are about to withdraw for what is wanted; sends what has to go out before. */
  readonly beforeLeave: (leaving: readonly Router[], wanted: Wanted, nowMs: number) => void;
}

/** All virtual routers that have what is given here. */
export interface RouterChoice {
  readonly interface?: string;
  /** The number, VRID. */
  readonly group?: number;
  readonly family?: Family;
}

const STOP = { kind: "stop" } as const;

/**
 * What is asked of the engine from outside its turns. Each request ends the engine's wait and has
 * its effect in the turn that then begins.
 */
export class Requests {
  readonly #roster: Roster;
  readonly #groups: SyncGroups;
  readonly #wake: () => void;
  readonly #beforeLeave: RequestsParts["beforeLeave"];
  #wishes: ((batch: Batch, nowMs: number) => void)[] = [];
  #wanted: Wanted | undefined;
  #stopping = false;

  constructor({ roster, groups, wake, beforeLeave }: RequestsParts) {
    this.#roster = roster;
    this.#groups = groups;
    this.#wake = wake;
    this.#beforeLeave = beforeLeave;
  }

  /** See Engine.stop(). */
  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** See Engine.reload(). */
  reload(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#wake();
  }

  /** Whether there is a configuration to go on with. */
  get reloads(): boolean {
    return this.#wanted !== undefined;
  }

  /** See Engine.force(). */
  force(which: RouterChoice, to: ForcedState | "auto"): number {
    const chosen = this.#roster.routers.filter((router) => isChosen(router, which));
    const routers = [...new Set(chosen.flatMap((router) => this.#groups.membersWith(router)))];
    this.#wishes.push((batch, nowMs) => {
      for (const router of routers) batch.add(router, router.step({ kind: "force", to }, nowMs));
    });
    this.#wake();
    return routers.filter(({ state }) => canBeForced(state.name, to)).length;
  }

  /** Does what was wished of virtual routers as they are. */
  grant(batch: Batch, nowMs: number): void {
    if (this.#wishes.length === 0) return;
    const wishes = this.#wishes;
    this.#wishes = [];
    for (const wish of wishes) wish(batch, nowMs);
  }

  /**
   * The configuration to go on with, once nobody withdraws any more: those that are gone under it
   * have to be through with that first, and begin it here.
   */
  takeConfiguration(batch: Batch, nowMs: number): Wanted | undefined {
    const wanted = this.#wanted;
    if (wanted === undefined || this.#stopping) return undefined;
    const leaving = this.#roster.leaving(wanted.routers);
    this.#beforeLeave(leaving, wanted, nowMs);
    for (const router of leaving) batch.add(router, router.step(STOP, nowMs));
    if (leaving.length > 0) return undefined;
    this.#wanted = undefined;
    return wanted;
  }

  /** Ends every virtual router, where that was asked for. */
  stopAll(batch: Batch, nowMs: number): void {
    if (!this.#stopping) return;
    for (const router of this.#roster.routers) batch.add(router, router.step(STOP, nowMs));
  }
}

function isChosen({ config }: Router, { interface: name, group, family }: RouterChoice): boolean {
  const { protocol } = config;
  return (name === undefined || name === config.interface) &&
    (group === undefined || group === protocol.vrid) &&
    (family === undefined || family === protocol.family);
}

function canBeForced(state: StateName, to: ForcedState | "auto"): boolean {
  return to === "Master" ? state === "Backup" || state === "Master" : state !== "Down";
}
