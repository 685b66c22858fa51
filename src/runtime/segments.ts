import { SyscallError } from "../../ffi/errno.ts";
import type { ReceiveSlots } from "../../ffi/frame_slots.ts";
import type { Log } from "../log.ts";
import type { Counters } from "../vrrp/counters.ts";
import type { FaultReason } from "../vrrp/types.ts";
import { REJECT_REASONS } from "../wire/reject.ts";
import type { LinkInfo } from "../wire/rtnetlink.ts";
import type { Watcher } from "./attention.ts";
import type { Batch } from "./batch.ts";
import type { InterfaceTable } from "./interfaces.ts";
import { Link } from "./link.ts";
import type { LogLimit } from "./log_limit.ts";
import type { ReadingTime } from "./reading_time.ts";
import type { Router } from "./router.ts";
import { Segment } from "./segment.ts";
import type { StraySnapshot } from "./snapshot.ts";
import { type Spot, spotKey, spotOf } from "./spot.ts";

/** What a socket's queue holds is read in less stretches than this, unless it is filled meanwhile. */
const MOST_STRETCHES = 16;

/** An interface that virtual routers of one family run on. */
interface Attached {
  readonly spot: Spot;
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
  /** How long they are read at a stretch. */
  readonly readingTime: ReadingTime;
  /** Milliseconds on the clock of every deadline. */
  readonly clock: () => number;
}

/** The sockets of all interfaces, by the interface's name in the configuration and the family. */
export class Segments implements Disposable {
  readonly #parts: SegmentsParts;
  readonly #attached = new Map<string, Attached>();
  /** Closed only after the batch that says goodbye on them. */
  #retired: Segment[] = [];

  constructor(parts: SegmentsParts) {
    this.#parts = parts;
  }

  get(spot: Spot): Segment | undefined {
    return this.#attached.get(spotKey(spot))?.segment;
  }

  /** What each interface has brought for nobody, in both families. */
  get strays(): readonly StraySnapshot[] {
    const byName = new Map<string, Counters["rejected"]>();
    for (const { spot, segment } of this.#attached.values()) {
      const rejected = byName.get(spot.interface) ?? {};
      for (const reason of REJECT_REASONS) {
        const count = segment.rejected[reason];
        if (count !== undefined) rejected[reason] = (rejected[reason] ?? 0) + count;
      }
      byName.set(spot.interface, rejected);
    }
    return Array.from(byName, ([name, rejected]) => ({ interface: name, rejected }));
  }

  spots(): readonly Spot[] {
    return Array.from(this.#attached.values(), ({ spot }) => spot);
  }

  /** Whether the link of this index is what another configured name stands for. */
  runsElsewhereOn(ifindex: number, name: string): boolean {
    return this.#attached.values().some(({ spot, segment }) =>
      segment.link.ifindex === ifindex && spot.interface !== name
    );
  }

  /**
   * The link that the sockets of `spot` are on, or those of the other family, for as long as it is
   * there, and by whatever name.
   */
  follow(spot: Spot): LinkInfo | undefined {
    const attached = this.#attached.get(spotKey(spot)) ?? this.#sibling(spot);
    if (attached === undefined) return undefined;
    const { table } = this.#parts;
    const { segment } = attached;
    const { ifindex, family } = segment.link;
    const link = table.get(ifindex);
    // Notifications may be lost, and the index be another link's by now: the sockets know.
    if (!segment.link.attached) table.noteReplaced(ifindex);
    if (link === undefined || segment.generation !== table.removals(ifindex, family)) {
      return undefined;
    }
    this.#noteName(attached, link.name);
    return link;
  }

  #sibling({ interface: name, family }: Spot): Attached | undefined {
    return this.#attached.get(spotKey({ interface: name, family: family === 4 ? 6 : 4 }));
  }

  /** Told once, also where both families run there. */
  #noteName(attached: Attached, name: string): void {
    tellName(this.#parts.log, attached.name, name);
    const sibling = this.#sibling(attached.spot);
    const shared = sibling?.segment.link.ifindex === attached.segment.link.ifindex;
    if (sibling !== undefined && shared) sibling.name = name;
    attached.name = name;
  }

  /** Opens sockets for `routers`, or says why there are none. */
  open(spot: Spot, info: LinkInfo, routers: readonly Router[]): Segment | FaultReason {
    const { log, slots, table } = this.#parts;
    const filtered = routers.every(({ config }) => config.socketFilter);
    const vrids = filtered ? routers.map(({ config }) => config.protocol.vrid) : "any";
    try {
      const { family } = spot;
      const link = new Link({ name: info.name, ifindex: info.index, family, vrids, slots, log });
      const generation = table.removals(info.index, family);
      const segment = new Segment({ ...this.#parts, link, generation, routers });
      this.#attached.set(spotKey(spot), { spot, segment, name: info.name });
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
  reopen(spot: Spot, routers: readonly Router[], batch: Batch): void {
    const segment = this.get(spot);
    if (segment === undefined) return;
    this.retire(spot);
    const link = this.#parts.table.get(segment.link.ifindex);
    if (routers.length > 0 && link !== undefined) this.open(spot, link, routers);
    // Only now: what arrives while sockets are opened is in the old one.
    this.#readOut(segment, batch);
  }

  /** There is no other time for what waits in sockets that are about to be closed. */
  #readOut(segment: Segment, batch: Batch): void {
    for (let stretch = 0; stretch < MOST_STRETCHES; stretch++) {
      this.#parts.readingTime.begin();
      if (segment.readAll(batch)) return;
    }
  }

  /** What was attached to an interface ends, but what is under way can still be sent. */
  retire(spot: Spot): void {
    const segment = this.get(spot);
    if (segment === undefined) return;
    this.#attached.delete(spotKey(spot));
    this.#retired.push(segment);
  }

  /** Closes the sockets that have been retired; call after the batch was carried out. */
  closeRetired(): void {
    for (const segment of this.#retired) segment.leave();
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

  /** Reads what may wait unannounced, as long as there is time; gives whether that was all of it. */
  catchUp(batch: Batch): boolean {
    return this.#all((segment) => segment.catchUp(batch));
  }

  /** Reads what waits, announced or not, as long as there is time; gives whether that was all of it. */
  readAll(batch: Batch): boolean {
    return this.#all((segment) => segment.readAll(batch));
  }

  /** None is left out because another has not come to an end. */
  #all(read: (segment: Segment) => boolean): boolean {
    return Array.from(this.#attached.values(), ({ segment }) => read(segment)).every(Boolean);
  }

  /** This virtual router has changed its state. */
  attend({ config }: Router, nowMs: number): void {
    this.get(spotOf(config))?.attend(nowMs);
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
