import * as pcap from "../../src/wire/pcap.ts";
import type { CapturedFrame } from "../../tests/support/capture.ts";
import { TestProcess } from "../../tests/support/process.ts";
import { delay } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";
import { NotMeasurable } from "./not_measurable.ts";

/** Kilobytes; many seconds of everything that is ever sent here. */
const BUFFER_KB = 65_536;
/** Enough for an advertisement of one address. */
const SNAP_BYTES = 128;
/** The kernel hands frames over at the latest after a second. */
const SETTLE_MS = 1500;

/**
 * A tap on the bridge that disturbs as little as it can: the kernel stamps the frames and keeps
 * them in blocks, where a tcpdump of `--immediate-mode` would wake, and take a processor, for each.
 */
export class Tap {
  readonly #process: TestProcess;
  readonly #file: string;

  private constructor(process: TestProcess, file: string) {
    this.#process = process;
    this.#file = file;
  }

  static async start(world: World): Promise<Tap> {
    const file = world.path("tap.pcap");
    const process = world.own(
      new TestProcess({
        command: "tcpdump",
        args: [
          ...["-i", "br0", "-n", "-Z", "root", "-j", "host", "-w", file],
          ...["-B", String(BUFFER_KB), "-s", String(SNAP_BYTES), "vrrp or arp"],
        ],
        namespace: world.namespace("sw"),
      }),
    );
    await process.waitForLine(/listening on/);
    return new Tap(process, file);
  }

  /** All frames in the order of their time stamps; throws {@linkcode NotMeasurable} where some were lost. */
  async stop(): Promise<CapturedFrame[]> {
    await delay(SETTLE_MS);
    this.#process.signal("SIGINT");
    await this.#process.exited();
    const lost = parseLost(this.#process.text);
    if (lost !== 0) {
      throw new NotMeasurable(`The tap lost ${lost ?? "an unknown number of"} frames`);
    }
    const file = pcap.parse(new DataView((await Deno.readFile(this.#file)).buffer));
    if (!file.ok) throw new Error(file.error);
    return file.value.map(({ timestampUs, frame }) => ({ tMs: timestampUs / 1000, frame }))
      .sort((a, b) => a.tMs - b.tMs);
  }
}

/** How many frames tcpdump says at its end that it missed; `undefined` where it says nothing. */
export function parseLost(text: string): number | undefined {
  const counts = Array.from(
    text.matchAll(/^(\d+) packets? dropped by \w+/gm),
    ([, n]) => Number(n),
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}
