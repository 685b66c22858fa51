import assert from "node:assert/strict";
import { step } from "../../src/vrrp/machine.ts";
import { advert, NOW_MS, STOP, TIMER } from "../vrrp/fixtures.ts";
import { KINDS, stateOf } from "./kinds.ts";
import { does, DOWN_MS, hears, MASTER_MS, sent, SKEW_MS, SOON_MS, start } from "./steps.ts";

for (const kind of KINDS) {
  const { name, config } = kind;
  const backup = () => stateOf(kind, "Backup");

  Deno.test(`${name}: an owner starts as Master, advertises 255 and announces [I1 demands] [W8a demands]`, () => {
    const { state, actions, deadlineMs } = start(kind, true);
    assert.equal(state.name, "Master");
    assert.deepEqual(sent(actions), [255]);
    assert.ok(does(actions, "announce"));
    assert.ok(deadlineMs > NOW_MS && deadlineMs <= NOW_MS + 1000);
  });

  Deno.test(`${name}: an owner neither waits nor sets the addresses that it has [I1 forbids]`, () => {
    const { actions } = start(kind, true);
    assert.equal(does(actions, "addAddresses"), false);
  });

  Deno.test(`${name}: no owner starts as Backup for a Master-Down interval [I2 demands] [S7 demands]`, () => {
    const { state, deadlineMs } = start(kind, false);
    assert.equal(state.name, "Backup");
    assert.equal(deadlineMs, NOW_MS + DOWN_MS);
  });

  Deno.test(`${name}: who starts as Backup sends and sets nothing [I2 forbids]`, () => {
    const { actions } = start(kind, false);
    assert.deepEqual(actions.filter((action) => action.do !== "report"), []);
  });

  Deno.test(`${name}: a Backup that is shut down has no timer any more [B6 demands]`, () => {
    const { state, deadlineMs } = step(config, backup(), STOP, NOW_MS + SOON_MS);
    assert.equal(state.name, "Down");
    assert.equal(deadlineMs, Infinity);
  });

  Deno.test(`${name}: a Backup that is shut down says nothing, also later [B6 forbids]`, () => {
    const stopped = step(config, backup(), STOP, NOW_MS + SOON_MS);
    const later = step(config, stopped.state, TIMER, NOW_MS + 10 * DOWN_MS);
    assert.deepEqual([...sent(stopped.actions), ...sent(later.actions)], []);
  });

  Deno.test(`${name}: a Backup whose timer runs out advertises, announces and is Master [B7a demands]`, () => {
    const { state, actions, deadlineMs } = step(config, backup(), TIMER, MASTER_MS);
    assert.equal(state.name, "Master");
    assert.deepEqual(sent(actions), [100]);
    assert.ok(does(actions, "addAddresses") && does(actions, "announce"));
    assert.ok(deadlineMs > MASTER_MS && deadlineMs <= MASTER_MS + 1000);
  });

  Deno.test(`${name}: a Backup does nothing before its timer runs out [B7a forbids] [S7 forbids]`, () => {
    const { state, actions } = step(config, backup(), TIMER, MASTER_MS - 0.001);
    assert.equal(state.name, "Backup");
    assert.deepEqual(actions, []);
  });

  Deno.test(`${name}: a Backup that hears priority 0 waits for Skew_Time [B8 demands] [S6 demands]`, () => {
    const { deadlineMs } = hears(kind, "Backup", { priority: 0, atMs: NOW_MS + SOON_MS });
    assert.equal(deadlineMs, NOW_MS + SOON_MS + SKEW_MS);
  });

  Deno.test(`${name}: a Backup that hears priority 0 is not Master before Skew_Time [B8 forbids] [S6 forbids]`, () => {
    const { state, deadlineMs } = hears(kind, "Backup", { priority: 0, atMs: NOW_MS + SOON_MS });
    assert.equal(state.name, "Backup");
    assert.equal(step(config, state, TIMER, deadlineMs - 0.001).state.name, "Backup");
  });

  for (
    const { priority, preempt } of [{ priority: 100, preempt: true }, {
      priority: 1,
      preempt: false,
    }]
  ) {
    Deno.test(`${name}: a Backup arms its timer anew for ${priority} with preemption ${preempt} [B9 demands]`, () => {
      const atMs = NOW_MS + SOON_MS;
      const heard = hears(kind, "Backup", { priority, atMs, config: { preempt } });
      assert.equal(heard.state.name, "Backup");
      assert.equal(heard.deadlineMs, atMs + DOWN_MS);
    });
  }

  Deno.test(`${name}: a Backup that is heard from in time never takes over [B9 forbids]`, () => {
    let state = backup();
    for (let atMs = NOW_MS; atMs < NOW_MS + 60_000; atMs += 1000) {
      const due = step(config, state, TIMER, atMs);
      assert.deepEqual(sent(due.actions), []);
      state = step(config, due.state, advert({ priority: 100, from: kind.other }), atMs).state;
      assert.equal(state.name, "Backup");
    }
  });

  Deno.test(`${name}: a Backup that preempts discards a lower priority [B10 demands]`, () => {
    const heard = hears(kind, "Backup", { priority: 99, atMs: NOW_MS + SOON_MS });
    assert.equal(heard.deadlineMs, NOW_MS + DOWN_MS);
    assert.deepEqual(heard.actions, []);
  });

  Deno.test(`${name}: a Backup that hears only a lower priority takes over in time, not at once [B10 forbids]`, () => {
    const heard = hears(kind, "Backup", { priority: 99, atMs: NOW_MS + SOON_MS });
    assert.equal(heard.state.name, "Backup");
    assert.equal(step(config, heard.state, TIMER, NOW_MS + DOWN_MS).state.name, "Master");
  });
}
