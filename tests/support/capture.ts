import { ok, type Result } from "../../src/base/result.ts";
import * as pcap from "../../src/wire/pcap.ts";
import { TestProcess } from "./process.ts";
import { delay, eventually } from "./wait.ts";
import type { World } from "./world.ts";

/** A frame as the switch saw it. */
export interface CapturedFrame {
  /** Milliseconds since the epoch, by the kernel's time stamp on receipt. */
  readonly tMs: number;
  readonly frame: DataView;
}

/**
 * In immediate mode the kernel's buffer has slots of this size: with tcpdump's default of 256 KiB a
 * burst of 255 advertisements does not fit.
 */
const SNAP_BYTES = 2048;
const BUFFER_KIB = 16 * 1024;
/** What tcpdump may lag behind the wire. */
const SETTLE_MS = 200;

export interface CaptureOptions {
  /** A pcap-filter(7) expression. */
  readonly filter?: string;
  /**
   * An interface of the switch; default `br0`. Where a machine is plugged in, its name, one sees
   * frames as that one sends them.
   */
  readonly port?: string;
}

/** A tap on the bridge: everything that any machine sends, without the padding, which it cuts off. */
export class Capture implements AsyncDisposable {
  readonly #process: TestProcess;
  readonly #file: string;

  private constructor(process: TestProcess, file: string) {
    this.#process = process;
    this.#file = file;
  }

  /** Returns when tcpdump listens. */
  static async start(world: World, options: CaptureOptions = {}): Promise<Capture> {
    const { filter = "vrrp or arp", port = "br0" } = options;
    const file = world.path(`${crypto.randomUUID()}.pcap`);
    const process = world.own(
      new TestProcess({
        command: "tcpdump",
        args: [
          ...["-i", port, "-n", "-U", "--immediate-mode", "-Z", "root"],
          ...["-s", String(SNAP_BYTES), "-B", String(BUFFER_KIB), "-w", file, filter],
        ],
        namespace: world.namespace("sw"),
      }),
    );
    await process.waitForLine(/listening on/);
    return new Capture(process, file);
  }

  /** Waits until the frames so far are `enough`; the capture goes on. */
  async waitFor(
    enough: (frames: readonly CapturedFrame[]) => boolean,
    { what }: { readonly what: string },
  ): Promise<void> {
    await eventually(async () => {
      const frames = await this.#read();
      // The last one may be half written.
      return frames.ok && enough(frames.value);
    }, { what });
  }

  /** Ends the capture and gives all frames in order. */
  async stop(): Promise<CapturedFrame[]> {
    await delay(SETTLE_MS);
    this.#process.signal("SIGINT");
    await this.#process.exited();
    // What a capture does not show would pass for silence.
    await this.#process.waitForLine(/^0 packets dropped by kernel/);
    const frames = await this.#read();
    if (!frames.ok) throw new Error(frames.error);
    return frames.value;
  }

  async #read(): Promise<Result<CapturedFrame[], string>> {
    const file = pcap.parse(new DataView((await Deno.readFile(this.#file)).buffer));
    if (!file.ok) return file;
    return ok(file.value.map(({ timestampUs, frame }) => ({ tMs: timestampUs / 1000, frame })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
  }
}
