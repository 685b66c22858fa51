import type { ForcedState } from "../../../src/vrrp/types.ts";
import type { EventQueue } from "../sim/event_queue.ts";
import type { Network, Port } from "../sim/network.ts";
import type { Random } from "../sim/random.ts";
import type { SimMachine } from "./machine.ts";
import type { FaultKind, GroupScenario } from "./scenario.ts";

export interface GroupChaosOptions {
  readonly scenario: GroupScenario;
  readonly machines: readonly SimMachine[];
  readonly networks: readonly Network[];
  readonly queue: EventQueue;
  readonly random: Random;
  readonly note: (line: () => string) => void;
}

/** Starts the machines, and lets faults begin and end until it is over itself. */
export class GroupChaos {
  readonly #options: GroupChaosOptions;
  #over = false;

  constructor(options: GroupChaosOptions) {
    this.#options = options;
  }

  begin(): void {
    const { scenario, machines } = this.#options;
    for (const [index, machine] of machines.entries()) {
      this.#later(scenario.machines[index]?.startAtMs ?? 0, () => machine.start());
    }
    this.#strikeLater();
  }

  /** Everything is repaired; strangers come back or stay away. */
  end(): void {
    this.#over = true;
    const { machines, networks, random } = this.#options;
    for (const network of networks) network.becomePerfect();
    for (const machine of machines) {
      for (const link of machine.links) machine.setLink(link, true);
      machine.resume();
      machine.tellAll({ kind: "force", to: "auto" });
      machine.tellAll({ kind: "adjust", adjustment: 0 });
      if (!machine.running && (machine.isGroup || random.chance(0.5))) machine.start();
    }
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
    const { random, scenario, machines, note } = this.#options;
    const kind = random.pickAny(scenario.faults);
    const machine = random.pickAny(machines);
    if (kind === undefined || machine === undefined) return;
    const durationMs = random.between(1, random.pick([300, 3000, 12_000]));
    note(() => `fault: ${kind} of ${machine.name} for ${durationMs.toFixed(0)} ms`);
    this.#later(durationMs, this.#apply(kind, machine));
  }

  /** Begins a fault and gives what ends it. */
  #apply(kind: FaultKind, machine: SimMachine): () => void {
    switch (kind) {
      case "pause":
        machine.pause();
        return () => machine.resume();
      case "crash":
        machine.crash();
        return () => machine.start();
      case "stop":
        machine.stop();
        return () => machine.start();
      case "linkDown":
        return this.#unplug(machine);
      case "force":
        machine.tellAll({ kind: "force", to: this.#options.random.pick(FORCES) });
        return () => machine.tellAll({ kind: "force", to: "auto" });
      case "adjust":
        return this.#adjust(machine);
      case "partition":
        return this.#divide();
      case "oneWay":
        return this.#deafen(machine);
    }
  }

  #unplug(machine: SimMachine): () => void {
    const link = this.#options.random.pickAny(machine.links) ?? 0;
    machine.setLink(link, false);
    return () => machine.setLink(link, true);
  }

  #adjust(machine: SimMachine): () => void {
    const adjustment = this.#options.random.pick([-60, -1, 40]);
    machine.tellAll({ kind: "adjust", adjustment });
    return () => machine.tellAll({ kind: "adjust", adjustment: 0 });
  }

  #divide(): () => void {
    const { network, ports } = this.#drawLink();
    const left = ports.filter(() => this.#options.random.chance(0.5));
    const paths = ports.filter((port) => !left.includes(port)).flatMap((right) => {
      return left.flatMap((port) => [{ from: port, to: right }, { from: right, to: port }]);
    });
    for (const path of paths) network?.cut(path);
    return () => paths.forEach((path) => network?.join(path));
  }

  #deafen(machine: SimMachine): () => void {
    const { link, network, ports } = this.#drawLink();
    const to = machine.port(link);
    const from = this.#options.random.pickAny(ports.filter((port) => port !== to));
    if (to === undefined || from === undefined) return () => {};
    network?.cut({ from, to });
    return () => network?.join({ from, to });
  }

  #drawLink(): { link: number; network: Network | undefined; ports: readonly Port[] } {
    const { random, scenario, networks, machines } = this.#options;
    const link = random.whole(0, scenario.linkCount - 1);
    const ports = machines.map((machine) => machine.port(link))
      .filter((port) => port !== undefined);
    return { link, network: networks[link], ports };
  }
}

const FORCES: readonly [ForcedState | "auto", ...(ForcedState | "auto")[]] = [
  "Master",
  "Backup",
  "auto",
];
