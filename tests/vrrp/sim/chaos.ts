import type { EventQueue } from "./event_queue.ts";
import type { SimHost } from "./host.ts";
import { FaultSchedule } from "./fault_schedule.ts";
import type { Network } from "./network.ts";
import type { Random } from "./random.ts";
import type { FaultKind, Scenario } from "./scenario.ts";

export interface ChaosOptions {
  readonly scenario: Scenario;
  readonly hosts: readonly SimHost[];
  readonly network: Network;
  readonly queue: EventQueue;
  readonly random: Random;
  readonly note: (line: () => string) => void;
}

/** Starts the hosts, and lets faults begin and end until it is over itself. */
export class Chaos {
  readonly #options: ChaosOptions;
  readonly #schedule: FaultSchedule<SimHost, FaultKind>;

  constructor(options: ChaosOptions) {
    this.#options = options;
    const { scenario, hosts, queue, random, note } = options;
    this.#schedule = new FaultSchedule({
      victims: hosts,
      startsAtMs: scenario.hosts.map(({ startAtMs }) => startAtMs),
      faults: scenario.faults,
      faultGapMs: scenario.faultGapMs,
      tempo: scenario.tempo,
      queue,
      random,
      note,
      apply: (kind, host) => this.#apply(kind, host),
    });
  }

  begin(): void {
    this.#schedule.begin();
  }

  /** Everything is repaired; who is not running comes back or stays away. Somebody always runs. */
  end(): void {
    this.#schedule.end();
    const { hosts, network, random } = this.#options;
    network.becomePerfect();
    for (const host of hosts) {
      host.setLink(true);
      host.resume();
      if (!host.running && random.chance(0.6)) host.start();
    }
    if (!hosts.some((host) => host.running)) hosts[0]?.start();
  }

  /** Begins a fault and gives what ends it. */
  #apply(kind: FaultKind, host: SimHost): () => void {
    switch (kind) {
      case "pause":
        host.pause();
        return () => host.resume();
      case "crash":
        host.crash();
        return () => host.start();
      case "stop":
        host.stop();
        return () => host.start();
      case "linkDown":
        host.setLink(false);
        return () => host.setLink(true);
      case "partition":
        return this.#divide();
      case "oneWay":
        return this.#deafen(host);
    }
  }

  #divide(): () => void {
    const { hosts, network, random } = this.#options;
    const left = hosts.filter(() => random.chance(0.5));
    const paths = hosts.filter((host) => !left.includes(host)).flatMap((right) => {
      return left.flatMap((host) => [{ from: host, to: right }, { from: right, to: host }]);
    });
    for (const path of paths) network.cut(path);
    return () => paths.forEach((path) => network.join(path));
  }

  #deafen(to: SimHost): () => void {
    const { hosts, network, random } = this.#options;
    const from = random.pickAny(hosts.filter((host) => host !== to)) ?? to;
    network.cut({ from, to });
    return () => network.join({ from, to });
  }
}
