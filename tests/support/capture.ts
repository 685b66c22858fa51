import * as pcap from "../../src/wire/pcap.ts";
import { TestProcess } from "./process.ts";
import { delay } from "./wait.ts";
import type { World } from "./world.ts";

/** A frame as the switch saw it. */
export interface CapturedFrame {
  /** Milliseconds since the epoch, by the kernel's time stamp on receipt. */
  readonly tMs: number;
  readonly frame: DataView;
}

/** What tcpdump may lag behind the wire. */
const SETTLE_MS = 200;

/** A tap on the bridge: everything that any machine sends. */
export class Capture implements AsyncDisposable {
  readonly #process: TestProcess;
  readonly #file: string;

  private constructor(process: TestProcess, file: string) {
    this.#process = process;
    this.#file = file;
  }

  /** Returns when tcpdump listens; `filter` is a pcap-filter(7) expression. */
  static async start(world: World, filter = "vrrp or arp"): Promise<Capture> {
    const file = world.path(`${crypto.randomUUID()}.pcap`);
    const process = world.own(
      new TestProcess({
        command: "tcpdump",
        args: ["-i", "br0", "-n", "-U", "--immediate-mode", "-Z", "root", "-w", file, filter],
        namespace: world.namespace("sw"),
      }),
    );
    await process.waitForLine(/listening on/);
    return new Capture(process, file);
  }

  /** Ends the capture and gives all frames in order. */
  async stop(): Promise<CapturedFrame[]> {
    await delay(SETTLE_MS);
    this.#process.signal("SIGINT");
    await this.#process.exited();
    const file = pcap.parse(new DataView((await Deno.readFile(this.#file)).buffer));
    if (!file.ok) throw new Error(file.error);
    return file.value.map(({ timestampUs, frame }) => ({ tMs: timestampUs / 1000, frame }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
  }
}
