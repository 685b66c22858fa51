import { groupMoves } from "../../../src/vrrp/sync_group.ts";
import type { RouterEvent, RouterState } from "../../../src/vrrp/types.ts";
import { virtualMac } from "../../../src/wire/ethernet.ts";
import type { EventQueue } from "../sim/event_queue.ts";
import { advertFrame, receive } from "../sim/frames.ts";
import type { Delivery, Network, Port } from "../sim/network.ts";
import type { Random } from "../sim/random.ts";
import type { StepFunction } from "../sim/step_rules.ts";
import { Violation } from "../sim/violation.ts";
import { SimMember } from "./member.ts";
import type { MachineSpec, MemberSpec } from "./scenario.ts";

export type MovesFunction = typeof groupMoves;

const ROUNDS_MAX = 8;

export interface MachineOptions {
  readonly spec: MachineSpec;
  readonly queue: EventQueue;
  /** One for each link. */
  readonly networks: readonly Network[];
  readonly random: Random;
  readonly step: StepFunction;
  readonly moves: MovesFunction;
  readonly latenessMaxMs: number;
  readonly onStep: (step: MemberStep) => void;
}

export interface MemberStep {
  readonly machine: SimMachine;
  readonly member: SimMember;
  readonly before: RouterState;
  readonly event: RouterEvent;
}

