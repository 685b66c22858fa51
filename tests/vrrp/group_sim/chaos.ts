import type { ForcedState } from "../../../src/vrrp/types.ts";
import type { EventQueue } from "../sim/event_queue.ts";
import { FaultSchedule } from "../sim/fault_schedule.ts";
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
  readonly #schedule: FaultSchedule<SimMachine, FaultKind>;

  constructor(options: GroupChaosOptions) {
    this.#options = options;
    const { scenario, machines, queue, random, note } = options;
    this.#schedule = new FaultSchedule({
      victims: machines,
      startsAtMs: scenario.machines.map(({ startAtMs }) => startAtMs),
      faults: scenario.faults,
      faultGapMs: scenario.faultGapMs,
      tempo: 1,
      queue,
      random,
      note,
      apply: (kind, machine) => this.#apply(kind, machine),
    });
  }

  begin(): void {
    this.#schedule.begin();
  }

  /** Everything is repaired; strangers come back or stay away. */
  end(): void {
    this.#schedule.end();
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
