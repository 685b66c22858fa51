import fc from "fast-check";
import assert from "node:assert/strict";
import { ipFromBytes } from "../../src/base/ip.ts";
import { step } from "../../src/vrrp/machine.ts";
import { STOP, TIMER } from "../vrrp/fixtures.ts";
import { KINDS, stateOf } from "./kinds.ts";
import { does, DOWN_MS, hears, MASTER_MS, sent, SOON_MS } from "./steps.ts";

const FAST_MS = 100;

for (const kind of KINDS) {
  const { name, config } = kind;
  const master = () => stateOf(kind, "Master");

  Deno.test(`${name}: a Master that is shut down sends priority 0 [A9 demands] [W8c demands]`, () => {
    const { state, actions, deadlineMs } = step(config, master(), STOP, MASTER_MS + 1);
    assert.equal(state.name, "Down");
    assert.deepEqual(sent(actions), [0]);
    assert.equal(deadlineMs, Infinity);
  });

  Deno.test(`${name}: a Master that is shut down says nothing later [A9 forbids]`, () => {
    const { state } = step(config, master(), STOP, MASTER_MS + 1);
    assert.deepEqual(step(config, state, TIMER, MASTER_MS + 5000).actions, []);
  });

  Deno.test(`${name}: a Master advertises once in each interval [A10 demands]`, () => {
    let state = master();
    const atMs: number[] = [];
    for (let ms = MASTER_MS; ms < MASTER_MS + 5000; ms++) {
      const due = step(config, state, TIMER, ms);
      if (sent(due.actions).length > 0) atMs.push(ms);
      state = due.state;
    }
    assert.equal(atMs.length, 5);
    assert.ok(atMs.slice(1).every((ms, index) => ms - (atMs[index] ?? 0) === 1000));
  });

  Deno.test(`${name}: a Master advertises no sooner than its timer runs out [A10 forbids]`, () => {
    const state = master();
    const { deadlineMs } = step(config, state, TIMER, MASTER_MS);
    assert.deepEqual(step(config, state, TIMER, deadlineMs - 0.001).actions, []);
  });

  Deno.test(`${name}: a Master that hears priority 0 advertises at once [A11 demands]`, () => {
    const atMs = MASTER_MS + SOON_MS;
    const { actions, deadlineMs } = hears(kind, "Master", { priority: 0, atMs });
    assert.deepEqual(sent(actions), [100]);
    assert.ok(deadlineMs > atMs && deadlineMs <= atMs + 1000);
  });

  Deno.test(`${name}: a Master that hears priority 0 stays Master [A11 forbids]`, () => {
    const { state } = hears(kind, "Master", { priority: 0, atMs: MASTER_MS + SOON_MS });
    assert.equal(state.name, "Master");
  });

  Deno.test(`${name}: a Master that hears a higher priority is Backup for Master-Down [A12a demands]`, () => {
    const atMs = MASTER_MS + SOON_MS;
    const { state, actions, deadlineMs } = hears(kind, "Master", { priority: 101, atMs });
    assert.equal(state.name, "Backup");
    assert.equal(deadlineMs, atMs + DOWN_MS);
    assert.ok(does(actions, "removeAddresses"));
  });

  Deno.test(`${name}: a Master that gives way sends nothing more, also at its former time [A12a forbids]`, () => {
    const former = step(config, master(), TIMER, MASTER_MS).deadlineMs;
    const lost = hears(kind, "Master", { priority: 101, atMs: MASTER_MS + SOON_MS });
    const later = step(config, lost.state, TIMER, former);
    assert.deepEqual([...sent(lost.actions), ...sent(later.actions)], []);
    assert.equal(does(lost.actions, "announce"), false);
  });

  Deno.test(`${name}: a Master discards a lower priority and advertises at once [A13 demands]`, () => {
    const { state, actions } = hears(kind, "Master", {
      priority: 99,
      atMs: MASTER_MS + SOON_MS,
    });
    assert.equal(state.name, "Master");
    assert.deepEqual(sent(actions), [100]);
  });

  Deno.test(`${name}: a Master goes by nothing of what is no better [A13 forbids]`, () => {
    const before = step(config, master(), TIMER, MASTER_MS).deadlineMs;
    const intervalMs = kind.version === 3 ? FAST_MS : 1000;
    const atMs = MASTER_MS + SOON_MS;
    for (const priority of [1, 99]) {
      const heard = hears(kind, "Master", { priority, intervalMs, atMs });
      assert.equal(heard.state.name, "Master");
      assert.equal(does(heard.actions, "removeAddresses"), false);
      assert.equal(heard.deadlineMs, before);
    }
  });

  const size = config.family === 4 ? 4 : 16;
  const address = fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) =>
    ipFromBytes(bytes.slice())
  );

  Deno.test(`${name}: of equals the one with the greater address stays Master [A12b demands] [A12b forbids]`, () => {
    fc.assert(fc.property(address, address, (source, from) => {
      const state = { ...kind, source };
      const heard = hears(state, "Master", { from, priority: 100, atMs: MASTER_MS + SOON_MS });
      const greater = BigInt(`0x${from.bytes.toHex()}`) > BigInt(`0x${source.bytes.toHex()}`);
      assert.equal(heard.state.name, greater ? "Backup" : "Master");
    }));
  });
}
