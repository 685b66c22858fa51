import { attempt, type CommandResult } from "./command.ts";
import {
  changePattern,
  RVRRPD,
  type RvrrpdOptions,
  type StateWord,
  writeConfig,
} from "./rvrrpd.ts";
import { eventually } from "./wait.ts";

export interface BackgroundOptions extends RvrrpdOptions {
  /** Put before the program, such as `setpriv` with its options. */
  readonly prefix?: readonly string[];
  readonly program?: string;
}

/** What starting `rvrrpd -m2` came to, and where its files are. */
export interface BackgroundStart {
  readonly result: CommandResult;
  readonly daemon: Background;
}

/** Ours as a daemon of its own; it ends with the namespaces of the world. */
export class Background {
  readonly #options: RvrrpdOptions;

  private constructor(options: RvrrpdOptions) {
    this.#options = options;
  }

  static async start(options: BackgroundOptions): Promise<BackgroundStart> {
    const { world, machine, prefix = [], program = RVRRPD } = options;
    const file = await writeConfig(options);
    const inside = ["ip", "netns", "exec", world.namespace(machine)] as const;
    const result = await attempt([...inside, ...prefix, program, "-m2", "-c", file]);
    return { result, daemon: new Background(options) };
  }

  /** Starts it where that has to work. */
  static async up(options: BackgroundOptions): Promise<Background> {
    const { result, daemon } = await Background.start(options);
    if (result.code !== 0) throw new Error(`rvrrpd -m2: ${result.code}: ${result.stderr}`);
    return daemon;
  }

  path(extension: "pid" | "log" | "conf" | "state"): string {
    return this.#options.world.path(`rvrrpd-${this.#options.machine}.${extension}`);
  }

  async pid(): Promise<number> {
    return Number(await Deno.readTextFile(this.path("pid")));
  }

  async log(): Promise<string> {
    return await Deno.readTextFile(this.path("log")).catch(() => "");
  }

  async waitForLog(pattern: RegExp): Promise<void> {
    await eventually(async () => pattern.test(await this.log()), {
      what: `${pattern} in ${this.path("log")}`,
    });
  }

  waitFor(state: StateWord): Promise<void> {
    return this.waitForLog(changePattern(state));
  }

  async signal(signal: Deno.Signal): Promise<void> {
    Deno.kill(await this.pid(), signal);
  }

  /** SIGTERM, and waits for its end. */
  async stop(): Promise<void> {
    const pid = await this.pid();
    Deno.kill(pid, "SIGTERM");
    await eventually(async () => !await lives(pid), { what: `the end of process ${pid}` });
  }
}

/** Whether a process runs; one that has ended and that nobody has asked about does not. */
export async function lives(pid: number): Promise<boolean> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}
