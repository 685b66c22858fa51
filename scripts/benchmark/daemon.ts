import { configText } from "../../tests/support/keepalived.ts";
import type { RouterSpec } from "../../tests/support/daemon.ts";
import { TestProcess } from "../../tests/support/process.ts";
import { routerTable, writeConfig } from "../../tests/support/rvrrpd.ts";
import type { TomlTable } from "../../tests/support/toml.ts";
import { eventually } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";
import { processTree } from "./process_tree.ts";
import { NETWORK } from "./vrouters.ts";

export type Make = "rvrrpd" | "keepalived";
export type Place = "r1" | "r2";

export interface StartOptions {
  readonly world: World;
  readonly place: Place;
  readonly make: Make;
  /** The program rvrrpd. */
  readonly binary: string;
  readonly routers: readonly RouterSpec[];
  /** Keys outside every virtual router; for rvrrpd. */
  readonly general?: TomlTable;
  /** Where all of their addresses lie, and no other; default {@linkcode NETWORK}. */
  readonly network?: string;
}

/** Thousands of virtual routers may need some time. */
const ALL_MASTER_MS = 120_000;

/**
 * Its standard output goes straight into a file: a pipe would wake us for every line, and we share
 * the processors with what we measure. The moment before the exec is noted beside it.
 */
const LAUNCH = 'echo "$EPOCHREALTIME" >"$0.started"; exec "$@" >"$0" 2>&1';

/** A daemon of either make in one of the namespaces; nothing is learned from what it says. */
export class Daemon {
  readonly #process: TestProcess;
  readonly #log: string;
  readonly #options: StartOptions;

  private constructor(process: TestProcess, log: string, options: StartOptions) {
    this.#process = process;
    this.#log = log;
    this.#options = options;
  }

  /** Returns at once. */
  static async start(options: StartOptions): Promise<Daemon> {
    const { world, place, make } = options;
    const log = world.path(`${make}-${place}.log`);
    const argv = make === "rvrrpd" ? await rvrrpdArgv(options) : await keepalivedArgv(options);
    const process = new TestProcess({
      command: "bash",
      args: ["-c", LAUNCH, log, ...argv],
      namespace: world.namespace(place),
    });
    return new Daemon(world.own(process), log, options);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Just before the program was executed, in milliseconds since the epoch. */
  async executedMs(): Promise<number> {
    return Number(await Deno.readTextFile(`${this.#log}.started`)) * 1000;
  }

  /** Waits until the kernel has every virtual address: until all are Master. */
  async untilMaster(): Promise<void> {
    const { world, place, make, routers, network = NETWORK } = this.#options;
    const family = network.includes(":") ? "-6" : "-4";
    const show = ["ip", "-o", family, "addr", "show", "to", network] as const;
    const allThere = async () => {
      if (!this.#process.running) throw new Error(await this.#failure("has ended"));
      return (await world.run(place, [...show])).trim().split("\n").length === routers.length;
    };
    const what = `the addresses of ${make} on ${place}`;
    await eventually(allThere, { what, timeoutMs: ALL_MASTER_MS });
  }

  /** What it has said so far; nothing until its shell has opened the file. */
  async output(): Promise<string> {
    try {
      return await Deno.readTextFile(this.#log);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  /** SIGTERM; gives the milliseconds until it has ended. */
  async terminate(): Promise<number> {
    const startMs = performance.now();
    await this.#process.stop();
    return performance.now() - startMs;
  }

  /**
   * SIGKILL for the whole tree, children first: the kernel tells keepalived's child that its parent
   * died, and it would say farewell.
   */
  async kill(): Promise<void> {
    for (const pid of (await processTree(this.pid)).toReversed()) Deno.kill(pid, "SIGKILL");
    await this.#process.exited();
  }

  async #failure(problem: string): Promise<string> {
    const { make, place } = this.#options;
    return `${make} on ${place} ${problem}; its output:\n${await Deno.readTextFile(this.#log)}`;
  }
}

async function rvrrpdArgv(options: StartOptions): Promise<string[]> {
  const { world, place, binary, routers, general = {} } = options;
  const tables = routers.map(routerTable);
  const file = await writeConfig({ world, machine: place, routers: tables, general });
  return [binary, "-m1", "-c", file];
}

/**
 * All as it is by default, except: in the foreground and with files of its own, since two run at a
 * time; log lines to its output and not to syslog, as ours go; no health checkers (-P), which would
 * be processes more to count.
 */
async function keepalivedArgv({ world, place, routers }: StartOptions): Promise<string[]> {
  const file = world.path(`keepalived-${place}.conf`);
  await Deno.writeTextFile(file, configText(routers));
  const pids = ["-p", world.path(`${place}.pid`), "-r", world.path(`${place}-vrrp.pid`)];
  return ["keepalived", "-n", "-l", "-G", "-P", "-f", file, ...pids];
}
