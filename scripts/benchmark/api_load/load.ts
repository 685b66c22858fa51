import { fileURLToPath } from "node:url";
import { TestProcess } from "../../../tests/support/process.ts";
import type { Machine, World } from "../../../tests/support/world.ts";
import { type LoadPlan, type LoadReport, UNDER_WAY } from "./plan.ts";

const PROGRAM = fileURLToPath(new URL("./main.ts", import.meta.url));

/** For a daemon that answers the last requests late. */
const AFTER_MS = 60_000;

export interface LoadOptions {
  readonly world: World;
  /** From where the API is asked. */
  readonly machine: Machine;
  readonly plan: LoadPlan;
}

/** Clients of the API, in a program of their own. */
export class ApiLoad {
  readonly #process: TestProcess;
  readonly #plan: LoadPlan;

  private constructor(process: TestProcess, plan: LoadPlan) {
    this.#process = process;
    this.#plan = plan;
  }

  /** Returns when everything is open and the requests begin. */
  static async start({ world, machine, plan }: LoadOptions): Promise<ApiLoad> {
    const deno = [Deno.execPath(), "run", "--quiet", "--no-lock", "--no-config", "--allow-net"];
    const [command = "", ...args] = [...deno, PROGRAM, JSON.stringify(plan)];
    const namespace = world.namespace(machine);
    const process = world.own(new TestProcess({ command, args, namespace }));
    await process.waitForLine(new RegExp(`^${UNDER_WAY}$`));
    return new ApiLoad(process, plan);
  }

  /** Waits until all requests have been sent; the connections stay open. */
  async report(): Promise<LoadReport> {
    const timeoutMs = this.#plan.durationMs + AFTER_MS;
    return JSON.parse(await this.#process.waitForLine(/^\{/, { timeoutMs }));
  }

  /** Ends every connection. */
  end(): Promise<void> {
    return this.#process.kill();
  }
}
