import { adverts, claims } from "../../tests/support/traffic.ts";
import type { World } from "../../tests/support/world.ts";
import type { Cable } from "./cables.ts";
import type { Observed } from "./take_over.ts";
import { Tap } from "./tap.ts";

/** A cable carries some hundred frames a second: seconds of them. */
const BUFFER_KB = 8192;

/** A tap on each cable: one on all of them would see everything three times. */
export class WideTaps {
  readonly #taps: ReadonlyMap<Cable, Tap>;

  private constructor(taps: ReadonlyMap<Cable, Tap>) {
    this.#taps = taps;
  }

  static async start(world: World, wide: readonly Cable[]): Promise<WideTaps> {
    const taps = wide.map(async (cable) => {
      const options = { bridge: cable.bridge, bufferKb: BUFFER_KB };
      return [cable, await Tap.start(world, options)] as const;
    });
    return new WideTaps(new Map(await Promise.all(taps)));
  }

  /** Throws {@linkcode NotMeasurable} where a tap has lost frames. */
  async end(): Promise<void> {
    await Promise.all(this.#taps.values().map((tap) => tap.end()));
  }

  /** What each cable has carried; one at a time, because minutes of all are too much at once. */
  async *read(): AsyncGenerator<readonly [Cable, Observed]> {
    for (const [cable, tap] of this.#taps) {
      const frames = await tap.read();
      yield [cable, { adverts: adverts(frames), claims: claims(frames) }];
    }
  }
}
