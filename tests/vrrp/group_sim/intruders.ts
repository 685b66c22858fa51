import { Violation } from "../sim/violation.ts";
import type { SimMachine } from "./machine.ts";
import type { GroupRivalsOptions } from "./rivals.ts";

/**
 * Watches that no member of a group becomes Master alone in the place of one that it can hear: in
 * the meantime there is a Master, and the group would be apart for nothing.
 */
export class GroupIntruders {
  readonly #options: GroupRivalsOptions;
  /** Since when (true time) a machine can hear a Master on a link. */
  #sinceMs: ReadonlyMap<string, number> = new Map();
  #nowMs = 0;

  constructor(options: GroupRivalsOptions) {
    this.#options = options;
  }

  check(nowMs: number): void {
    const before = this.#sinceMs;
    const { networks, machines } = this.#options;
    const links = [...networks.keys()];
    const pairs = links.flatMap((link) => {
      return machines.filter((machine) => hears(machine, link)).flatMap((machine) => {
        return this.#audible(machine, link).map((master) => pairOf({ machine, link, master }));
      });
    });
    this.#sinceMs = new Map(pairs.map((pair) => [pair, before.get(pair) ?? nowMs]));
    this.#nowMs = nowMs;
  }

  /** A member of `machine` becomes Master alone. */
  enter(machine: SimMachine, link: number): void {
    for (const master of this.#audible(machine, link)) {
      const pair = pairOf({ machine, link, master });
      const sinceMs = this.#sinceMs.get(pair) ?? this.#nowMs;
      const intervalMs = master.on(link)?.config.advertIntervalMs ?? 0;
      if (this.#nowMs - sinceMs <= intervalMs + this.#slackMs) continue;
      throw new Violation(`becomes Master alone beside one that it hears (${pair})`);
    }
  }

  get #slackMs(): number {
    const { network, latenessMaxMs } = this.#options.scenario;
    return network.latencyMaxMs + latenessMaxMs + 2;
  }

  #audible(machine: SimMachine, link: number): readonly SimMachine[] {
    const to = machine.port(link);
    return this.#options.machines.filter((other) => {
      const [member, from] = [other.on(link), other.port(link)];
      if (other === machine || !other.awake || member === undefined) return false;
      if (to === undefined || from === undefined || !member.isMaster) return false;
      return !member.isListening && (this.#options.networks[link]?.carries({ from, to }) ?? false);
    });
  }
}

/** Whoever starts anew knows of nobody. */
function hears(machine: SimMachine, link: number): boolean {
  const name = machine.on(link)?.state.name;
  return machine.awake && (name === "Backup" || name === "Master");
}

function pairOf({ machine, link, master }: {
  readonly machine: SimMachine;
  readonly link: number;
  readonly master: SimMachine;
}): string {
  return `link ${link}: ${machine.name} beside ${master.name}`;
}
