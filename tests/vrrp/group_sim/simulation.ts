import { step } from "../../../src/vrrp/machine.ts";
import type { VrrpVersion } from "../../../src/vrrp/types.ts";
import { groupMoves } from "../../../src/vrrp/sync_group.ts";
import { EventQueue } from "../sim/event_queue.ts";
import { Network } from "../sim/network.ts";
import { exactMasterDownMs } from "../sim/oracle.ts";
import { Random } from "../sim/random.ts";
import type { StepFunction } from "../sim/step_rules.ts";
import { Trace, Violation } from "../sim/violation.ts";
import { GroupChaos } from "./chaos.ts";
import { type MemberStep, type MovesFunction, SimMachine } from "./machine.ts";
import { GroupRivals } from "./rivals.ts";
import { GroupIntruders } from "./intruders.ts";
import {
  describeMachine,
  drawGroupScenario,
  type GroupScenario,
  type GroupSeed,
  longestIntervalMs,
} from "./scenario.ts";
import { GroupVacancies } from "./vacancies.ts";

/** The seed and what goes with it decide everything. */
export interface GroupSimulationOptions extends GroupSeed {
  /** Default: the product's. */
  readonly step?: StepFunction;
  readonly moves?: MovesFunction;
}

export interface GroupSimulationResult {
  readonly events: number;
  readonly changes: readonly string[];
}

const EVENTS_MAX = 200_000;
const PEACE_MS = 10_000;

/** Runs the machines that `seed` describes to the end, or throws what went wrong and how. */
export function simulateGroups(options: GroupSimulationOptions): GroupSimulationResult {
  const simulation = new GroupSimulation(options);
  try {
    return simulation.run();
  } catch (error) {
    throw new Violation(simulation.describe(error), { cause: error });
  }
}

/** The longest delays that a scenario may have, and rivals that give way to each other in turn. */
function settleMs(scenario: GroupScenario): number {
  const intervalMs = longestIntervalMs(scenario);
  const takeOverMs = exactMasterDownMs({ version: 2, priority: 1, intervalMs });
  return 4 * (2 * takeOverMs + intervalMs) + 5000;
}

class GroupSimulation {
  readonly #version: VrrpVersion;
  readonly #scenario: GroupScenario;
  readonly #random: Random;
  readonly #queue = new EventQueue();
  readonly #networks: readonly Network[];
  readonly #machines: readonly SimMachine[];
  readonly #settleMs: number;
  readonly #rivals: GroupRivals;
  readonly #intruders: GroupIntruders;
  readonly #vacancies: GroupVacancies;
  readonly #trace = new Trace();
  readonly #changes: string[] = [];
  #isSteady = false;
  #isBereaved = false;

