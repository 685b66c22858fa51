import * as pcap from "../../src/wire/pcap.ts";
import type { CapturedFrame } from "../../tests/support/capture.ts";
import { TestProcess } from "../../tests/support/process.ts";
import { delay } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";
import { NotMeasurable } from "./not_measurable.ts";

/** Many seconds of everything that is ever sent here. */
const BUFFER_KB = 65_536;
/** Advertisements and announcements of both families. */
const FILTER = "vrrp or arp or ip6 proto 112 or icmp6";
/** Enough for an advertisement of one address. */
const SNAP_BYTES = 128;
/** The kernel hands frames over at the latest after a second. */
const SETTLE_MS = 1500;

export interface TapOptions {
  /** Default `br0`. */
  readonly bridge?: string;
  /** What the kernel may keep for tcpdump, in kilobytes. */
  readonly bufferKb?: number;
}

/**
 * A tap on a bridge that disturbs as little as it can: the kernel stamps the frames and keeps
 * them in blocks, where a tcpdump of `--immediate-mode` would wake, and take a processor, for each.
 */
export class Tap {
  readonly #process: TestProcess;
  readonly #file: string;
  readonly #bridge: string;

  private constructor(process: TestProcess, options: { file: string; bridge: string }) {
    this.#process = process;
    this.#file = options.file;
    this.#bridge = options.bridge;
  }

  static async start(world: World, options: TapOptions = {}): Promise<Tap> {
    const { bridge = "br0", bufferKb = BUFFER_KB } = options;
    const file = world.path(`tap-${bridge}.pcap`);
    const process = world.own(
      new TestProcess({
        command: "tcpdump",
        args: [
          ...["-i", bridge, "-n", "-Z", "root", "-j", "host", "-w", file],
          ...["-B", String(bufferKb), "-s", String(SNAP_BYTES), FILTER],
        ],
        namespace: world.namespace("sw"),
      }),
    );
    await process.waitForLine(/listening on/);
    return new Tap(process, { file, bridge });
  }

  /** All frames in the order of their time stamps; throws {@linkcode NotMeasurable} where some were lost. */
  async stop(): Promise<CapturedFrame[]> {
    await this.end();
    return await this.read();
  }

  /** Listens no more; throws {@linkcode NotMeasurable} where some frames were lost. */
  async end(): Promise<void> {
    await delay(SETTLE_MS);
    this.#process.signal("SIGINT");
    await this.#process.exited();
    const lost = parseLost(this.#process.text);
    if (lost !== 0) {
      const count = lost ?? "an unknown number of";
      throw new NotMeasurable(`The tap on ${this.#bridge} lost ${count} frames`);
    }
  }

  /** All frames in the order of their time stamps; call after {@linkcode end}. */
  async read(): Promise<CapturedFrame[]> {
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
