import assert from "node:assert/strict";
import type { Holder } from "../../../src/runtime/accept/accept_rules.ts";
import { Backlog } from "../../../src/runtime/backlog.ts";
import { Batch } from "../../../src/runtime/batch.ts";
import { LogLimit } from "../../../src/runtime/log_limit.ts";
import type { Router } from "../../../src/runtime/router.ts";
import { advert } from "../../vrrp/fixtures.ts";
import { backup, Bench, changeText } from "../backlog_bench.ts";
import { NOW_MS, PaperDriver } from "../fixtures.ts";

const NOBODY: ReadonlySet<Router> = new Set();

/** What is done, in its order. */
function scene({ refused = NOBODY }: { readonly refused?: ReadonlySet<Router> } = {}) {
  const done: string[] = [];
  const { table, sender, log } = new Bench();
  const driver = new class extends PaperDriver {
    override apply(...[changes]: Parameters<PaperDriver["apply"]>) {
      done.push(...changes.map(changeText));
      return [];
    }
  }();
  const note = (what: string, holders: readonly Holder[]) => {
    // A take-over wishes for more than addresses, all in the name of one virtual router.
    const routers = [...new Set(holders.map(({ router }) => router))];
    const count = routers.reduce((sum, { installed }) => sum + installed.length, 0);
    done.push(`${what} ${count}`);
  };
  const backlog = new Backlog({
    drivers: { of: () => driver },
    table,
    sender,
    log,
    limit: new LogLimit(),
    accept: {
      deny: (holders) => {
        note("deny", holders);
        return refused;
      },
      follow: (holders) => {
        note("follow", holders);
        return NOBODY;
      },
    },
  });
  const perform = (one: Router, event: Parameters<Router["step"]>[0], nowMs: number) => {
    const batch = new Batch();
    batch.add(one, one.step(event, nowMs));
    backlog.add(batch);
    return backlog.work(nowMs);
  };
  return { done, perform };
}

Deno.test("Backlog denies packets to addresses before these go on, and until they have gone", () => {
  const { done, perform } = scene();
  const one = backup();
  perform(one, { kind: "timer" }, one.deadlineMs);
  perform(one, advert({ priority: 255 }), NOW_MS + 9000);
  const [address] = one.config.protocol.addresses;
  assert.ok(address);
  assert.deepEqual(done.map((line) => line.replace(/ [\d.]+\/\d+ (to|from) 3/, "")), [
    "deny 1",
    "add",
    "follow 1",
    "deny 0",
    "remove",
    "follow 0",
  ]);
});

Deno.test("Backlog puts no address on that cannot be guarded", () => {
  const one = backup();
  const { done, perform } = scene({ refused: new Set([one]) });
  const failures = perform(one, { kind: "timer" }, one.deadlineMs);
  assert.deepEqual(failures.map(({ reason }) => reason), ["refused"]);
  assert.ok(!done.some((line) => line.startsWith("add")));
});
