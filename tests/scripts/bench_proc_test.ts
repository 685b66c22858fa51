import assert from "node:assert/strict";
import { CpuTally, parseSchedstat } from "../../scripts/benchmark/cpu_meter.ts";
import { parseProcessor } from "../../scripts/benchmark/environment.ts";
import { parseKilobytes } from "../../scripts/benchmark/memory.ts";
import { processTree, readProc } from "../../scripts/benchmark/process_tree.ts";
import { parseLost } from "../../scripts/benchmark/tap.ts";

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

Deno.test("processTree() finds the children of a shell and the shell first", async () => {
  const command = new Deno.Command("sh", { args: ["-c", "cat & wait"], stdin: "piped" });
  await using child = command.spawn();
  try {
    let pids = [child.pid];
    while (pids.length < 2) pids = await processTree(child.pid);
    assert.equal(pids[0], child.pid);
    assert.match(await readProc(`${pids[1]}/comm`), /^(cat|sh)\n$/);
    for (const pid of pids.slice(1)) Deno.kill(pid, "SIGKILL");
  } finally {
    await child.stdin.close();
  }
});

Deno.test("readProc() is empty for a process that has ended", async () => {
  const { pid, status } = new Deno.Command("true").spawn();
  await status;
  assert.equal(await readProc(`${pid}/status`), "");
});
