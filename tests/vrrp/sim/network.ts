import type { EventQueue } from "./event_queue.ts";
import type { Random } from "./random.ts";
import type { NetworkSpec } from "./scenario.ts";

export interface Delivery {
  readonly frame: Uint8Array<ArrayBuffer>;
  /** One bit of the IP packet was turned over on the way. */
  readonly corrupted: boolean;
}

/** What a segment needs to know of a host that is plugged into it. */
export interface Port {
  readonly linkUp: boolean;
  deliver(delivery: Delivery): void;
}

const IP_AT = 14;
/** Where what a checksum covers begins: none looks at IPv6's traffic class and flow label. */
const COVERED_AT: Readonly<Record<number, number>> = { 0x0800: IP_AT, 0x86dd: IP_AT + 4 };

/** One Ethernet segment that can lose, double, spoil, delay and overtake, and be cut in any direction. */
export class Network {
  readonly #queue: EventQueue;
  readonly #random: Random;
  readonly #ports: Port[] = [];
  readonly #cuts = new Map<Port, Set<Port>>();
  #spec: NetworkSpec;

  constructor(options: { queue: EventQueue; random: Random; spec: NetworkSpec }) {
    this.#queue = options.queue;
    this.#random = options.random;
    this.#spec = options.spec;
  }

  get spec(): NetworkSpec {
    return this.#spec;
  }

  plugIn(port: Port): void {
    this.#ports.push(port);
  }

  cut(path: { readonly from: Port; readonly to: Port }): void {
    const cuts = this.#cuts.get(path.from) ?? new Set();
    this.#cuts.set(path.from, cuts.add(path.to));
  }

  join(path: { readonly from: Port; readonly to: Port }): void {
    this.#cuts.get(path.from)?.delete(path.to);
  }

  /** From now on every frame arrives, once, whole and in order. */
  becomePerfect(): void {
    const { latencyMinMs } = this.#spec;
    this.#cuts.clear();
    const perfect = { loss: 0, duplicate: 0, corrupt: 0 };
    this.#spec = { latencyMinMs, latencyMaxMs: latencyMinMs, ...perfect };
  }

  /** Whether every frame that `from` sends now reaches `to`. */
  carries({ from, to }: { readonly from: Port; readonly to: Port }): boolean {
    return this.#joined(from, to) && this.#spec.loss === 0 && this.#spec.corrupt === 0;
  }

  send(from: Port, frame: Uint8Array<ArrayBuffer>): void {
    for (const to of this.#ports) {
      if (to === from || !this.#joined(from, to) || this.#random.chance(this.#spec.loss)) continue;
      this.#carry(to, frame);
      if (this.#random.chance(this.#spec.duplicate)) this.#carry(to, frame);
    }
  }

  #joined(from: Port, to: Port): boolean {
    return from.linkUp && to.linkUp && !(this.#cuts.get(from)?.has(to) ?? false);
  }

  #carry(to: Port, frame: Uint8Array<ArrayBuffer>): void {
    const fromAt = COVERED_AT[etherTypeOf(frame)];
    const corrupted = fromAt !== undefined && this.#random.chance(this.#spec.corrupt);
    const delivery = { frame: corrupted ? this.#spoil(frame, fromAt) : frame.slice(), corrupted };
    const latencyMs = this.#random.between(this.#spec.latencyMinMs, this.#spec.latencyMaxMs);
    this.#queue.after(latencyMs, () => {
      if (to.linkUp) to.deliver(delivery);
    });
  }

  #spoil(frame: Uint8Array<ArrayBuffer>, fromAt: number): Uint8Array<ArrayBuffer> {
    const spoiled = frame.slice();
    const at = this.#random.whole(fromAt, frame.length - 1);
    spoiled[at] = (spoiled[at] ?? 0) ^ (1 << this.#random.whole(0, 7));
    return spoiled;
  }
}

function etherTypeOf(frame: Uint8Array): number {
  return ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
}