  constructor(options: GroupSimulationOptions) {
    const { seed, version, step: stepFunction = step, moves = groupMoves } = options;
    const scenario = drawGroupScenario(options);
    this.#version = version;
    this.#scenario = scenario;
    this.#random = new Random(~seed);
    const shared = { queue: this.#queue, random: this.#random };
    this.#networks = Array.from({ length: scenario.linkCount }, () => {
      return new Network({ ...shared, spec: scenario.network });
    });
    const { latenessMaxMs } = scenario;
    const networks = this.#networks;
    const onStep = (taken: MemberStep) => this.#note(taken);
    this.#machines = scenario.machines.map((spec) => {
      return new SimMachine({
        ...shared,
        spec,
        networks,
        step: stepFunction,
        moves,
        latenessMaxMs,
        onStep,
      });
    });
    const watched = { scenario, machines: this.#machines, networks };
    this.#settleMs = settleMs(scenario);
    this.#rivals = new GroupRivals(watched);
    this.#intruders = new GroupIntruders(watched);
    this.#vacancies = new GroupVacancies(watched);
  }

  run(): GroupSimulationResult {
    const chaos = new GroupChaos({
      scenario: this.#scenario,
      machines: this.#machines,
      networks: this.#networks,
      queue: this.#queue,
      random: this.#random,
      note: (line) => this.#line(line),
    });
    chaos.begin();
    this.#runFor(this.#scenario.chaosMs);
    this.#line(() => "all is whole");
    chaos.end();
    this.#comeToRest();
    this.#bereave();
    return { events: this.#queue.count, changes: this.#changes };
  }

  describe(error: unknown): string {
    const problem = error instanceof Violation ? error.message : String(error);
    return [
      `Seed ${this.#scenario.seed} of version ${this.#version}, ${
        this.#queue.nowMs.toFixed(3)
      } ms: ${problem}`,
      ...this.#scenario.machines.map((machine) => `  ${describeMachine(machine)}`),
      String(this.#trace),
    ].join("\n");
  }

  #comeToRest(): void {
    this.#runFor(this.#settleMs);
    this.#requireOneMasterOnEachLink();
    this.#isSteady = true;
    this.#runFor(PEACE_MS);
    this.#isSteady = false;
  }

  /** The one that is Master somewhere goes, or loses a link; the others take over everywhere. */
  #bereave(): void {
    const masters = this.#machines.filter(({ members }) =>
      members.some(({ isMaster }) => isMaster)
    );
    const machine = this.#random.pickAny(masters);
    if (machine === undefined || !this.#hasHeirs(machine)) return;
    const link = this.#random.pickAny(machine.links) ?? 0;
    const how = this.#random.pick(["crash", "stop", "linkDown"]);
    this.#line(() => `${machine.name} goes by ${how}`);
    if (how === "crash") machine.crash();
    else if (how === "stop") machine.stop();
    else machine.setLink(link, false);
    this.#isBereaved = true;
    this.#runFor(this.#settleMs);
    this.#requireOneMasterOnEachLink();
  }

  #hasHeirs(lost: SimMachine): boolean {
    return this.#machines.some((one) => one !== lost && one.isGroup && one.running);
  }

  #requireOneMasterOnEachLink(): void {
    for (let link = 0; link < this.#scenario.linkCount; link++) {
      const masters = this.#machines.filter((machine) => machine.on(link)?.isMaster);
      if (masters.length === 1 || !this.#isInhabited(link)) continue;
      const names = masters.map(({ name }) => name).join(", ");
      throw new Violation(`link ${link} has ${masters.length} Masters: ${names}`);
    }
  }

  #isInhabited(link: number): boolean {
    return this.#machines.some((machine) => {
      return machine.running && machine.links.includes(link) &&
        machine.links.every((one) => machine.port(one)?.linkUp);
    });
  }

  #runFor(ms: number): void {
    this.#queue.runUntil(this.#queue.nowMs + ms, () => this.#check());
  }

  #check(): void {
    if (this.#queue.count > EVENTS_MAX) throw new Violation("the network never comes to rest");
    this.#rivals.check(this.#queue.nowMs);
    this.#intruders.check(this.#queue.nowMs);
    if (this.#isBereaved) this.#vacancies.check(this.#queue.nowMs);
    for (const machine of this.#machines) if (machine.isGroup) this.#checkUnity(machine);
  }

  #checkUnity({ name, members }: SimMachine): void {
    const isMaster = members.some((one) => one.isMaster);
    if (!isMaster || members.every((one) => one.isMaster)) return;
    const states = members.map(({ state }) => state.name).join(" and ");
    if (this.#scenario.isPlain) throw new Violation(`${name} is ${states}`);
    if (members.some(({ state }) => state.name === "Fault")) {
      throw new Violation(`${name} is ${states} in spite of the fault`);
    }
    const alone = members.every(({ state }) => state.name !== "Master" || state.alone);
    if (!alone) throw new Violation(`${name} is ${states} without knowing it`);
  }

  #note({ machine, member, before, event }: MemberStep): void {
    const { state, spec: { link } } = member;
    this.#line(() => {
      const heard = event.kind === "advert" ? ` ${event.advert.priority}` : "";
      return `${machine.name}/${link} ${event.kind}${heard}: ${before.name} → ${state.name}`;
    });
    if (state.name === before.name) return;
    if (state.name === "Master" && state.alone) this.#intruders.enter(machine, link);
    this.#changes.push(`${this.#queue.nowMs} ${machine.name}/${link} ${state.name}`);
    if (this.#isSteady) {
      throw new Violation(
        `${machine.name}, link ${link}: changes to ${state.name} without a cause`,
      );
    }
  }

  #line(text: () => string): void {
    const atMs = this.#queue.nowMs;
    this.#trace.add(() => `${atMs.toFixed(3).padStart(11)} ${text()}`);
  }
}
