import { SyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { Log } from "../../log.ts";
import type { Watcher } from "../attention.ts";
import type { Outlet } from "../outlet.ts";

/** Hears who asks on one interface; see solicitations.ts. */
export interface Asking extends Disposable {
  readonly fd: Fd;
  read(): boolean;
}

export interface ListeningOptions {
  readonly watcher: Watcher;
  readonly log: Log;
  /** Throws {@linkcode SyscallError}. */
  readonly listen: (link: Outlet) => Asking;
  /** A host on the interface of this index asks. */
  readonly answer: (ifindex: number, nowMs: number) => void;
}

/** Listens for hosts that ask for routers, on the interfaces where one is advertised. */
export class Listening {
  readonly #options: ListeningOptions;
  /** By interface; `undefined` where the system has refused it. */
  readonly #asking = new Map<number, Asking | undefined>();

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  get empty(): boolean {
    return this.#asking.size === 0;
  }

  /**
   * Listens on these and no others. What the system has refused is asked for again on those whose
   * index is in `again`.
   */
  follow(links: readonly Outlet[], again: ReadonlySet<number> = new Set()): void {
    const needed = new Map(links.map((link) => [link.ifindex, link]));
    for (const [ifindex, link] of needed) {
      const hears = this.#asking.get(ifindex) !== undefined;
      if (!hears && (!this.#asking.has(ifindex) || again.has(ifindex))) this.#listen(link);
    }
    for (const [ifindex, asking] of this.#asking) {
      if (needed.has(ifindex)) continue;
      if (asking !== undefined) this.#options.watcher.unwatch(asking.fd);
      asking?.[Symbol.dispose]();
      this.#asking.delete(ifindex);
    }
  }

  /** Without it hosts wait for the next advertisement that is due by itself. */
  #listen(link: Outlet): void {
    const { ifindex } = link;
    const { watcher, log, listen, answer } = this.#options;
    const isNews = !this.#asking.has(ifindex);
    try {
      const asking = listen(link);
      this.#asking.set(ifindex, asking);
      watcher.watch(asking.fd, (_batch, nowMs) => {
        if (asking.read()) answer(ifindex, nowMs);
      });
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#asking.set(ifindex, undefined);
      if (isNews) log.warning(`${error.message}: router solicitations are not answered there`);
    }
  }
}
