import assert from "node:assert/strict";
import { Background } from "../support/background.ts";
import { DatagramReader } from "../support/datagram_reader.ts";
import { hasten } from "../support/hasten.ts";
import { TestProcess } from "../support/process.ts";
import { RVRRPD, writeConfig } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";

const ROUTER = { group: 1, vip: "10.9.0.100/24", priority: 200 };

interface Started {
  readonly reader: DatagramReader;
  readonly daemon: TestProcess;
}

/** In the foreground, as a service manager starts it. */
async function start(
  world: World,
  { router = ROUTER, env = {} }: {
    readonly router?: TomlTable;
    readonly env?: Record<string, string>;
  } = {},
): Promise<Started> {
  const path = world.path("notify");
  const reader = new DatagramReader(path);
  const file = await writeConfig({ world, machine: "r1", routers: [router] });
  const daemon = world.own(
    new TestProcess({
      command: RVRRPD,
      args: ["-m1", "-c", file],
      namespace: world.namespace("r1"),
      env: { NOTIFY_SOCKET: path, ...env },
    }),
  );
  return { reader, daemon };
}

Deno.test("the service manager is told when all are up, of changes, of reloading and stopping", async () => {
  await using world = await World.create();
  const { reader, daemon } = await start(world);
  using _reader = reader;
  await reader.waitFor(/^READY=1$/);
  await reader.waitFor(/^STATUS=1 virtual router: 1 Backup$/);
  await hasten(world, [{ vrid: ROUTER.group, addresses: ["10.9.0.100"] }]);
  await reader.waitFor(/^STATUS=1 virtual router: 1 Master$/);
  daemon.signal("SIGHUP");
  await eventually(() => reader.received.filter((text) => text === "READY=1").length === 2, {
    what: "the end of the reload",
  });
  const { code } = await daemon.stop();
  assert.equal(code, 0);
  const kinds = reader.received.map((text) => text.replace(/[=\n].*/s, ""));
  assert.deepEqual(kinds.filter((kind) => kind !== "STATUS"), [
    "READY",
    "RELOADING",
    "READY",
    "STOPPING",
  ]);
  assert.ok(reader.received.some((text) => /^RELOADING=1\nMONOTONIC_USEC=\d+$/.test(text)));
});

const SIGNS = [
  { what: "while it is busy", router: { ...ROUTER, timers: { advert: 1 } } },
  { what: "while nothing at all is due", router: { ...ROUTER, interface: "eth9" } },
];

for (const { what, router } of SIGNS) {
  Deno.test(`the engine gives signs of life to the watchdog ${what}`, async () => {
    await using world = await World.create();
    const { reader } = await start(world, { router, env: { WATCHDOG_USEC: "500000" } });
    using _reader = reader;
    await eventually(
      () => reader.received.filter((text) => /^WATCHDOG=1$/m.test(text)).length >= 5,
      { what: "five signs of life" },
    );
  });
}

Deno.test("a watchdog that waits for another process gets no signs of life", async () => {
  await using world = await World.create();
  const env = { WATCHDOG_USEC: "100000", WATCHDOG_PID: "1" };
  const { reader, daemon } = await start(world, { env });
  using _reader = reader;
  await reader.waitFor(/^STATUS=/);
  await hasten(world, [{ vrid: ROUTER.group, addresses: ["10.9.0.100"] }]);
  await reader.waitFor(/Master$/);
  await daemon.stop();
  assert.ok(!reader.received.some((text) => text.includes("WATCHDOG")));
});

const WRONG = [
  { socket: "relative/path", said: /Cannot use NOTIFY_SOCKET="relative\/path"/ },
  { socket: "/nonexistent/notify", said: /Cannot tell the service manager: ENOENT/ },
  { socket: `/${"x".repeat(200)}`, said: /Cannot send to \/x+: ENAMETOOLONG/ },
];

for (const { socket, said } of WRONG) {
  Deno.test(`a service manager that cannot be told is said once: ${socket.slice(0, 30)}`, async () => {
    await using world = await World.create();
    const { reader, daemon } = await start(world, { env: { NOTIFY_SOCKET: socket } });
    using _reader = reader;
    await daemon.waitForLine(/Changed from Init to Backup/);
    await daemon.stop();
    await daemon.waitForLine(said);
    assert.equal(daemon.matching(said).length, 1, daemon.text);
  });
}

Deno.test("-m2 tells the service manager of its starter", async () => {
  await using world = await World.create();
  using reader = new DatagramReader(world.path("notify"));
  const prefix = ["env", `NOTIFY_SOCKET=${world.path("notify")}`];
  await Background.up({ world, machine: "r1", routers: [ROUTER], prefix });
  await reader.waitFor(/^READY=1$/);
});
