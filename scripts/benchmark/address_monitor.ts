import { TestProcess } from "../../tests/support/process.ts";
import { delay } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";
import type { Place } from "./daemon.ts";
import { NotMeasurable } from "./not_measurable.ts";

/** It does not say when it listens. */
const START_MS = 500;
/** What it may lag behind the kernel. */
const SETTLE_MS = 500;
/** Thousands of notifications may wait in there. */
const BUFFER_BYTES = 32 << 20;

/** Notes when addresses go, as the kernel tells of it. */
export class AddressMonitor {
  readonly #process: TestProcess;
  readonly #file: string;

  private constructor(process: TestProcess, file: string) {
    this.#process = process;
    this.#file = file;
  }

  static async start(world: World, place: Place): Promise<AddressMonitor> {
    const file = world.path(`addresses-${place}.log`);
    // Straight into a file: a pipe would wake us for every line.
    const monitor = [
      "ip",
      "-4",
      "-o",
      "-ts",
      "-rcvbuf",
      String(BUFFER_BYTES),
      "monitor",
      "address",
    ];
    const process = new TestProcess({
      command: "bash",
      args: ["-c", 'exec "$@" >"$0"', file, ...monitor],
      namespace: world.namespace(place),
      env: { TZ: "UTC" },
    });
    await delay(START_MS);
    return new AddressMonitor(world.own(process), file);
  }

  /**
   * Ends it, and gives the time at which the last of `addresses` went, in milliseconds since the
   * epoch. Throws {@linkcode NotMeasurable} where it has not seen all of them go.
   */
  async lastGoneMs(addresses: readonly string[]): Promise<number> {
    await delay(SETTLE_MS);
    await this.#process.stop();
    const gone = parseGone(await Deno.readTextFile(this.#file));
    const times = addresses.flatMap((address) => gone.get(address) ?? []);
    if (times.length === addresses.length) return Math.max(...times);
    throw new NotMeasurable(
      `${addresses.length - times.length} of ${addresses.length} addresses were not seen to go`,
    );
  }
}

/** When each address last went, in milliseconds since the epoch, by the lines of `ip -ts -o monitor`. */
export function parseGone(text: string): Map<string, number> {
  const lines = text.matchAll(/^\[(\S+)\] ?Deleted \d+: \S+ +inet ([\d.]+)/gm);
  return new Map(Array.from(lines, ([, time, address]) => [address ?? "", Date.parse(`${time}Z`)]));
}
