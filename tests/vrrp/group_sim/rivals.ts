import type { Network } from "../sim/network.ts";
import { mustYield } from "../sim/oracle.ts";
import { Violation } from "../sim/violation.ts";
import type { SimMachine } from "./machine.ts";
import type { SimMember } from "./member.ts";
import { type GroupScenario, longestIntervalMs } from "./scenario.ts";

export interface GroupRivalsOptions {
  readonly scenario: GroupScenario;
  readonly machines: readonly SimMachine[];
  readonly networks: readonly Network[];
}

/**
 * Watches that nobody stays Master of a link for longer than an interval while a better Master can
 * be heard, whatever was forced and however many links it is Master of.
 */
export class GroupRivals {
  readonly #options: GroupRivalsOptions;
  readonly #patienceMs: number;
  /** Since when (true time) two have been Master of one link with a free way between them. */
  #sinceMs: ReadonlyMap<string, number> = new Map();

  constructor(options: GroupRivalsOptions) {
    this.#options = options;
    const { network, latenessMaxMs } = options.scenario;
    const slackMs = network.latencyMaxMs + latenessMaxMs + 2;
    this.#patienceMs = longestIntervalMs(options.scenario) + slackMs;
  }

  check(nowMs: number): void {
    const before = this.#sinceMs;
    this.#sinceMs = new Map(this.#pairs().map((pair) => [pair, before.get(pair) ?? nowMs]));
    for (const [pair, sinceMs] of this.#sinceMs) {
      if (nowMs - sinceMs <= this.#patienceMs) continue;
      throw new Violation(`stays Master beside a better one (${pair})`);
    }
  }

  #pairs(): string[] {
    const { machines, networks } = this.#options;
    return [...networks.keys()].flatMap((link) => {
      const masters = machines.filter((one) => one.awake && one.on(link)?.isMaster);
      return masters.flatMap((worse) => {
        return masters.filter((better) => this.#areRivals(worse, better, link))
          .map((better) => `link ${link}: ${worse.name} beside ${better.name}`);
      });
    });
  }

  #areRivals(worse: SimMachine, better: SimMachine, link: number): boolean {
    const [ours, theirs] = [worse.on(link), better.on(link)];
    const [to, from] = [worse.port(link), better.port(link)];
    if (ours === undefined || theirs === undefined || ours === theirs) return false;
    if (to === undefined || from === undefined) return false;
    const isAudible = this.#options.networks[link]?.carries({ from, to }) ?? false;
    return isAudible && !theirs.isListening && mustYield(contender(ours), contender(theirs));
  }
}

function contender({ priority, spec: { source, mac } }: SimMember) {
  return { priority, source, mac };
}
