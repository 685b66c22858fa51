import type { SimHost } from "./host.ts";
import type { Network } from "./network.ts";
import { mustYield } from "./oracle.ts";
import { groups, type Scenario } from "./scenario.ts";
import { CLOCK_ERROR } from "./verdict.ts";
import { Violation } from "./violation.ts";

export interface RivalsOptions {
  readonly scenario: Scenario;
  readonly hosts: readonly SimHost[];
  readonly network: Network;
}

/** Watches that nobody stays Master for longer than an interval while a better Master can be heard. */
export class Rivals {
  readonly #options: RivalsOptions;
  /** Since when (true time) a pair has been Master together with a free way between them. */
  readonly #sinceMs = new Map<string, number>();

  constructor(options: RivalsOptions) {
    this.#options = options;
  }

  check(nowMs: number): void {
    const { hosts } = this.#options;
    for (const worse of hosts) {
      for (const better of hosts) {
        if (worse !== better) this.#checkPair({ worse, better, nowMs });
      }
    }
  }

  #checkPair({ worse, better, nowMs }: { worse: SimHost; better: SimHost; nowMs: number }): void {
    const audible = worse.awake && better.awake &&
      this.#options.network.carries({ from: better, to: worse });
    for (const { vrid } of groups(this.#options.scenario)) {
      const key = `${vrid} ${worse.name} ${better.name}`;
      const intervalMs = better.router(vrid)?.config.advertIntervalMs ?? 0;
      if (!audible || !this.#areRivals(vrid, worse, better)) this.#sinceMs.delete(key);
      else this.#bear({ key, nowMs, limitMs: intervalMs * (1 + CLOCK_ERROR) + this.#slackMs });
    }
  }

  /** What the network and a late wake add. */
  get #slackMs(): number {
    const { network, latenessMaxMs } = this.#options.scenario;
    return network.latencyMaxMs + latenessMaxMs + 2;
  }

  #areRivals(vrid: number, worse: SimHost, better: SimHost): boolean {
    const theirs = better.router(vrid);
    const ours = worse.router(vrid);
    if (!ours?.isMaster || !theirs?.isMaster || theirs.isListening) return false;
    return mustYield(
      { ...worse.factsFor(ours), priority: ours.priority },
      { ...better.factsFor(theirs), priority: theirs.priority },
    );
  }

  #bear({ key, nowMs, limitMs }: { key: string; nowMs: number; limitMs: number }): void {
    const sinceMs = this.#sinceMs.get(key);
    if (sinceMs === undefined) this.#sinceMs.set(key, nowMs);
    else if (nowMs - sinceMs > limitMs) {
      throw new Violation(`stays Master beside a better one (router, worse, better: ${key})`);
    }
  }
}
