import assert from "node:assert/strict";
import { CpuTally, parseSchedstat } from "../../scripts/benchmark/cpu_meter.ts";
import { parseProcessor } from "../../scripts/benchmark/environment.ts";
import { parseKilobytes } from "../../scripts/benchmark/memory.ts";
import { processTree, readProc } from "../../scripts/benchmark/process_tree.ts";
import { parseLost } from "../../scripts/benchmark/tap.ts";
import { eventually } from "../support/wait.ts";

Deno.test("parseSchedstat() takes the time on a processor", () => {
  assert.equal(parseSchedstat("1234567 890 12\n"), 1234567);
});

Deno.test("parseSchedstat() gives nothing for a thread that is gone", () => {
  assert.equal(parseSchedstat(""), undefined);
});

Deno.test("CpuTally adds up threads that stay, begin and end", () => {
  const tally = new CpuTally(new Map([[1, 1000], [2, 500]]));
  tally.add(new Map([[1, 1100], [2, 530], [3, 20]]));
  tally.add(new Map([[1, 1200], [3, 25]]));
  assert.equal(tally.usedNs, 200 + 30 + 25);
});

Deno.test("parseKilobytes() finds a field among those that begin alike, in bytes", () => {
  const status = "VmRSS:\t    2048 kB\nVmRSSx:\t 1 kB\nThreads:\t3\n";
  assert.equal(parseKilobytes(status, "VmRSS"), 2048 * 1024);
  assert.equal(parseKilobytes(status, "Pss"), undefined);
  assert.equal(parseKilobytes("Pss_Anon:  7 kB\nPss:  3 kB\n", "Pss"), 3 * 1024);
});

Deno.test("parseLost() adds up what kernel and interface dropped", () => {
  const text = "10 packets captured\n12 packets received by filter\n" +
    "1 packet dropped by kernel\n2 packets dropped by interface";
  assert.equal(parseLost(text), 3);
});

Deno.test("parseLost() is not zero where tcpdump says nothing", () => {
  assert.equal(parseLost("tcpdump: listening on br0"), undefined);
});

Deno.test("parseProcessor() names the model where there is one", () => {
  const cpuinfo = "processor\t: 0\nmodel name\t: Some Processor @ 2 GHz\nflags\t: a b\n";
  assert.equal(parseProcessor(cpuinfo), "Some Processor @ 2 GHz");
  assert.equal(parseProcessor("processor\t: 0\n"), "an unnamed processor");
});

Deno.test("processTree() finds a shell first, and then its child", async () => {
  // The second command keeps the shell from becoming the first one.
  const shell = new Deno.Command("sh", { args: ["-c", "sleep 60; true"] }).spawn();
  const [first, child = 0, ...others] = await eventually(async () => {
    const pids = await processTree(shell.pid);
    return pids.length > 1 && pids;
  }, { what: "the shell's child" });
  const parent = /^PPid:\t(\d+)$/m.exec(await readProc(`${child}/status`))?.[1];
  Deno.kill(child, "SIGKILL");
  await shell.status;
  assert.deepEqual([first, others, parent], [shell.pid, [], String(shell.pid)]);
});

Deno.test("readProc() is empty for a process that has ended", async () => {
  const { pid, status } = new Deno.Command("true").spawn();
  await status;
  assert.equal(await readProc(`${pid}/status`), "");
});
