import assert from "node:assert/strict";
import { Signals, type SignalTarget } from "../../src/runtime/signals.ts";
import { eventually } from "../support/wait.ts";

function recorder(): SignalTarget & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    stop: () => asked.push("stop"),
    reload: () => asked.push("reload"),
    force: (to, signal) => asked.push(`${signal} ${to}`),
  };
}

/** Sends them to this process, one after the other. */
function raise(...signals: readonly Deno.Signal[]): void {
  for (const signal of signals) Deno.kill(Deno.pid, signal);
}

Deno.test("Signals passes on what each signal asks for", async () => {
  using signals = new Signals();
  const target = recorder();
  signals.follow(target);
  // SIGINT would end the tests.
  for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTERM"] as const) {
    const before = target.asked.length;
    raise(signal);
    await eventually(() => target.asked.length > before, { what: signal });
  }
  assert.deepEqual(target.asked, ["reload", "SIGUSR1 Master", "SIGUSR2 Backup", "stop"]);
});

Deno.test("Signals keeps what comes before anybody can act on it", async () => {
  using signals = new Signals();
  raise("SIGUSR2");
  // Nothing tells that it has been taken: a later one of the same series does.
  let later = false;
  const listener = () => later = true;
  Deno.addSignalListener("SIGUSR2", listener);
  raise("SIGUSR2");
  await eventually(() => later, { what: "SIGUSR2" });
  Deno.removeSignalListener("SIGUSR2", listener);
  const target = recorder();
  signals.follow(target);
  await eventually(() => target.asked.length > 0, { what: "the early signal" });
  assert.equal(target.asked[0], "SIGUSR2 Backup");
});

Deno.test("Signals lets nothing end the process when the target has ended", async () => {
  using signals = new Signals();
  const target = recorder();
  signals.follow(target);
  signals.ignore();
  let later = false;
  const listener = () => later = true;
  Deno.addSignalListener("SIGUSR1", listener);
  raise("SIGUSR1");
  await eventually(() => later, { what: "SIGUSR1" });
  Deno.removeSignalListener("SIGUSR1", listener);
  assert.deepEqual(target.asked, []);
});
