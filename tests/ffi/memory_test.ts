import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { cleanFileMappings, releaseStartMemory } from "../../ffi/memory.ts";

// Opened once for all: a library that a test opens for itself counts as a leak.
libc();

const PROGRAM = "/usr/sbin/rvrrpd";

interface MappingFigures {
  readonly range?: string;
  readonly mode?: string;
  readonly path?: string;
  readonly anonymousKb?: number;
  readonly swapKb?: number;
}

/** An entry as proc_pid_smaps(5) has it, without the lines that do not matter. */
function entry(figures: MappingFigures = {}): string {
  const { range = "5587b268b000-5587b5b4f000", mode = "r-xp", path = PROGRAM } = figures;
  return [
    `${range} ${mode} 025b3000 fe:00 10012530                   ${path}`,
    "Size:              54032 kB",
    "Rss:               25616 kB",
    "Private_Dirty:     25552 kB",
    `Anonymous:      ${String(figures.anonymousKb ?? 0).padStart(8)} kB`,
    `Swap:           ${String(figures.swapKb ?? 0).padStart(8)} kB`,
    "VmFlags: rd ex mr mw me sd\n",
  ].join("\n");
}

const MAPPING = { begin: "5587b268b000", end: "5587b5b4f000" };

Deno.test("cleanFileMappings() finds what can be read again from the file", () => {
  const smaps = entry({ range: "7f00-7f10", path: "/lib/libc.so.6" }) + entry() +
    entry({ range: "7ffd-7ffe", mode: "rw-p", path: "[stack]" }) +
    entry({ range: "9000-a000", mode: "r--p" });
  assert.deepEqual(cleanFileMappings(smaps, PROGRAM), [MAPPING, { begin: "9000", end: "a000" }]);
});

const KEPT: readonly (MappingFigures & { readonly what: string })[] = [
  { what: "relocated pages, which the file does not have", mode: "r--p", anonymousKb: 1952 },
  { what: "pages of ours in the swap", swapKb: 4 },
  { what: "what may be written to", mode: "rw-p" },
  { what: "what others share", mode: "r-xs" },
  { what: "another file", path: "/usr/lib/libnl-3.so.200" },
  { what: "a file whose name only begins so", path: `${PROGRAM}-pw` },
];

for (const { what, ...figures } of KEPT) {
  Deno.test(`cleanFileMappings() leaves ${what}`, () => {
    assert.deepEqual(cleanFileMappings(entry(figures), PROGRAM), []);
  });
}

/** What is mapped of files, of this process; proc_pid_status(5). */
function fileKb(): number {
  const [, kb] = /^RssFile:\s+(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
  return Number(kb);
}

Deno.test("releaseStartMemory() gives back pages of the program, which goes on", () => {
  const beforeKb = fileKb();
  releaseStartMemory();
  assert.ok(fileKb() < beforeKb, `${beforeKb} kB before, ${fileKb()} kB after`);
  // Code that has not run since: it comes back from the file.
  assert.equal(new Intl.NumberFormat("en").format(1_234_567), "1,234,567");
});
