import { exactMasterDownMs } from "../sim/oracle.ts";
import { Violation } from "../sim/violation.ts";
import type { GroupRivalsOptions } from "./rivals.ts";
import type { MemberSpec } from "./scenario.ts";

/** Two groups that gave way to each other come back at different times. */
const STAGGER_MAX_MS = 256;

/**
 * Watches, once everything is whole, that no link where only groups are waits for a Master for longer
 * than its own intervals demand, whatever strangers say on other links.
 */
export class GroupVacancies {
  readonly #options: GroupRivalsOptions;
  readonly #mostMs: ReadonlyMap<number, number>;
  /** Since when (true time) a link has had no Master. */
  #sinceMs: ReadonlyMap<number, number> = new Map();

  constructor(options: GroupRivalsOptions) {
    this.#options = options;
    this.#mostMs = mostMs(options);
  }

  check(nowMs: number): void {
    const before = this.#sinceMs;
    const vacant = [...this.#mostMs.keys()].filter((link) => this.#isVacant(link));
    this.#sinceMs = new Map(vacant.map((link) => [link, before.get(link) ?? nowMs]));
    for (const [link, sinceMs] of this.#sinceMs) {
      if (nowMs - sinceMs <= (this.#mostMs.get(link) ?? Infinity)) continue;
      throw new Violation(`link ${link} has had no Master for ${nowMs - sinceMs} ms`);
    }
  }

  #isVacant(link: number): boolean {
    const { machines } = this.#options;
    const heirs = machines.filter((machine) => {
      return machine.running && machine.links.every((one) => machine.port(one)?.linkUp);
    });
    return heirs.length > 0 && !machines.some((machine) => machine.on(link)?.isMaster);
  }
}

/** For each link without a stranger. */
function mostMs({ scenario }: GroupRivalsOptions): ReadonlyMap<number, number> {
  const { machines, linkCount, network, latenessMaxMs } = scenario;
  const grouped = machines.flatMap(({ members }) => members.length > 1 ? members : []);
  const slackMs = network.latencyMaxMs + 2 * latenessMaxMs + STAGGER_MAX_MS + 10;
  // Ready after the silence of whoever was Master here, and then as long again for the others.
  const patienceMs = takeOverMs(grouped) + longestMs(grouped);
  const links = Array.from({ length: linkCount }, (_, link) => link).filter((link) => {
    return machines.every(({ members }) => members.length > 1 || members[0]?.link !== link);
  });
  return new Map(links.map((link) => {
    const here = grouped.filter((member) => member.link === link);
    return [link, takeOverMs(here) + patienceMs + slackMs];
  }));
}

function takeOverMs(members: readonly MemberSpec[]): number {
  const intervalMs = longestMs(members);
  return Math.max(...members.map(({ config: { version } }) => {
    return exactMasterDownMs({ version, priority: 1, intervalMs });
  }));
}

function longestMs(members: readonly MemberSpec[]): number {
  return Math.max(...members.map(({ config }) => config.advertIntervalMs));
}
