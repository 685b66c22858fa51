import { SyscallError } from "../../ffi/errno.ts";
import type { ReceiveSlots } from "../../ffi/frame_slots.ts";
import type { Log } from "../log.ts";
import type { FaultReason } from "../vrrp/types.ts";
import type { LinkInfo } from "../wire/rtnetlink.ts";
import type { Watcher } from "./attention.ts";
import type { Batch } from "./batch.ts";
import type { InterfaceTable } from "./interfaces.ts";
import { Link } from "./link.ts";
import type { LogLimit } from "./log_limit.ts";
import type { Router } from "./router.ts";
import { Segment } from "./segment.ts";
import type { StraySnapshot } from "./snapshot.ts";

/** An interface that virtual routers run on. */
interface Attached {
  readonly segment: Segment;
  /** What it is called now; its virtual routers know it by the name that it had. */
  name: string;
}

export interface SegmentsParts {
  readonly table: InterfaceTable;
  readonly log: Log;
  readonly limit: LogLimit;
  readonly watcher: Watcher;
  /** Where frames are received. */
  readonly slots: ReceiveSlots;
  /** Milliseconds on the clock of every deadline. */
  readonly clock: () => number;
}

/** The sockets of all interfaces, by the interface's name in the configuration. */
export class Segments implements Disposable {
  readonly #parts: SegmentsParts;
  readonly #attached = new Map<string, Attached>();
  /** Closed only after the batch that says goodbye on them. */
  #retired: Segment[] = [];

  constructor(parts: SegmentsParts) {
    this.#parts = parts;
  }

  get(name: string): Segment | undefined {
    return this.#attached.get(name)?.segment;
  }

  /** What each interface has brought for nobody. */
  get strays(): readonly StraySnapshot[] {
    return Array.from(this.#attached, ([name, { segment }]) => ({
      interface: name,
      rejected: { ...segment.rejected },
    }));
  }

  names(): readonly string[] {
    return [...this.#attached.keys()];
  }

  /** Whether the link of this index is one of them, whatever it is called. */
  runsOn(ifindex: number): boolean {
    return this.#attached.values().some(({ segment }) => segment.link.ifindex === ifindex);
  }

  /** The link that the sockets of `name` are on, for as long as it is there, and by whatever name. */
  follow(name: string): LinkInfo | undefined {
    const attached = this.#attached.get(name);
    if (attached === undefined) return undefined;
    const { table, log } = this.#parts;
    const { segment } = attached;
    const { ifindex } = segment.link;
    const link = table.get(ifindex);
    // Notifications may be lost, and the index be another link's by now: the sockets know.
    if (!segment.link.attached) table.noteReplaced(ifindex);
    if (link === undefined || segment.generation !== table.removals(ifindex)) return undefined;
    tellName(log, attached.name, link.name);
    attached.name = link.name;
    return link;
  }

  /** Opens sockets for `routers`, or says why there are none. */
  open(name: string, info: LinkInfo, routers: readonly Router[]): Segment | FaultReason {
    const { log, slots, table } = this.#parts;
    const filtered = routers.every(({ config }) => config.socketFilter);
    const vrids = filtered ? routers.map(({ config }) => config.protocol.vrid) : "any";
    try {
      const link = new Link({ name: info.name, ifindex: info.index, vrids, slots, log });
      const generation = table.removals(info.index);
      const segment = new Segment({ ...this.#parts, link, generation, routers });
      this.#attached.set(name, { segment, name: info.name });
      return segment;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      // It has just gone, and the notification of that is on its way.
      if (error.code === "ENODEV") return "interfaceMissing";
      log.error(error.message);
      return "refused";
    }
  }

  /**
   * Goes on with these virtual routers on the same link. The new sockets join before the old ones
   * leave, so that the network notices nothing; without any router there are none.
   */
  reopen(name: string, routers: readonly Router[], batch: Batch): void {
    const segment = this.get(name);
    if (segment === undefined) return;
    this.retire(name);
    const link = this.#parts.table.get(segment.link.ifindex);
    if (routers.length > 0 && link !== undefined) this.open(name, link, routers);
    // Only now: what arrives while sockets are opened is in the old one.
    segment.readAll(batch);
  }

  /** What was attached to an interface ends, but what is under way can still be sent. */
  retire(name: string): void {
    const segment = this.get(name);
    if (segment === undefined) return;
    this.#attached.delete(name);
    this.#retired.push(segment);
  }

  /** Closes the sockets that have been retired; call after the batch was carried out. */
  closeRetired(): void {
    for (const segment of this.#retired) segment[Symbol.dispose]();
    this.#retired = [];
  }

  /** When {@linkcode look} is due. */
  get nextLookMs(): number {
    let earliestMs = Infinity;
    for (const { segment } of this.#attached.values()) {
      earliestMs = Math.min(earliestMs, segment.lookAtMs);
    }
    return earliestMs;
  }

  /** Reads what has waited long enough. */
  look(batch: Batch, nowMs: number): void {
    for (const { segment } of this.#attached.values()) segment.look(batch, nowMs);
  }

  /** Reads all that may wait unannounced. */
  catchUp(batch: Batch): void {
    for (const { segment } of this.#attached.values()) segment.catchUp(batch);
  }

  /** Reads all that waits, announced or not. */
  readAll(batch: Batch): void {
    for (const { segment } of this.#attached.values()) segment.readAll(batch);
  }

  /** This virtual router has changed its state. */
  attend({ config }: Router, nowMs: number): void {
    this.get(config.interface)?.attend(nowMs);
  }

  /** Closes all sockets. */
  [Symbol.dispose](): void {
    this.closeRetired();
    for (const { segment } of this.#attached.values()) segment[Symbol.dispose]();
    this.#attached.clear();
  }
}

/** Says that a link that we run on has another name. */
export function tellName(log: Log, before: string, now: string): void {
  if (before === now) return;
  log.warning(`Interface ${before} is called ${now} now: its virtual routers stay on it`);
}
