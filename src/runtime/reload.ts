import type { DaemonConfig } from "../config/types.ts";
import type { Drivers } from "../drivers/drivers.ts";
import type { Log } from "../log.ts";
import type { Engine } from "./engine.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Undo } from "./undo/undo.ts";

export interface ReloadParts {
  readonly engine: Engine;
  readonly drivers: Drivers;
  readonly undo: Undo;
  readonly log: Log;
  readonly lifecycle: Lifecycle;
  readonly readAgain: () => Promise<DaemonConfig | undefined>;
}

/** Takes a changed configuration over while the daemon runs. */
export class Reload {
  readonly #parts: ReloadParts;
  #running = false;
  /** The file may have changed since it was read. */
  #again = false;

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
    const { engine, drivers, undo, log, readAgain } = this.#parts;
    try {
      const config = await engine.alongside(readAgain);
      if (config === undefined || engine.stopping) return;
      drivers.require(config.routers.map(({ driver }) => driver));
      undo.reconfigure(config);
      engine.reload(config);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.error(`The configuration stays as it was: ${why}`);
    }
  }
}
