import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { step } from "../../src/vrrp/machine.ts";
import type { Action } from "../../src/vrrp/types.ts";
import { advert, NOW_MS, TIMER } from "../vrrp/fixtures.ts";
import { KINDS } from "./kinds.ts";
import { DOWN_MS, hears, SOON_MS, start } from "./steps.ts";

const FAST_MS = 100;
const FAST_DOWN_MS = 3 * FAST_MS + 61;

const VERSION_3 = KINDS.filter(({ version }) => version === 3);

for (const kind of VERSION_3) {
  const { name, config } = kind;

  Deno.test(`${name}: a Backup goes by its own interval until it hears another [S5 demands]`, () => {
    assert.equal(start(kind, false).deadlineMs, NOW_MS + DOWN_MS);
  });

  for (const priority of [100, 254]) {
    Deno.test(`${name}: a Backup that hears ${priority} goes by the interval heard, and no longer by its own [S5 forbids] [B9 demands] [S6 demands]`, () => {
      const atMs = NOW_MS + SOON_MS;
      const heard = hears(kind, "Backup", { priority, intervalMs: FAST_MS, atMs });
      assert.equal(heard.deadlineMs, atMs + FAST_DOWN_MS);
    });
  }

  Deno.test(`${name}: a Backup takes no interval over from a lower priority [B10 forbids]`, () => {
    const atMs = NOW_MS + SOON_MS;
    const heard = hears(kind, "Backup", { priority: 99, intervalMs: 40_950, atMs });
    assert.equal(heard.deadlineMs, NOW_MS + DOWN_MS);
  });

  Deno.test(`${name}: a Backup that becomes Master sends at its own interval [B9 forbids]`, () => {
    const atMs = NOW_MS + SOON_MS;
    const heard = hears(kind, "Backup", { priority: 254, intervalMs: FAST_MS, atMs });
    const taken = step(config, heard.state, TIMER, heard.deadlineMs);
    assert.equal(taken.state.name, "Master");
    const next = step(config, taken.state, TIMER, taken.deadlineMs);
    assert.equal(next.deadlineMs, taken.deadlineMs + 1000);
  });

  Deno.test(`${name}: a Master that gives way goes by the interval heard [A12c demands]`, () => {
    const atMs = NOW_MS + DOWN_MS + SOON_MS;
    const heard = hears(kind, "Master", { priority: 254, intervalMs: 40_950, atMs });
    assert.equal(heard.deadlineMs, atMs + 3 * 40_950 + 24_954);
  });

  Deno.test(`${name}: a Master that gives way is not back after three of its own intervals [A12c forbids]`, () => {
    const atMs = NOW_MS + DOWN_MS + SOON_MS;
    const heard = hears(kind, "Master", { priority: 254, intervalMs: 40_950, atMs });
    assert.equal(step(config, heard.state, TIMER, atMs + DOWN_MS).state.name, "Backup");
  });

  Deno.test(`${name}: another interval is told once, not with each advertisement [R9a demands]`, () => {
    const reports = (actions: readonly Action[]) =>
      actions.filter((one) => one.do === "report" && one.report.what === "intervalDiffers").length;
    const first = hears(kind, "Backup", { priority: 254, intervalMs: FAST_MS, atMs: NOW_MS + 1 });
    assert.equal(reports(first.actions), 1);
    const event = advert({ priority: 254, intervalMs: FAST_MS, from: kind.other });
    assert.equal(reports(step(config, first.state, event, NOW_MS + 2).actions), 0);
  });
}

Deno.test("version 3: skew is a share of the Master's interval [S6 demands]", () => {
  for (const kind of VERSION_3) {
    const fast = hears(kind, "Backup", { priority: 254, intervalMs: FAST_MS, atMs: NOW_MS + 1 });
    const left = step(kind.config, fast.state, advert({ priority: 0, from: ip("::") }), NOW_MS + 2);
    assert.equal(left.deadlineMs, NOW_MS + 2 + FAST_DOWN_MS - 3 * FAST_MS);
  }
});
