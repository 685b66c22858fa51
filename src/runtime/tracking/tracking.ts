import type { TrackingConfig } from "../../config/types.ts";
import type { Driver } from "../../drivers/driver.ts";
import type { NetlinkMessage } from "../../wire/netlink.ts";
import type { InterfaceTable } from "../interfaces.ts";
import type { RouteListener } from "../monitor.ts";
import type { Router } from "../router.ts";
import { Board, type Change } from "./board.ts";
import { FileWatch, type FileWatchParts } from "./file_watch.ts";
import { InterfaceWatch } from "./interface_watch.ts";
import { RouteWatch } from "./route_watch.ts";

export interface TrackingParts extends Omit<FileWatchParts, "board"> {
  readonly table: InterfaceTable;
  readonly driver: Pick<Driver, "routes">;
}

/** Watches everything that virtual routers track, and says what has changed for which of them. */
export class Tracking implements RouteListener, Disposable {
  readonly #board = new Board();
  readonly #interfaces: InterfaceWatch;
  readonly #routes: RouteWatch;
  readonly #files: FileWatch;
  readonly #wake: () => void;

  constructor(parts: TrackingParts) {
    const board = this.#board;
    this.#wake = parts.wake;
    this.#interfaces = new InterfaceWatch({ ...parts, board });
    this.#routes = new RouteWatch({ ...parts, board });
    this.#files = new FileWatch({ ...parts, board });
  }

  /** Goes on with what these track: what none of them tracks any more counts no longer. */
  replace(routers: readonly Router[]): void {
    const tracked = <T>(list: (tracking: TrackingConfig) => readonly T[]): T[] =>
      routers.flatMap(({ config }) => list(config.tracking));
    this.#board.replace(routers);
    this.#interfaces.replace(tracked(({ interfaces }) => interfaces).map(({ name }) => name));
    this.#routes.replace(tracked(({ routes }) => routes).map(({ destination }) => destination));
    this.#files.replace(tracked(({ files }) => files).map(({ path }) => path));
  }

  /** Whether {@linkcode apply} is to be told of routes. */
  get listens(): boolean {
    return this.#routes.listens;
  }

  apply(message: NetlinkMessage): void {
    this.#routes.apply(message);
  }

  /** Interfaces or their addresses have changed: those of these indices, or nobody knows which. */
  noteInterfaces(touched: ReadonlySet<number> | "all"): void {
    this.#interfaces.look();
    this.#routes.noteInterfaces(touched);
  }

  /** The script of this name has a result: its first, or another than before. */
  noteScript(name: string, up: boolean): void {
    this.#board.note(`script ${name}`, up, up ? "succeeds" : "fails");
    this.#wake();
  }

  /** When {@linkcode review} has something to do by itself, which need not be on time. */
  get dueMs(): number {
    return Math.min(this.#routes.dueMs, this.#files.dueMs);
  }

  /** Whether {@linkcode review} has something to say at once. */
  get hasNews(): boolean {
    return this.#board.hasNews;
  }

  /**
   * What has changed since the last time, for `limit` virtual routers at most; the caller tells
   * them.
   */
  review(nowMs: number, limit?: number): readonly Change[] {
    this.#routes.review(nowMs);
    this.#files.review(nowMs);
    return this.#board.take(limit);
  }

  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]();
  }
}
