import { attempt } from "./command.ts";
import { TestProcess } from "./process.ts";
import { ADDRESS, type Machine, type World } from "./world.ts";

/** Whether one echo request from `machine` is answered within a second. */
export async function ping(world: World, from: Machine, address: string): Promise<boolean> {
  const argv = ["ping", "-n", "-c", "1", "-W", "1", address];
  const { code } = await attempt(["ip", "netns", "exec", world.namespace(from), ...argv]);
  return code === 0;
}

/** The hardware addresses in all answers that come to one broadcast question of the host in a second. */
export async function arpAnswers(world: World, address: string): Promise<string[]> {
  const namespace = world.namespace("host");
  // A time limit (-w) would end it with the first answer.
  const arping = ["arping", "-b", "-c", "1", "-I", "eth0", address];
  const { stdout } = await attempt(["ip", "netns", "exec", namespace, ...arping]);
  return Array.from(stdout.matchAll(/reply from .* \[([0-9A-F:]+)\]/g), ([, mac]) => {
    return (mac ?? "").toLowerCase();
  });
}

/** The hardware address in the ARP table of `machine`; `undefined` while there is none. */
export async function neighbour(
  world: World,
  machine: Machine,
  address: string,
): Promise<string | undefined> {
  const table = JSON.parse(await world.run(machine, ["ip", "-j", "neigh", "show", address]));
  return table[0]?.lladdr;
}

export async function macOf(world: World, machine: Machine, name = "eth0"): Promise<string> {
  const [link] = JSON.parse(await world.run(machine, ["ip", "-j", "link", "show", name]));
  return link.address;
}

/** The addresses of an interface with their prefix lengths, in the kernel's order. */
export async function addressesOf(
  world: World,
  machine: Machine,
  name = "eth0",
): Promise<string[]> {
  const text = await world.run(machine, ["ip", "-j", "addr", "show", name]);
  const [link]: [{ addr_info: { local: string; prefixlen: number }[] }] = JSON.parse(text);
  return link.addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

const ECHO_INTERVAL_MS = 20;

/** Echo requests from the host, 50 a second, whose answers show when an address was out of reach. */
export class PingStream implements AsyncDisposable {
  readonly #process: TestProcess;

  private constructor(process: TestProcess) {
    this.#process = process;
  }

  static async start(world: World, address: string): Promise<PingStream> {
    const process = world.own(
      new TestProcess({
        command: "ping",
        args: ["-n", "-D", "-O", "-i", String(ECHO_INTERVAL_MS / 1000), address],
        namespace: world.namespace("host"),
      }),
    );
    await process.waitForLine(/bytes from/);
    return new PingStream(process);
  }

  /** Milliseconds since the epoch of every answer, in order. */
  get answersMs(): number[] {
    return this.#process.matching(/bytes from/).map((line) => {
      const [, seconds] = /^\[(\d+\.\d+)\]/.exec(line) ?? [];
      return Number(seconds) * 1000;
    });
  }

  async stop(): Promise<void> {
    this.#process.signal("SIGINT");
    await this.#process.exited();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
  }
}

export interface Interruption {
  /** Milliseconds since the epoch of the last answer before it. */
  readonly startMs: number;
  /** From the last answer before to the first after it. */
  readonly lengthMs: number;
}

/** The longest time between two answers that follow each other. */
export function longestInterruption(answersMs: readonly number[]): Interruption {
  let longest: Interruption = { startMs: answersMs[0] ?? 0, lengthMs: 0 };
  for (const [index, startMs] of answersMs.entries()) {
    const lengthMs = (answersMs[index + 1] ?? startMs) - startMs;
    if (lengthMs > longest.lengthMs) longest = { startMs, lengthMs };
  }
  return longest;
}

/**
 * What the host's ARP table holds for a virtual address and for a router's own address after it has
 * spoken to both. The own address goes first: with a macvlan, keepalived asks for a stranger who
 * speaks to the virtual address in that address's name but with the wrong MAC.
 */
export async function hostView(
  world: World,
  { virtual, router }: { readonly virtual: string; readonly router: Machine },
): Promise<{ virtual: string | undefined; own: string | undefined }> {
  await ping(world, "host", ADDRESS[router]);
  await ping(world, "host", virtual);
  return {
    virtual: await neighbour(world, "host", virtual),
    own: await neighbour(world, "host", ADDRESS[router]),
  };
}
