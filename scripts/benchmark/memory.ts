import { NotMeasurable } from "./not_measurable.ts";
import { processTree, readProc } from "./process_tree.ts";

export interface Memory {
  /** Resident, pages that processes share counted in each. Bytes. */
  readonly rss: number;
  /** Resident, shared pages divided among those that share them. Bytes. */
  readonly pss: number;
}

/** The sum over a process and its children. */
export async function memoryOf(pid: number): Promise<Memory> {
  let rss = 0;
  let pss = 0;
  for (const member of await processTree(pid)) {
    rss += parseKilobytes(await readProc(`${member}/status`), "VmRSS") ?? 0;
    pss += parseKilobytes(await readProc(`${member}/smaps_rollup`), "Pss") ?? 0;
  }
  if (rss === 0 || pss === 0) throw new NotMeasurable(`Process ${pid} has ended`);
  return { rss, pss };
}

/** Resident memory of one process alone, in bytes; costs it nothing, unlike {@linkcode memoryOf}. */
export async function residentOf(pid: number): Promise<number> {
  const rss = parseKilobytes(await readProc(`${pid}/status`), "VmRSS");
  if (rss === undefined) throw new NotMeasurable(`Process ${pid} has ended`);
  return rss;
}

/** A field like `VmRSS:   1234 kB` of a file in /proc, in bytes; the kernel's kB are 1,024 of them. */
export function parseKilobytes(text: string, field: string): number | undefined {
  for (const line of text.split("\n")) {
    const [, name, kilobytes] = /^(\w+):\s+(\d+) kB$/.exec(line) ?? [];
    if (name === field) return Number(kilobytes) * 1024;
  }
  return undefined;
}
