import { step } from "../../../src/vrrp/machine.ts";
import type { StateName, VrrpVersion } from "../../../src/vrrp/types.ts";
import { Chaos } from "./chaos.ts";
import { EventQueue } from "./event_queue.ts";
import { type HostStep, SimHost } from "./host.ts";
import { Network } from "./network.ts";
import { Random } from "./random.ts";
import { Rivals } from "./rivals.ts";
import type { SimRouter } from "./router.ts";
import {
  describeHost,
  drawScenario,
  groups,
  type Scenario,
  type Seed,
  slowestIntervalMs,
} from "./scenario.ts";
import type { StepFunction } from "./step_rules.ts";
import { heirs, inheritedAfterMs, runners, settledByMs, unsettled } from "./verdict.ts";
import { Trace, Violation } from "./violation.ts";

/** The seed and the version decide everything. */
export interface SimulationOptions extends Seed {
  /** Default: the product's. */
  readonly step?: StepFunction;
}

export interface SimulationResult {
  readonly events: number;
  readonly transitions: readonly Transition[];
}

export interface Transition {
  readonly atMs: number;
  readonly host: string;
  readonly vrid: number;
  readonly to: StateName;
}

const INTERVALS_OF_PEACE = 5;
/** Many times what the liveliest seed needs. */
const EVENTS_MAX = 200_000;

/** Runs the network that `seed` describes to its end, or throws what went wrong and how. */
export function simulate(options: SimulationOptions): SimulationResult {
  const simulation = new Simulation(options);
  try {
    return simulation.run();
  } catch (error) {
    throw new Violation(simulation.describe(error), { cause: error });
  }
}

/** The groups whose Master has gone, each with those who may follow. */
type Inheritance = Map<number, readonly SimRouter[]>;

class Simulation {
  readonly #version: VrrpVersion;
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #queue = new EventQueue();
  readonly #network: Network;
  readonly #hosts: readonly SimHost[];
  readonly #rivals: Rivals;
  readonly #trace = new Trace();
  readonly #transitions: Transition[] = [];
  /** Groups in which nothing may change any more. */
  readonly #steady = new Set<number>();
  #inheritance: Inheritance = new Map();

  constructor({ seed, version, step: stepFunction = step }: SimulationOptions) {
    const scenario = drawScenario({ seed, version });
    this.#version = version;
    this.#scenario = scenario;
    // Another sequence than the scenario's own, which began with the same seed.
    this.#random = new Random(~seed);
    const shared = { queue: this.#queue, random: this.#random };
    this.#network = new Network({ ...shared, spec: scenario.network });
    const { latenessMaxMs, virtualMac } = scenario;
    const onStep = (taken: HostStep) => this.#note(taken);
    this.#hosts = scenario.hosts.map((spec) => {
      const own = { spec, network: this.#network, step: stepFunction, onStep };
      return new SimHost({ ...shared, ...own, latenessMaxMs, virtualMac });
    });
    this.#rivals = new Rivals({ scenario, hosts: this.#hosts, network: this.#network });
  }

