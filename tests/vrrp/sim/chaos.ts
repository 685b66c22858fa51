import type { EventQueue } from "./event_queue.ts";
import type { SimHost } from "./host.ts";
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
  #over = false;

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  begin(): void {
    const { scenario, hosts } = this.#options;
    for (const [index, host] of hosts.entries()) {
      this.#later(scenario.hosts[index]?.startAtMs ?? 0, () => host.start());
    }
    this.#strikeLater();
  }

  /** Everything is repaired; who is not running comes back or stays away. Somebody always runs. */
  end(): void {
    this.#over = true;
    const { hosts, network, random } = this.#options;
    network.becomePerfect();
    for (const host of hosts) {
      host.setLink(true);
      host.resume();
      if (!host.running && random.chance(0.6)) host.start();
    }
    if (!hosts.some((host) => host.running)) hosts[0]?.start();
  }

  #later(delayMs: number, happen: () => void): void {
    this.#options.queue.after(delayMs, () => {
      if (!this.#over) happen();
    });
  }

  #strikeLater(): void {
    const { random, scenario } = this.#options;
    this.#later(random.between(0, 2 * scenario.faultGapMs), () => {
      this.#strike();
      this.#strikeLater();
    });
  }

  #strike(): void {
    const { random, scenario, hosts, note } = this.#options;
    const kind = random.pickAny(scenario.faults);
    const host = random.pickAny(hosts);
    if (kind === undefined || host === undefined) return;
    const durationMs = random.between(1, random.pick([300, 3000, 12_000]));
    note(() => `fault: ${kind} of ${host.name} for ${durationMs.toFixed(0)} ms`);
    this.#later(durationMs, this.#apply(kind, host));
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
