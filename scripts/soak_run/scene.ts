import { eventually } from "../../tests/support/wait.ts";
import { RVRRPD } from "../../tests/support/rvrrpd.ts";
import { World } from "../../tests/support/world.ts";
import { type Cable, cables, layCables, WIDE_NETWORK, wideVrouters } from "../benchmark/cables.ts";
import { Daemon, type Place } from "../benchmark/daemon.ts";
import { SETTLE_MS } from "../benchmark/pair.ts";
import { PRIORITY, VRIDS } from "../benchmark/vrouters.ts";
import { type LogFacts, readLog } from "./daemon_log.ts";
import type { SoakOptions } from "./options.ts";

const READY_MS = 120_000;

/** Two routers with cables between them, and the virtual routers that they share. */
export class Scene implements AsyncDisposable {
  readonly world: World;
  readonly wide: readonly Cable[];
  readonly #virtualMac: SoakOptions["virtualMac"];

  private constructor(world: World, { interfaces, virtualMac }: SoakOptions) {
    this.world = world;
    this.wide = cables(interfaces);
    this.#virtualMac = virtualMac;
  }

  static async open(options: SoakOptions): Promise<Scene> {
    const scene = new Scene(await World.create(), options);
    try {
      await scene.#build();
      return scene;
    } catch (error) {
      await scene[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #build(): Promise<void> {
    // Everything is flooded, and a third machine would only take time to ignore it.
    await this.world.unplug("host");
    await layCables(this.world, this.wide);
    // A copy, because the checkout's may be built anew meanwhile.
    await Deno.copyFile(RVRRPD, this.#binary);
  }

  get #binary(): string {
    return this.world.path("rvrrpd");
  }

  /** How many virtual routers there are. */
  get count(): number {
    return this.wide.length * VRIDS.length;
  }

  get virtualAddresses(): string[] {
    return this.wide.flatMap(({ addressOf }) => VRIDS.map(addressOf));
  }

  /** All virtual routers, on r1 with the higher priority; returns at once. */
  start(place: Place): Promise<Daemon> {
    const priority = place === "r1" ? PRIORITY.master : PRIORITY.backup;
    return this.#start(place, wideVrouters(this.wide, { priority, virtualMac: this.#virtualMac }));
  }

  /** A single virtual router on r1. */
  startOne(): Promise<Daemon> {
    const options = { vrids: [1], priority: PRIORITY.master, virtualMac: this.#virtualMac };
    return this.#start("r1", wideVrouters(this.wide.slice(0, 1), options));
  }

  #start(place: Place, routers: ReturnType<typeof wideVrouters>): Promise<Daemon> {
    const { world } = this;
    const make = "rvrrpd";
    const network = WIDE_NETWORK;
    return Daemon.start({ world, place, make, binary: this.#binary, routers, network });
  }

  /**
   * Waits until the daemon has been silent for a while: all of its virtual routers are in their
   * state. Not by counting what it says, because it may drop lines when it has thousands to write.
   */
  async untilSettled(daemon: Daemon): Promise<void> {
    let length = 0;
    let sinceMs = performance.now();
    const isSettled = async () => {
      const { length: now } = await daemon.output();
      if (now !== length) sinceMs = performance.now();
      length = now;
      return length > 0 && performance.now() - sinceMs >= SETTLE_MS;
    };
    await eventually(isSettled, { what: "a daemon that has settled", timeoutMs: READY_MS });
  }

  /** Pulls all cables out of r1. */
  cutOff(): Promise<void> {
    return this.world.unplug("r1", this.wide.map(({ interfaceName }) => interfaceName));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]();
  }
}

export async function logOf(daemon: Daemon): Promise<LogFacts> {
  return readLog(await daemon.output());
}
