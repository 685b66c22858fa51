import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { libc } from "../../ffi/libc.ts";
import { ServiceManager, type ServiceManagerOptions } from "../../src/daemon/service_manager.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const ECONNREFUSED = 111;

interface Scene {
  readonly service: ServiceManager;
  readonly sent: string[];
  readonly warnings: string[];
}

function scene(options: Partial<ServiceManagerOptions> = {}): Scene {
  const [sent, warnings]: [string[], string[]] = [[], []];
  const socket = {
    send: (message: Uint8Array) => void sent.push(new TextDecoder().decode(message)),
  };
  const service = new ServiceManager({ socket, warn: (line) => warnings.push(line), ...options });
  return { service, sent, warnings };
}

Deno.test("ServiceManager asks for no turn of the loop where nobody wants a sign of life", () => {
  assert.equal(scene().service.dueMs, Infinity);
});

Deno.test("ServiceManager gives a sign of life at half of the time that is allowed", () => {
  const { service, sent } = scene({ watchdogMs: 30_000 });
  service.beat(1000, []);
  assert.equal(service.dueMs, 16_000);
  service.beat(15_999, []);
  service.beat(16_000.5, []);
  assert.equal(service.dueMs, 31_000.5);
  assert.deepEqual(sent, ["WATCHDOG=1", "WATCHDOG=1"]);
});

Deno.test("ServiceManager tells the states once it is ready, and after changes at the next rest", () => {
  const { service, sent } = scene();
  service.ready();
  assert.ok(service.dueMs <= 0);
  service.beat(1000, ["Backup", "Master", "Backup"]);
  assert.equal(service.dueMs, Infinity);
  for (const nowMs of [2000, 2001, 2150]) service.noteTransition(nowMs);
  assert.equal(service.dueMs, 2200);
  service.beat(2200, ["Master", "Master", "Fault"]);
  assert.deepEqual(sent, [
    "READY=1",
    "STATUS=3 virtual routers: 1 Master, 2 Backup",
    "STATUS=3 virtual routers: 1 Fault, 2 Master",
  ]);
});

Deno.test("ServiceManager counts one and none", () => {
  const { service, sent } = scene();
  service.ready();
  service.beat(0, ["Master"]);
  service.ready();
  service.beat(0, []);
  assert.deepEqual(sent.filter((text) => text.startsWith("STATUS")), [
    "STATUS=1 virtual router: 1 Master",
    "STATUS=0 virtual routers",
  ]);
});

Deno.test("ServiceManager says when it reloads, on the clock that systemd goes by, and when it stops", () => {
  const { service, sent } = scene();
  service.reloading();
  service.stopping();
  const [reloading = "", stopping = ""] = sent;
  const [, microseconds] = /^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(reloading) ?? [];
  // The runtime's own monotonic clock begins with the process, so this one can only be compared roughly.
  assert.ok(Number(microseconds) > performance.now() * 1000);
  assert.equal(stopping, "STOPPING=1\nSTATUS=Stopping");
});

Deno.test("ServiceManager warns once where nobody listens, and goes on", () => {
  const socket = {
    send: () => {
      throw new SyscallError("send", ECONNREFUSED);
    },
  };
  const { service, warnings } = scene({ socket, watchdogMs: 1000 });
  service.ready();
  service.beat(5000, ["Master"]);
  assert.equal(service.dueMs, 5500);
  assert.deepEqual(warnings, ["Cannot tell the service manager: ECONNREFUSED"]);
});
