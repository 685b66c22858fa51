import assert from "node:assert/strict";
import { FirstReady } from "../../src/runtime/first_ready.ts";
import { NOW_MS, router } from "./fixtures.ts";

/** In Fault: it has its first state. */
function settledRouter() {
  const settled = router();
  settled.step({ kind: "linkFault", reason: "interfaceMissing" }, NOW_MS);
  return settled;
}

Deno.test("FirstReady tells at once where every virtual router has its state, and once only", () => {
  let told = 0;
  const ready = new FirstReady({ ready: () => told++ });
  using _wait = ready.waitFor({ routers: [settledRouter()] });
  assert.equal(told, 1);
  ready.noteTransition();
  assert.equal(told, 1);
});

Deno.test("FirstReady waits for those that wait for a first result", () => {
  let told = 0;
  const ready = new FirstReady({ ready: () => told++ });
  const waiting = router();
  using _wait = ready.waitFor({ routers: [settledRouter(), waiting] });
  ready.noteTransition();
  assert.equal(told, 0);
  waiting.step({ kind: "linkFault", reason: "trackedDown" }, NOW_MS);
  ready.noteTransition();
  assert.equal(told, 1);
});
