import { RVRRPD } from "../../tests/support/rvrrpd.ts";
import { delay } from "../../tests/support/wait.ts";
import { World } from "../../tests/support/world.ts";
import type { Make } from "./daemon.ts";

/** After the last namespaces have gone by name, the kernel still takes them apart for a while. */
const REST_MS = 2000;

/** Where measurements happen: one world at a time, and nothing of it left afterwards. */
export class Bench implements AsyncDisposable {
  /** How long CPU and intervals are watched. */
  readonly watchMs: number;
  /** A copy of its own, because the checkout's may be built anew meanwhile. */
  readonly binary: string;
  readonly #directory: string;
  #world: Promise<World> | undefined;
  #over = false;

  private constructor(directory: string, options: { readonly watchMs: number }) {
    this.watchMs = options.watchMs;
    this.#directory = directory;
    this.binary = `${directory}/rvrrpd`;
  }

  static async open(options: { readonly watchMs: number }): Promise<Bench> {
    const bench = new Bench(await Deno.makeTempDir({ prefix: "rv-bench-" }), options);
    await Deno.copyFile(RVRRPD, bench.binary);
    return bench;
  }

  /** Two routers and the switch between them, with nothing running; ends the world before. */
  async world({ ipv6 = false }: { readonly ipv6?: boolean } = {}): Promise<World> {
    await this.#endWorld();
    await delay(REST_MS);
    if (this.#over) throw new Error("Cannot measure any more: the benchmark is over");
    this.#world = World.create({ id: "bench", ipv6 });
    const world = await this.#world;
    // Everything is flooded, and a third machine would only take time to ignore it.
    await world.unplug("host");
    return world;
  }

  async #endWorld(): Promise<void> {
    const ended = this.#world;
    this.#world = undefined;
    const [made] = await Promise.allSettled([ended]);
    if (made.status === "fulfilled") await made.value?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.#endWorld();
    await Deno.remove(this.#directory, { recursive: true });
  }
}

export interface Measurement {
  readonly bench: Bench;
  readonly make: Make;
}
