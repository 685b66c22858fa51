import type { Lifecycle } from "./lifecycle.ts";
import type { Router } from "./router.ts";

/** A check that has no first result by then has to be waited for without anybody waiting for us. */
const PATIENCE_MS = 5000;

/** Tells once that every virtual router has its first state, or that some take too long for one. */
export class FirstReady {
  readonly #lifecycle: Pick<Lifecycle, "ready">;
  #routers: { readonly routers: readonly Router[] } | undefined;
  #told = false;

  constructor(lifecycle: Pick<Lifecycle, "ready">) {
    this.#lifecycle = lifecycle;
  }

  /** Begins to look; ends with what is returned. */
  waitFor(routers: { readonly routers: readonly Router[] }): Disposable {
    this.#routers = routers;
    this.noteTransition();
    const timer = this.#told ? undefined : setTimeout(() => this.#tell(), PATIENCE_MS);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  noteTransition(): void {
    if (this.#told || this.#routers === undefined) return;
    if (this.#routers.routers.every(({ state }) => state.name !== "Init")) this.#tell();
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#lifecycle.ready();
  }
}
