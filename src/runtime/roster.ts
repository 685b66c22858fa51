import type { VirtualRouterConfig } from "../config/types.ts";
import type { NumberSource } from "./auth/authenticator.ts";
import { Deadlines } from "./deadlines.ts";
import { difference, isUnchanged, type Planned } from "./difference.ts";
import { Router } from "./router.ts";

/** What became of the virtual routers under a new configuration. */
export interface Succession {
  readonly came: readonly Router[];
  /** Those that go on under another configuration. */
  readonly changed: readonly Router[];
  readonly gone: readonly Router[];
}

/** The virtual routers of the process, and when each is due. */
export class Roster {
  #routers: readonly Router[] = [];
  #deadlines = new Deadlines(0);
  #retries = new Deadlines(0);

  readonly #numbers: NumberSource | undefined;

  constructor(configs: readonly VirtualRouterConfig[], nowMs: number, numbers?: NumberSource) {
    this.#numbers = numbers;
    this.replace(configs, nowMs);
  }

  get routers(): readonly Router[] {
    return this.#routers;
  }

  /** When the protocol of each has to be asked. */
  get deadlines(): Deadlines {
    return this.#deadlines;
  }

  /** When the kernel is to be asked again for what it has refused. */
  get retries(): Deadlines {
    return this.#retries;
  }

  /** Those that would be gone with this configuration and have not withdrawn yet. */
  leaving(configs: readonly VirtualRouterConfig[]): readonly Router[] {
    const { gone } = difference(this.#routers, configs);
    return gone.filter(({ state }) => state.name !== "Down");
  }

  /** Goes on with these. */
  replace(configs: readonly VirtualRouterConfig[], nowMs: number): Succession {
    const { planned, gone } = difference(this.#routers, configs);
    const changed = planned.flatMap(({ router, config }) =>
      router !== undefined && !isUnchanged(router, config) ? [router] : []
    );
    const before = new Set(this.#routers);
    this.#deadlines = new Deadlines(planned.length);
    this.#retries = new Deadlines(planned.length);
    this.#routers = planned.map((one, index) => this.#enter(one, index, nowMs));
    return { came: this.#routers.filter((router) => !before.has(router)), changed, gone };
  }

  #enter({ config, router }: Planned, index: number, nowMs: number): Router {
    const entries = { index, deadlines: this.#deadlines, retries: this.#retries };
    if (router === undefined) {
      return new Router(config, { ...entries, nowMs, numbers: this.#numbers });
    }
    router.moveTo(entries);
    if (!isUnchanged(router, config)) router.reconfigure(config);
    return router;
  }
}
