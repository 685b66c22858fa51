import { equalIp, type IpAddress } from "../../../src/base/ip.ts";
import { equalMac, type MacAddress } from "../../../src/base/mac.ts";
import type { Action, LinkFacts, RouterEvent, RouterState } from "../../../src/vrrp/types.ts";
import { virtualMac } from "../../../src/wire/ethernet.ts";
import type { EventQueue } from "./event_queue.ts";
import { advertFrame, announcementFrame, receive } from "./frames.ts";
import type { Delivery, Network, Port } from "./network.ts";
import type { Random } from "./random.ts";
import { SimRouter, type Surroundings } from "./router.ts";
import type { HostSpec } from "./scenario.ts";
import type { StepFunction } from "./step_rules.ts";
import { Violation } from "./violation.ts";

export interface HostOptions {
  readonly spec: HostSpec;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly random: Random;
  readonly step: StepFunction;
  readonly latenessMaxMs: number;
  readonly virtualMac: boolean;
  readonly onStep: (step: HostStep) => void;
}

export interface HostStep {
  readonly host: SimHost;
  readonly router: SimRouter;
  readonly before: RouterState;
  readonly event: RouterEvent;
}

/** A machine with one interface, and the daemon's process on it, which comes and goes. */
export class SimHost implements Port, Surroundings {
  readonly name: string;
  readonly #options: HostOptions;
  #linkUp = true;
  #process: ReadonlyMap<number, SimRouter> | undefined;
  /** While the process stands still: since when (local time) and what waits for it. */
  #standstill: { readonly sinceMs: number; readonly waiting: (() => void)[] } | undefined;
  #ipId = 0;

  constructor(options: HostOptions) {
    this.name = options.spec.name;
    this.#options = options;
    options.network.plugIn(this);
  }

  get linkUp(): boolean {
    return this.#linkUp;
  }

  get step(): StepFunction {
    return this.#options.step;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** Whether its process can hear and act. */
  get awake(): boolean {
    return this.running && this.#standstill === undefined;
  }

  get routers(): readonly SimRouter[] {
    return [...(this.#process?.values() ?? [])];
  }

  router(vrid: number): SimRouter | undefined {
    return this.#process?.get(vrid);
  }

  factsFor({ member: { config, owner } }: SimRouter): LinkFacts {
    const { sources, mac } = this.#options.spec;
    return { source: sources[config.family], mac, owner };
  }

  get localMs(): number {
    const { spec, queue } = this.#options;
    return spec.clockOffsetMs + queue.nowMs * spec.clockRate;
  }

  trueMs(localMs: number): number {
    const { spec } = this.#options;
    return (localMs - spec.clockOffsetMs) / spec.clockRate;
  }

  start(): void {
    if (this.running) return;
    const { members } = this.#options.spec;
    const routers = members.map((member) => new SimRouter(member, this, this.localMs));
    this.#process = new Map(routers.map((router) => [router.config.vrid, router]));
    this.#tellLink();
  }

  /** Without a word; what was set in the kernel stays until the next start cleans up. */
  crash(): void {
    this.#process = undefined;
    this.#standstill = undefined;
  }

  stop(): void {
    this.#whenAwake(() => {
      for (const router of this.routers) this.#tell(router, { kind: "stop" });
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
    for (const router of this.routers) {
      router.watch.excuseSilence(this.localMs);
      this.#tell(router, { kind: "paused", pausedMs });
    }
    for (const happen of standstill.waiting) this.#whenAwake(happen);
    for (const router of this.routers) this.#tell(router, { kind: "timer" });
  }

  setLink(up: boolean): void {
    if (this.#linkUp === up) return;
    this.#linkUp = up;
    this.#whenAwake(() => this.#tellLink());
  }

  deliver(delivery: Delivery): void {
    this.#whenAwake(() => this.#receive(delivery));
  }

  perform(router: SimRouter, action: Action): void {
    if (action.do === "sendAdvert") this.#sendAdvert(router, action.priority);
    else if (action.do === "announce") this.#announce(router, action.repeat);
  }

  noteStep(router: SimRouter, before: RouterState, event: RouterEvent): void {
    this.#options.onStep({ host: this, router, before, event });
  }

  fail(router: SimRouter, problem: string): never {
    throw new Violation(`${this.name}, virtual router ${router.config.vrid}: ${problem}`);
  }

  #whenAwake(happen: () => void): void {
    if (this.#standstill !== undefined) this.#standstill.waiting.push(happen);
    else if (this.running) happen();
  }

  #tellLink(): void {
    for (const router of this.routers) {
      const ready: RouterEvent = { kind: "linkReady", facts: this.factsFor(router) };
      this.#tell(router, this.#linkUp ? ready : { kind: "linkFault", reason: "interfaceDown" });
    }
  }

  #tell(router: SimRouter, event: RouterEvent): void {
    router.handle(event, this.localMs);
    this.#arm(router);
  }

  /** A wake that is out of date finds another deadline armed and lets it be. */
  #arm(router: SimRouter): void {
    const { deadlineMs } = router;
    if (deadlineMs === router.armedMs) return;
    router.armedMs = deadlineMs;
    if (!Number.isFinite(deadlineMs)) return;
    const { queue, random, latenessMaxMs } = this.#options;
    const atMs = this.trueMs(deadlineMs) + random.between(0, latenessMaxMs);
    queue.at(Math.max(queue.nowMs, atMs), () => {
      if (router.armedMs !== deadlineMs || this.router(router.config.vrid) !== router) return;
      router.armedMs = Infinity;
      if (this.awake) this.#tell(router, { kind: "timer" });
    });
  }

  #receive({ frame, corrupted }: Delivery): void {
    const received = receive(frame, this.routers.map(({ config }) => config));
    if (received.ok === corrupted) {
      const verdict = received.ok ? "takes a spoiled frame" : `refuses a frame: ${received.error}`;
      throw new Violation(`${this.name} ${verdict}`);
    }
    if (!received.ok) return;
    if (received.value.what === "advert") {
      const { vrid, advert } = received.value;
      const router = this.router(vrid);
      if (router !== undefined) this.#tell(router, { kind: "advert", advert });
    } else this.#hearClaim(received.value);
  }

  #hearClaim({ address, mac }: { address: IpAddress; mac: MacAddress }): void {
    for (const router of this.routers) {
      const ours = router.config.addresses.some((one) => equalIp(one, address));
      const own = equalMac(mac, this.#macFor(router));
      if (ours && !own) this.#tell(router, { kind: "claimed", address, mac });
    }
  }

  #macFor({ config }: SimRouter): MacAddress {
    return this.#options.virtualMac ? virtualMac(config) : this.#options.spec.mac;
  }

  #sendAdvert(router: SimRouter, priority: number): void {
    this.#ipId = (this.#ipId + 1) & 0xffff;
    const { source } = this.factsFor(router);
    const sourceMac = this.#macFor(router);
    const input = { config: router.config, priority, source, sourceMac, ipId: this.#ipId };
    this.#options.network.send(this, advertFrame(input));
  }

  #announce(router: SimRouter, repeat: number): void {
    const sourceMac = this.#macFor(router);
    for (const address of repeat > 0 ? router.config.addresses : []) {
      this.#options.network.send(this, announcementFrame({ sourceMac, address }));
    }
  }
}