/** A machine on one or more links, and the daemon's process on it, which comes and goes. */
export class SimMachine {
  readonly name: string;
  readonly #options: MachineOptions;
  /** In the order of its members. */
  readonly #ports: readonly MachinePort[];
  #members: readonly SimMember[] = [];
  /** While the process stands still: since when (local time) and what waits for it. */
  #standstill: { readonly sinceMs: number; readonly waiting: (() => void)[] } | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.name = options.spec.name;
    this.#ports = options.spec.members.map((spec, index) => {
      const port = new MachinePort((delivery) => {
        this.#whenAwake(() => this.#receive(index, delivery));
      });
      this.#network(spec).plugIn(port);
      return port;
    });
  }

  get running(): boolean {
    return this.#members.length > 0;
  }

  get awake(): boolean {
    return this.running && this.#standstill === undefined;
  }

  get members(): readonly SimMember[] {
    return this.#members;
  }

  get isGroup(): boolean {
    return this.#options.spec.members.length > 1;
  }

  get links(): readonly number[] {
    return this.#options.spec.members.map(({ link }) => link);
  }

  port(link: number): MachinePort | undefined {
    return this.#ports[this.links.indexOf(link)];
  }

  on(link: number): SimMember | undefined {
    return this.#members.find(({ spec }) => spec.link === link);
  }

  get localMs(): number {
    const { spec, queue } = this.#options;
    return spec.clockOffsetMs + queue.nowMs * spec.clockRate;
  }

  start(): void {
    if (this.running) return;
    const { spec, step } = this.#options;
    this.#members = spec.members.map((one) => new SimMember(one, step, this.localMs));
    for (const index of this.#members.keys()) this.#step(index, this.#linkEvent(index));
    this.#settle();
  }

  crash(): void {
    this.#members = [];
    this.#standstill = undefined;
  }

  stop(): void {
    this.#whenAwake(() => {
      for (const index of this.#members.keys()) this.#step(index, { kind: "stop" });
      this.crash();
    });
  }

  pause(): void {
    if (this.awake) this.#standstill = { sinceMs: this.localMs, waiting: [] };
  }

  resume(): void {
    const standstill = this.#standstill;
    if (standstill === undefined) return;
    this.#standstill = undefined;
    const pausedMs = this.localMs - standstill.sinceMs;
    this.#stepAll({ kind: "paused", pausedMs });
    for (const happen of standstill.waiting) this.#whenAwake(happen);
    this.#stepAll({ kind: "timer" });
  }

  setLink(link: number, up: boolean): void {
    const index = this.links.indexOf(link);
    const port = this.#ports[index];
    if (port === undefined || port.linkUp === up) return;
    port.linkUp = up;
    this.#whenAwake(() => {
      this.#step(index, this.#linkEvent(index));
      this.#settle();
    });
  }

  /** For all members: what is forced or tracked holds for the whole group. */
  tellAll(event: RouterEvent): void {
    this.#whenAwake(() => this.#stepAll(event));
  }

  #linkEvent(index: number): RouterEvent {
    const { source, mac } = this.#spec(index);
    const facts = { source, mac, owner: false };
    return this.#ports[index]?.linkUp
      ? { kind: "linkReady", facts }
      : { kind: "linkFault", reason: "interfaceDown" };
  }

  #stepAll(event: RouterEvent): void {
    for (const index of this.#members.keys()) this.#step(index, event);
    this.#settle();
  }

  #whenAwake(happen: () => void): void {
    if (this.#standstill !== undefined) this.#standstill.waiting.push(happen);
    else if (this.running) happen();
  }

  #receive(index: number, { frame }: Delivery): void {
    const received = receive(frame, [this.#spec(index).config]);
    if (!received.ok || received.value.what !== "advert") return;
    this.#step(index, { kind: "advert", advert: received.value.advert });
    this.#settle();
  }

  #step(index: number, event: RouterEvent): void {
    const member = this.#members[index];
    if (member === undefined) return;
    const before = member.state;
    const actions = this.#explained(member, () => member.handle(event, this.localMs));
    for (const action of actions) {
      if (action.do === "sendAdvert") this.#sendAdvert(index, action.priority);
    }
    this.#options.onStep({ machine: this, member, before, event });
    this.#arm(index, member);
  }

  #explained<T>(member: SimMember, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      throw new Violation(`${this.name}, link ${member.spec.link}: ${error.message}`);
    }
  }

  #settle(): void {
    if (!this.isGroup) return;
    for (let rounds = 0; this.#moveAll(); rounds++) {
      if (rounds > ROUNDS_MAX) throw new Violation(`${this.name}: the group does not come to rest`);
    }
  }

  #moveAll(): boolean {
    const moves = this.#options.moves(this.#members);
    for (const [index, move] of moves.entries()) {
      if (move !== undefined) this.#step(index, move);
    }
    return moves.some((move) => move !== undefined);
  }

  /** A wake that is out of date finds another deadline armed and lets it be. */
  #arm(index: number, member: SimMember): void {
    const { deadlineMs } = member;
    if (deadlineMs === member.armedMs) return;
    member.armedMs = deadlineMs;
    if (!Number.isFinite(deadlineMs)) return;
    const { spec, queue, random, latenessMaxMs } = this.#options;
    const trueMs = (deadlineMs - spec.clockOffsetMs) / spec.clockRate;
    queue.at(Math.max(queue.nowMs, trueMs + random.between(0, latenessMaxMs)), () => {
      if (member.armedMs !== deadlineMs || this.#members[index] !== member) return;
      member.armedMs = Infinity;
      if (!this.awake) return;
      this.#step(index, { kind: "timer" });
      this.#settle();
    });
  }

  #sendAdvert(index: number, priority: number): void {
    const port = this.#ports[index];
    if (port === undefined) return;
    const spec = this.#spec(index);
    const { config, source } = spec;
    const sourceMac = virtualMac(config);
    const frame = advertFrame({ config, priority, source, sourceMac, ipId: 0 });
    this.#network(spec).send(port, frame);
  }

  #spec(index: number): MemberSpec {
    const spec = this.#options.spec.members[index];
    if (spec === undefined) throw new Error(`${this.name} has no member ${index}`);
    return spec;
  }

  #network({ link }: MemberSpec): Network {
    const network = this.#options.networks[link];
    if (network === undefined) throw new Error(`There is no link ${link}`);
    return network;
  }
}

class MachinePort implements Port {
  linkUp = true;
  readonly deliver: (delivery: Delivery) => void;

  constructor(deliver: (delivery: Delivery) => void) {
    this.deliver = deliver;
  }
}
