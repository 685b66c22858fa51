import { attempt } from "../../tests/support/command.ts";

/** What the figures depend on besides the programs themselves. */
export interface Environment {
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  readonly deno: string;
  readonly keepalived: string;
  readonly rvrrpd: string;
  /** How busy the machine was before the first run: the average of five minutes. */
  readonly load: number;
}

export async function readEnvironment(rvrrpd: string): Promise<Environment> {
  const keepalived = await attempt(["keepalived", "--version"]);
  const ours = await attempt([rvrrpd, "--version"]);
  return {
    processor: parseProcessor(await Deno.readTextFile("/proc/cpuinfo")),
    cores: navigator.hardwareConcurrency,
    kernel: Deno.osRelease(),
    deno: Deno.version.deno,
    // It goes to standard error, with its copyright and how it was built after it.
    keepalived: firstLine(keepalived.stderr),
    rvrrpd: firstLine(ours.stdout),
    load: Deno.loadavg()[1] ?? 0,
  };
}

/** The model of the first processor; ARM's kernels name only numbers. */
export function parseProcessor(cpuinfo: string): string {
  return /^model name\s*: (.+)$/m.exec(cpuinfo)?.[1] ?? "an unnamed processor";
}

function firstLine(text: string): string {
  return text.split("\n", 1).join().trim();
}

export function describe(environment: Environment): string {
  const { processor, cores, kernel, deno, keepalived, rvrrpd, load } = environment;
  return `${processor}, ${cores} cores, Linux ${kernel}, load ${load.toFixed(2)} before; ` +
    `Deno ${deno}; ${keepalived}; ${rvrrpd}`;
}