  run(): SimulationResult {
    this.#rage();
    this.#comeToRest();
    this.#bereave();
    return { events: this.#queue.count, transitions: this.#transitions };
  }

  /** The failure's text: what, from which seed, and what came before it. */
  describe(error: unknown): string {
    const problem = error instanceof Violation ? error.message : String(error);
    return [
      `Seed ${this.#scenario.seed} of version ${this.#version}, ${
        this.#queue.nowMs.toFixed(3)
      } ms: ${problem}`,
      ...this.#scenario.hosts.map((host) => `  ${describeHost(host)}`),
      String(this.#trace),
    ].join("\n");
  }

  #rage(): void {
    const { chaosMs } = this.#scenario;
    const note = (line: () => string) => this.#line(line);
    const chaos = new Chaos({
      scenario: this.#scenario,
      hosts: this.#hosts,
      network: this.#network,
      queue: this.#queue,
      random: this.#random,
      note,
    });
    chaos.begin();
    this.#runUntil(chaosMs);
    note(() => "the network is whole");
    chaos.end();
  }

  #comeToRest(): void {
    const fromMs = this.#queue.nowMs;
    let endMs = fromMs;
    for (const { vrid } of groups(this.#scenario)) {
      const peaceMs = INTERVALS_OF_PEACE * slowestIntervalMs(this.#scenario, vrid);
      const byMs = settledByMs(runners(this.#hosts, vrid), { fromMs, scenario: this.#scenario });
      this.#queue.at(byMs, () => this.#requireSettled(vrid));
      endMs = Math.max(endMs, byMs + peaceMs);
    }
    this.#runUntil(endMs);
  }

  #requireSettled(vrid: number): void {
    const problem = unsettled(runners(this.#hosts, vrid));
    if (problem !== undefined) throw new Violation(`virtual router ${vrid} has ${problem}`);
    this.#steady.add(vrid);
  }

  /** One host goes; whatever it was Master of needs its best heir, and nothing else may change. */
  #bereave(): void {
    const running = this.#hosts.filter((host) => host.running);
    const host = this.#random.pickAny(running);
    if (host === undefined || running.length < 2) return;
    const orphaned = host.routers.filter(({ isMaster }) => isMaster).map((one) => one.config.vrid);
    for (const vrid of orphaned) this.#steady.delete(vrid);
    this.#line(() => `${host.name} goes by a ${this.#scenario.farewell}`);
    if (this.#scenario.farewell === "stop") host.stop();
    else host.crash();
    const fromMs = this.#queue.nowMs;
    const families = orphaned.map((vrid) => [vrid, runners(this.#hosts, vrid)] as const);
    this.#inheritance = new Map(families.map(([vrid, group]) => {
      return [vrid, heirs(group, this.#scenario)];
    }));
    let endMs = fromMs;
    for (const [vrid, group] of families) {
      const byMs = fromMs + inheritedAfterMs(group, this.#scenario);
      this.#queue.at(byMs, () => this.#requireHeir(vrid));
      endMs = Math.max(endMs, byMs);
    }
    this.#runUntil(endMs + 1);
  }

  #requireHeir(vrid: number): void {
    const masters = runners(this.#hosts, vrid).filter(({ router }) => router.isMaster);
    if (masters.length === 1) return;
    throw new Violation(
      `virtual router ${vrid} has ${masters.length} Masters after the loss of its own`,
    );
  }

  #runUntil(endMs: number): void {
    this.#queue.runUntil(endMs, () => this.#checkAll());
  }

  #checkAll(): void {
    if (this.#queue.count > EVENTS_MAX) throw new Violation("the network never comes to rest");
    this.#rivals.check(this.#queue.nowMs);
    for (const host of this.#hosts) if (host.awake) this.#checkVoices(host);
  }

  #checkVoices(host: SimHost): void {
    const { latenessMaxMs: latenessMs } = this.#scenario;
    for (const router of host.routers) {
      if (!router.isMaster || router.isListening) continue;
      if (router.watch.silentTooLong({ nowMs: host.localMs, latenessMs })) {
        host.fail(router, "is Master and silent for more than an interval");
      }
    }
  }

  #note({ host, router, before, event }: HostStep): void {
    const { state, config: { vrid } } = router;
    this.#line(() => {
      const heard = event.kind === "advert" ? ` ${event.advert.priority}` : "";
      return `${host.name}/${vrid} ${event.kind}${heard}: ${before.name} → ${state.name}`;
    });
    if (state.name === before.name) return;
    this.#transitions.push({ atMs: this.#queue.nowMs, host: host.name, vrid, to: state.name });
    if (this.#steady.has(vrid) && state.name !== "Down") {
      host.fail(router, `changes to ${state.name} without a cause`);
    }
    const rightful = this.#inheritance.get(vrid);
    if (rightful === undefined || state.name !== "Master" || rightful.includes(router)) return;
    host.fail(router, "takes over before its betters");
  }

  #line(text: () => string): void {
    const atMs = this.#queue.nowMs;
    this.#trace.add(() => `${atMs.toFixed(3).padStart(11)} ${text()}`);
  }
}
