import type { DaemonConfig } from "../config/types.ts";
import type { Drivers } from "../drivers/drivers.ts";
import type { Log } from "../log.ts";
import type { Engine } from "./engine.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Scripts } from "./scripts/scripts.ts";
import type { Undo } from "./undo/undo.ts";

/** A configuration to go on with. */
export interface NewConfig extends DaemonConfig {
  /** Takes over what of it is not for the virtual routers; called once nothing has refused it. */
  readonly takeOver?: () => void;
}

export interface ReloadParts {
  readonly engine: Pick<Engine, "alongside" | "reload" | "stopping">;
  readonly drivers: Pick<Drivers, "require">;
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
      const config = await this.#parts.engine.alongside(read);
      if (config !== undefined && !this.#parts.engine.stopping) this.#apply(config);
    });
    this.#latest = change.catch(() => {});
    await change;
  }

  #apply(config: NewConfig): void {
    const { engine, drivers, scripts, undo } = this.#parts;
    // All that may refuse it comes before the first effect.
    drivers.require(config.routers.map(({ driver }) => driver));
    const admitted = scripts.admit(config);
    if (!admitted.ok) throw new Error(admitted.error);
    undo.reconfigure(config);
    config.takeOver?.();
    engine.reload(config);
  }
}
