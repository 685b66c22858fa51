import { missingCapabilities } from "../../ffi/capabilities.ts";
import { boottimeMs } from "../../ffi/clock.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { IoctlSocket, MAX_NAME_BYTES } from "../../ffi/ioctl.ts";
import { FIRST_TOKEN, Poller } from "../../ffi/poller.ts";
import { Tap, type TappedFrame } from "../../ffi/tap.ts";
import { withTag } from "../wire/vlan.ts";
import { snifferFilter } from "./filter.ts";
import type { CaughtFrame } from "./sighting.ts";
import { type FrameSource, SnifferRefusal } from "./source.ts";

/** What waits while the terminal or the disk is slow. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** So that a flood does not keep a signal or the reader from their turn. */
const MAX_BATCH = 64;
/** How often a link that is down is looked at. */
const LOOK_MS = 500;

/** Both directions of one interface, which stays promiscuous as long as this lives. */
export class LiveSource implements FrameSource {
  readonly #name: string;
  readonly #tap: Tap;
  readonly #poller: Poller;
  readonly #tell: (line: string) => void;
  #isDown = false;

  /**
   * `tell` takes lines about the interface. Throws {@linkcode SnifferRefusal} where there is no such
   * interface, where it is not Ethernet, and where the kernel refuses.
   */
  constructor(
    { interfaceName, tell }: {
      readonly interfaceName: string;
      readonly tell: (line: string) => void;
    },
  ) {
    this.#name = interfaceName;
    this.#tell = tell;
    using opened = new DisposableStack();
    const [tap, poller] = refusable(() => this.#open(opened));
    this.#tap = tap;
    this.#poller = poller;
    opened.move();
  }

  #open(opened: DisposableStack): [Tap, Poller] {
    const tap = opened.use(
      new Tap({
        interfaceName: this.#name,
        ifindex: this.#look(),
        filter: snifferFilter(),
        receiveBufferBytes: RECEIVE_BUFFER_BYTES,
      }),
    );
    const poller = opened.use(new Poller());
    poller.add(tap.fd, FIRST_TOKEN);
    return [tap, poller];
  }

  #look(): number {
    const name = this.#name;
    if (name === "" || new TextEncoder().encode(name).length > MAX_NAME_BYTES) {
      throw new SnifferRefusal(
        `Cannot listen on "${name}": names of interfaces have 1 to ${MAX_NAME_BYTES} bytes`,
      );
    }
    using ioctl = new IoctlSocket();
    const ifindex = indexOf(ioctl, name);
    if (!ioctl.hasEthernetFrames(name)) {
      throw new SnifferRefusal(`Cannot listen on ${name}: it is not an Ethernet interface`);
    }
    if (missingCapabilities(["CAP_NET_RAW"]).length > 0) {
      throw new SnifferRefusal("This process lacks CAP_NET_RAW: run it as root or grant it");
    }
    this.#isDown = !ioctl.isUp(name);
    if (this.#isDown) this.#tell(`${name} is down: waiting (ip link set ${name} up)`);
    return ifindex;
  }

  async *batches(stop: AbortSignal): AsyncGenerator<readonly CaughtFrame[], void> {
    const wake = () => this.#poller.wake();
    stop.addEventListener("abort", wake);
    try {
      while (!stop.aborted) {
        const batch = this.#receive();
        if (batch.length > 0) yield batch;
        else if (!this.#tap.attached) {
          throw new SnifferRefusal(
            `Cannot listen on ${this.#name} any longer: the interface is gone`,
          );
        } else if (!stop.aborted) await this.#wait();
      }
    } finally {
      stop.removeEventListener("abort", wake);
    }
  }

  /** The kernel tells once that a link is down, and nothing more where it is removed after that. */
  async #wait(): Promise<void> {
    this.#poller.arm(this.#isDown ? boottimeMs() + LOOK_MS : Infinity);
    await this.#poller.wait();
  }

  #receive(): CaughtFrame[] {
    const batch: CaughtFrame[] = [];
    while (batch.length < MAX_BATCH) {
      const frame = this.#next();
      if (frame === undefined) break;
      this.#isDown = false;
      batch.push(caught(frame));
    }
    return batch;
  }

  #next(): TappedFrame | undefined {
    try {
      return this.#tap.next();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (error.code !== "ENETDOWN") throw new SnifferRefusal(error.message);
      this.#isDown = true;
      // Where it was removed the loop finds out by itself; where it only went down, it may come back.
      if (this.#tap.attached) this.#tell(`${this.#name} went down: waiting for it to come back`);
      return undefined;
    }
  }

  takeLost(): number {
    return this.#tap.takeLost();
  }

  [Symbol.dispose](): void {
    this.#poller[Symbol.dispose]();
    this.#tap[Symbol.dispose]();
  }
}

/** What the kernel refuses has a message that is for the user as it is. */
function refusable<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof SyscallError) throw new SnifferRefusal(error.message);
    throw error;
  }
}

function indexOf(ioctl: IoctlSocket, name: string): number {
  try {
    return ioctl.interfaceIndex(name);
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== "ENODEV") throw error;
    throw new SnifferRefusal(
      `Cannot listen on ${name}: there is no such interface (ip link lists them)`,
    );
  }
}

/** With its VLAN tag where it was on the wire, and in memory of its own. */
function caught({ bytes, vlan, wireBytes, timestampMs, isOutgoing }: TappedFrame): CaughtFrame {
  const view = new DataView(bytes.slice().buffer);
  const whole = vlan === undefined ? view : withTag(view, vlan);
  return {
    timestampUs: Math.floor(timestampMs * 1000),
    bytes: whole,
    wireBytes: wireBytes + whole.byteLength - view.byteLength,
    direction: isOutgoing ? "out" : "in",
  };
}
