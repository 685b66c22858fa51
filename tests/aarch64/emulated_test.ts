import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { addressesOf } from "../support/host.ts";
import { attempt, type CommandResult, run } from "../support/command.ts";
import { TestProcess } from "../support/process.ts";
import { changePattern, writeConfig } from "../support/rvrrpd.ts";
import { ADDRESS, World } from "../support/world.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EMULATOR = "qemu-aarch64-static";
/** Where the emulated program finds its C library, as Debian's libc6-arm64-cross has it. */
const ENVIRONMENT = { QEMU_LD_PREFIX: "/usr/aarch64-linux-gnu" };
/** Emulation takes some 15 s to start the program on an idle machine. */
const PATIENCE_MS = 300_000;

/** Builds the program for aarch64 where its sources are newer, and gives the command that runs it. */
async function emulated(): Promise<readonly [string, string]> {
  await run([`${ROOT}scripts/build`, "--target", "aarch64", "--if-needed"]);
  const native = Deno.build.arch === "aarch64";
  return [EMULATOR, `${ROOT}${native ? "rvrrpd" : "rvrrpd-aarch64"}`];
}

async function rvrrpd(...args: string[]): Promise<CommandResult> {
  const command = await emulated();
  const environment = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
  return await attempt(["env", ...environment, ...command, ...args]);
}

Deno.test("rvrrpd for aarch64 names its target", async () => {
  const { code, stdout } = await rvrrpd("--version");
  assert.match(stdout, /^rvrrpd \d+\.\d+\.\d+ \(Deno \S+, aarch64-unknown-linux-gnu\)\n$/);
  assert.equal(code, 0);
});

Deno.test("rvrrpd for aarch64 accepts the example configuration", async () => {
  const { code, stdout, stderr } = await rvrrpd("-t", "-c", `${ROOT}conf/rvrrpd.conf`);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(stdout, /no errors/);
});

Deno.test("rvrrpd for aarch64 becomes Master, holds the address and leaves nothing behind", async () => {
  const [command, program] = await emulated();
  await using world = await World.create();
  const file = await writeConfig({
    world,
    machine: "r1",
    routers: [{ group: 7, vip: "10.9.0.100/24", priority: 254 }],
  });
  const daemon = world.own(
    new TestProcess({
      command,
      args: [program, "-m1", "-c", file],
      namespace: world.namespace("r1"),
      env: ENVIRONMENT,
    }),
  );
  await daemon.waitForLine(changePattern("Master", 7), { timeoutMs: PATIENCE_MS });
  assert.deepEqual(await addressesOf(world, "r1"), [`${ADDRESS.r1}/24`, "10.9.0.100/24"]);
  daemon.signal("SIGTERM");
  const { code } = await daemon.exited(PATIENCE_MS);
  assert.equal(code, 0, daemon.text);
  assert.deepEqual(await addressesOf(world, "r1"), [`${ADDRESS.r1}/24`]);
});
