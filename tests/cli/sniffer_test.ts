import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { attempt, type CommandResult } from "../support/command.ts";
import { capturePath, readCapture } from "../support/captures.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const V2 = capturePath("keepalived-v2-none.pcap");

/** From its sources and with the permissions of the built program; reading a file needs no more. */
const RUN = ["run", "--no-check", "--no-lock", "--quiet", "--allow-ffi", "--allow-read", MAIN];

function sniffer(...args: string[]): Promise<CommandResult> {
  return attempt([Deno.execPath(), ...RUN, "-m0", ...args]);
}

async function inDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir({ prefix: "rvrrpd-sniffer-" });
  try {
    return await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

Deno.test("-m0 -r shows every frame of a capture and says no more", async () => {
  const { code, stdout, stderr } = await sniffer("-r", V2);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.equal(
    stdout.match(/^\S+ VRRPv2 group 1, priority 100, every 1 s: 10\.9\.0\.100$/gm)?.length,
    8,
  );
  assert.equal(stdout.match(/^\S+ ARP to all: /gm)?.length, 10);
});

Deno.test("--json gives one object a line", async () => {
  const { code, stdout } = await sniffer("-r", V2, "--json");
  assert.equal(code, 0);
  const kinds = linesOf(stdout).map((line) => JSON.parse(line).kind);
  assert.equal(kinds.length, 18);
  assert.deepEqual(new Set(kinds), new Set(["vrrp", "arp"]));
});

for (const count of [1, 3, 18, 19]) {
  Deno.test(`--count ${count} shows so many of 18 at most`, async () => {
    const { code, stdout } = await sniffer("-r", V2, "--json", "--count", String(count));
    assert.equal(code, 0);
    assert.equal(linesOf(stdout).length, Math.min(18, count));
  });
}

Deno.test("-r - reads standard input", async () => {
  const process = new Deno.Command(Deno.execPath(), {
    args: [...RUN, "-m0", "--json", "-r", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  const bytes = readCapture("keepalived-v2-none.pcap");
  await writer.write(bytes.subarray(0, 100));
  await writer.write(bytes.subarray(100));
  await writer.close();
  const { code, stdout } = await process.output();
  assert.equal(code, 0);
  assert.equal(linesOf(new TextDecoder().decode(stdout)).length, 18);
});

Deno.test("-w writes what is shown, byte for byte, for its owner only", async () => {
  await inDirectory(async (directory) => {
    const copy = `${directory}/copy.pcap`;
    const first = await sniffer("-r", V2, "-w", copy);
    assert.deepEqual({ code: first.code, stderr: first.stderr }, { code: 0, stderr: "" });
    assert.equal(((await Deno.stat(copy)).mode ?? 0) & 0o777, 0o600);
    assert.equal((await sniffer("-r", copy)).stdout, first.stdout);
  });
});

Deno.test("-w empties the file that was there", async () => {
  await inDirectory(async (directory) => {
    const copy = `${directory}/copy.pcap`;
    await Deno.writeFile(copy, new Uint8Array(100_000));
    await sniffer("-r", V2, "-w", copy, "--count", "1");
    assert.equal((await Deno.stat(copy)).size, 24 + 16 + 54);
  });
});

Deno.test("-w does not empty the file that is read, by whatever name", async () => {
  await inDirectory(async (directory) => {
    const file = `${directory}/a.pcap`;
    await Deno.copyFile(V2, file);
    await Deno.symlink(file, `${directory}/b.pcap`);
    for (const name of [file, `${directory}/b.pcap`]) {
      const { code, stderr } = await sniffer("-r", file, "-w", name);
      assert.deepEqual({ code, lines: linesOf(stderr).length }, { code: 1, lines: 1 });
      assert.match(stderr, /it is the file that is read/);
    }
    assert.deepEqual(await Deno.readFile(file), await Deno.readFile(V2));
  });
});

const REFUSED = [
  { args: [], code: 1, says: /needs an interface \(-i NAME\) or a file \(-r FILE\)/ },
  { args: ["-i", "eth0", "-r", V2], code: 1, says: /Choose one/ },
  {
    args: ["-r", "/nonexistent.pcap"],
    code: 1,
    says: /\/nonexistent\.pcap: there is no such file/,
  },
  { args: ["-r", "/"], code: 1, says: /Cannot read \/: it is a directory/ },
  { args: ["-r", MAIN], code: 1, says: /main\.ts: .*no classic pcap/ },
  { args: ["-r", V2, "-w", "/dev/full"], code: 2, says: /write \/dev\/full: the disk is full/ },
  { args: ["-r", V2, "-w", "/nonexistent/a"], code: 2, says: /there is no such directory/ },
  { args: ["-r", V2, "-w", "/"], code: 2, says: /Cannot write \/: it is a directory/ },
  { args: ["-i", "no-such-if"], code: 2, says: /listen on no-such-if: there is no such interface/ },
  { args: ["-i", "a-name-that-is-too-long"], code: 2, says: /names of interfaces have 1 to 15/ },
];

for (const { args, code, says } of REFUSED) {
  Deno.test(`-m0 ${args.join(" ")} exits with ${code} and one line`, async () => {
    const result = await sniffer(...args);
    assert.deepEqual({ code: result.code, stdout: result.stdout }, { code, stdout: "" });
    assert.match(result.stderr, says);
    assert.match(result.stderr, /^rvrrpd: [^\n]+\n$/);
  });
}

Deno.test("-r shows what comes before the damage, then exits with 1 and one line", async () => {
  await inDirectory(async (directory) => {
    const file = `${directory}/cut.pcap`;
    await Deno.writeFile(file, (await Deno.readFile(V2)).subarray(0, 200));
    const { code, stdout, stderr } = await sniffer("-r", file, "--json");
    assert.deepEqual([code, linesOf(stdout).length], [1, 2]);
    assert.match(stderr, /^rvrrpd: \S+cut\.pcap: [^\n]*record 3 at byte 152: it is cut short\n$/);
  });
});

Deno.test("a reader that has seen enough ends it quietly", async () => {
  const command = [Deno.execPath(), ...RUN, "-m0", "-r", V2].map((word) => `'${word}'`).join(" ");
  // Closed from the start: every line is one too many.
  const script = `${command} > >(exec <&-); code=$?; wait; exit $code`;
  const { code, stderr } = await attempt(["bash", "-c", script]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
});

Deno.test("a full standard output exits with 2 and one line", async () => {
  const command = [Deno.execPath(), ...RUN, "-m0", "-r", V2].map((word) => `'${word}'`).join(" ");
  const { code, stderr } = await attempt(["bash", "-c", `${command} >/dev/full`]);
  assert.equal(code, 2);
  assert.match(stderr, /^rvrrpd: Cannot write to standard output: [^\n]+\n$/);
});

Deno.test("what is not VRRP in a capture is counted and told on standard error", async () => {
  await inDirectory(async (directory) => {
    const bytes = await Deno.readFile(V2);
    // The first frame's IP protocol becomes UDP: file header, record header, Ethernet, IP.
    bytes[24 + 16 + 14 + 9] = 17;
    await Deno.writeFile(`${directory}/a.pcap`, bytes);
    const { code, stdout, stderr } = await sniffer("--json", "-r", `${directory}/a.pcap`);
    assert.deepEqual([code, linesOf(stdout).length], [0, 17]);
    assert.equal(stderr, "Not shown, because not VRRP: 1 of IP protocol 17\n");
  });
});
