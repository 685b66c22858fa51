import type { DaemonConfig } from "../config/types.ts";
import type { Drivers } from "../drivers/drivers.ts";
import type { AcceptRules } from "./accept/accept_rules.ts";
import type { Log } from "../log.ts";
import type { Engine } from "./engine.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Scripts } from "./scripts/scripts.ts";
import type { Undo } from "./undo/undo.ts";

/** A configuration to go on with. */
export interface NewConfig extends DaemonConfig {
  /** Takes over what of it is not for the virtual routers; called once nothing has refused it. */
  readonly takeOver?: () => void;
  /**
   * What has to be done for it first and may take long, such as writing it to a disk; called once
   * nothing has refused it, before the first effect. False: all stays as it is.
   */
  readonly prepare?: () => Promise<boolean>;
}

export interface ReloadParts {
  readonly engine: Pick<Engine, "alongside" | "reload" | "routers" | "stopping">;
  readonly drivers: Pick<Drivers, "require">;
  readonly accept: Pick<AcceptRules, "require">;
  readonly scripts: Pick<Scripts, "admit">;
  readonly undo: Pick<Undo, "reconfigure">;
  readonly log: Log;
  readonly lifecycle: Pick<Lifecycle, "ready" | "reloading">;
  readonly readAgain: () => Promise<NewConfig | undefined>;
}

/** Takes a changed configuration over while the daemon runs. */
export class Reload {
  readonly #parts: ReloadParts;
  #running = false;
  /** The file may have changed since it was read. */
  #again = false;
  /** The change that all later ones wait for. */
  #latest: Promise<unknown> = Promise.resolve();

  constructor(parts: ReloadParts) {
    this.#parts = parts;
  }

  /** Begins to read, or does it once more when it has just begun. */
  begin(): void {
    this.#again = true;
    if (!this.#running) this.#run();
  }

  async #run(): Promise<void> {
    const { engine, lifecycle } = this.#parts;
    this.#running = true;
    lifecycle.reloading();
    while (this.#again) {
      this.#again = false;
      await this.#once();
    }
    this.#running = false;
    if (!engine.stopping) lifecycle.ready();
  }

  async #once(): Promise<void> {
    const { log, readAgain } = this.#parts;
    try {
      await this.take(readAgain);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.error(`The configuration stays as it was: ${why}`);
    }
  }

  /**
   * Goes on with the configuration that `read` gives, one change after the other. Throws
   * {@linkcode Error} where this process cannot go on with it.
   */
  async take(read: () => Promise<NewConfig | undefined>): Promise<void> {
    const change = this.#latest.then(async () => {
      const config = await this.#parts.engine.alongside(() => this.#prepared(read));
      if (config !== undefined && !this.#parts.engine.stopping) this.#apply(config);
    });
    this.#latest = change.catch(() => {});
    await change;
  }

  /** Gives nothing where that is not to be gone on with. */
  async #prepared(read: () => Promise<NewConfig | undefined>): Promise<NewConfig | undefined> {
    const config = await read();
    if (config?.prepare === undefined) return config;
    if (this.#parts.engine.stopping) return undefined;
    let isPrepared = false;
    try {
      this.#require(config);
      isPrepared = await config.prepare();
    } finally {
      if (!isPrepared) this.#forget();
    }
    return isPrepared ? config : undefined;
  }

  /** Throws {@linkcode Error} where something here refuses it. */
  #require(config: NewConfig): void {
    const { drivers, accept, scripts } = this.#parts;
    drivers.require(config.routers.map(({ driver }) => driver));
    const admitted = scripts.admit(config);
    if (!admitted.ok) throw new Error(admitted.error);
    accept.require(config.routers);
  }

  /** What was required for a configuration that never came is for those that run. */
  #forget(): void {
    const { accept, engine } = this.#parts;
    try {
      accept.require(engine.routers.map(({ config }) => config));
    } catch {
      // They go on with what they have.
    }
  }

  #apply(config: NewConfig): void {
    const { engine, undo } = this.#parts;
    // All that may refuse it comes before the first effect.
    this.#require(config);
    undo.reconfigure(config);
    config.takeOver?.();
    engine.reload(config);
  }
}
