import fc from "fast-check";
import assert from "node:assert/strict";
import { compareIp, ipFromBytes } from "../../src/base/ip.ts";
import { step } from "../../src/vrrp/machine.ts";
import type { RouterEvent } from "../../src/vrrp/types.ts";
import { advert, linkReady, NOW_MS, STOP, TIMER } from "../vrrp/fixtures.ts";
import { type Kind, KINDS, stateOf } from "./kinds.ts";
import { MASTER_MS, sent, SOON_MS } from "./steps.ts";

for (const kind of KINDS) {
  const { name, config } = kind;

  Deno.test(`${name}: an owner preempts whatever is configured [S3 demands]`, () => {
    const ours = { ...kind, config: { ...config, preempt: false } };
    const owner = stateOf(ours, "Master", { owner: true });
    const lost = step(ours.config, owner, advert({ priority: 255, from: kind.other }), NOW_MS + 1);
    const rivals = compareIp(kind.other, kind.source) > 0;
    assert.equal(lost.state.name, rivals ? "Backup" : "Master");
    const lower = step(ours.config, lost.state, advert({ priority: 254 }), NOW_MS + SOON_MS);
    assert.equal(lower.deadlineMs, lost.deadlineMs, "its timer runs on");
  });

  Deno.test(`${name}: who does not preempt leaves a lower Master in peace [S3 forbids]`, () => {
    const ours = { ...kind, config: { ...config, preempt: false } };
    let state = stateOf(ours, "Backup");
    for (let atMs = NOW_MS; atMs < NOW_MS + 20_000; atMs += 1000) {
      state = step(ours.config, state, TIMER, atMs).state;
      state = step(ours.config, state, advert({ priority: 1 }), atMs).state;
      assert.equal(state.name, "Backup");
    }
  });

  Deno.test(`${name}: an owner that hears another one says so and goes on with it [R7 demands] [H19a demands]`, () => {
    const owner = stateOf(kind, "Master", { owner: true });
    const event = advert({ priority: 255, from: kind.other });
    const { state, actions } = step(config, owner, event, NOW_MS + SOON_MS);
    assert.equal(state.name, "Backup");
    assert.ok(actions.some((one) => one.do === "report" && one.report.what === "otherOwner"));
  });

  const size = config.family === 4 ? 4 : 16;
  const address = fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) =>
    ipFromBytes(bytes.slice())
  );

  const event: fc.Arbitrary<RouterEvent> = fc.oneof(
    fc.constant(TIMER),
    fc.constant(linkReady({ source: kind.source })),
    fc.constant<RouterEvent>({ kind: "linkFault", reason: "interfaceDown" }),
    fc.constant<RouterEvent>({ kind: "linkFault", reason: "macRefused" }),
    fc.record({ priority: fc.nat(255), from: address }).map((heard) => advert(heard)),
    fc.integer({ min: -500, max: 500 }).map((adjustment): RouterEvent => ({
      kind: "adjust",
      adjustment,
    })),
    fc.constant(STOP),
  );
  const story = fc.array(fc.tuple(event, fc.nat(4000)), { maxLength: 30 });

  Deno.test(`${name}: only a Master that leaves sends priority 0 [W8c forbids]`, () => {
    fc.assert(fc.property(story, fc.boolean(), (events, owner) => {
      for (const { priority, isMaster } of priorities({ kind, owner }, events)) {
        assert.equal(priority === 0, !isMaster);
      }
    }));
  });

  Deno.test(`${name}: who is no owner sends 1 to 254, whatever happens [W8a forbids] [W8b demands]`, () => {
    fc.assert(fc.property(story, (events) => {
      for (const { priority, isMaster } of priorities({ kind, owner: false }, events)) {
        assert.ok(!isMaster || (priority >= 1 && priority <= 254), String(priority));
      }
    }));
  });
}

/** The priorities that a story makes a Master send, each with whether it goes on as Master. */
function priorities(
  { kind, owner }: { readonly kind: Kind; readonly owner: boolean },
  events: readonly (readonly [RouterEvent, number])[],
) {
  const { config, source } = kind;
  let state = stateOf(kind, "Master", { owner });
  let nowMs = MASTER_MS;
  return events.flatMap(([one, afterMs]) => {
    nowMs += afterMs;
    const told = one.kind === "linkReady" ? linkReady({ source, owner }) : one;
    const result = step(config, state, told, nowMs);
    state = result.state;
    const isMaster = state.name === "Master";
    return sent(result.actions).map((priority) => ({ priority, isMaster }));
  });
}
