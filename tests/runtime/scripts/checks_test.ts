import assert from "node:assert/strict";
import type { TrackedScript } from "../../../src/config/types.ts";
import { Checks } from "../../../src/runtime/scripts/checks.ts";
import type { Client } from "../../../src/runtime/scripts/runner.ts";
import { ScriptUser } from "../../../src/runtime/scripts/script_user.ts";

const WEB: TrackedScript = {
  name: "web",
  command: ["/usr/local/bin/web", "-q"],
  intervalMs: 2000,
  timeoutMs: 500,
  rise: 1,
  fall: 2,
  weight: -20,
};

const GOOD = { kind: "code", code: 0 } as const;
const BAD = { kind: "code", code: 1 } as const;

/** Of whom nobody asks anything here. */
const [NOBODY, SOMEBODY]: ScriptUser[] = [1, 2].map(() => Object.create(ScriptUser.prototype));

/** Checks whose runner only notes who has asked. */
class Scene {
  readonly asked: Client[] = [];
  readonly told: string[] = [];
  user: ScriptUser | undefined = NOBODY;
  readonly checks: Checks;

  constructor(random = 0) {
    this.checks = new Checks({
      runner: { ask: (client) => this.asked.push(client) },
      tell: (name, isUp) => this.told.push(`${name} ${isUp ? "up" : "down"}`),
      user: () => this.user,
      random: () => random,
    });
  }

  /** The one that has asked at this time. */
  askedAt(nowMs: number): Client {
    const before = this.asked.length;
    this.checks.turn(nowMs);
    const client = this.asked[before];
    assert.ok(client !== undefined, "nobody has asked");
    assert.equal(this.asked.length, before + 1);
    return client;
  }
}

Deno.test("Checks runs a script at its interval, absolute from the first", () => {
  const { checks, asked } = new Scene();
  checks.replace([WEB], 1000);
  assert.equal(checks.dueMs, 1000);
  checks.turn(1300);
  assert.equal(checks.dueMs, 3000);
  checks.turn(2999);
  assert.equal(asked.length, 1);
  checks.turn(7100);
  // The one of 5000 was missed, and is not made up for.
  assert.equal(asked.length, 2);
  assert.equal(checks.dueMs, 9000);
});

Deno.test("Checks spreads first runs over a second, or the interval", () => {
  const { checks } = new Scene(0.5);
  checks.replace([WEB], 1000);
  assert.equal(checks.dueMs, 1500);
  checks.replace([{ ...WEB, name: "fast", intervalMs: 100 }], 1000);
  assert.equal(checks.dueMs, 1050);
});

Deno.test("Checks hands the program over with its time limit", () => {
  const scene = new Scene();
  scene.checks.replace([WEB], 0);
  assert.deepEqual(scene.askedAt(0).take(0), {
    command: ["/usr/local/bin/web", "-q"],
    words: [],
    environment: { RVRRPD_SCRIPT: "web" },
    timeoutMs: 500,
    purpose: "track_script web",
    codeIsAnswer: true,
    user: NOBODY,
  });
});

Deno.test("Checks makes each run as whoever it is then, and none as nobody", () => {
  const scene = new Scene();
  scene.checks.replace([WEB], 0);
  const check = scene.askedAt(0);
  scene.user = SOMEBODY;
  assert.equal(check.take(0)?.user, SOMEBODY);
  scene.user = undefined;
  assert.equal(check.take(0), undefined);
});

Deno.test("Checks tells the first verdict and every change of it", () => {
  const scene = new Scene();
  scene.checks.replace([WEB], 0);
  const check = scene.askedAt(0);
  for (const outcome of [GOOD, BAD, BAD, BAD, GOOD]) check.ended(outcome, 0);
  assert.deepEqual(scene.told, ["web up", "web down", "web up"]);
});

for (
  const outcome of [
    { kind: "signal", signal: 15 },
    { kind: "timeout", afterMs: 500 },
    { kind: "refused", why: "ENOENT" },
  ] as const
) {
  Deno.test(`Checks takes a run for failed that ends like this: ${outcome.kind}`, () => {
    const scene = new Scene();
    scene.checks.replace([WEB], 0);
    scene.askedAt(0).ended(outcome, 0);
    assert.deepEqual(scene.told, ["web down"]);
  });
}

Deno.test("Checks runs a script once that several virtual routers follow", () => {
  const { checks, asked } = new Scene();
  checks.replace([WEB, { ...WEB, weight: 5 }], 0);
  checks.turn(0);
  assert.equal(asked.length, 1);
});

Deno.test("Checks goes on with a script whose definition stays", () => {
  const scene = new Scene();
  scene.checks.replace([WEB], 0);
  const check = scene.askedAt(0);
  check.ended(GOOD, 10);
  scene.checks.replace([{ ...WEB, weight: 7 }], 500);
  assert.equal(scene.checks.dueMs, 2000);
  assert.equal(scene.askedAt(2000), check);
  check.ended(GOOD, 2010);
  assert.deepEqual(scene.told, ["web up"]);
});

Deno.test("Checks begins anew with a script whose definition has changed, and hears no more of the old", () => {
  const scene = new Scene();
  scene.checks.replace([WEB], 0);
  const old = scene.askedAt(0);
  scene.checks.replace([{ ...WEB, command: ["/usr/local/bin/other"] }], 500);
  old.ended(GOOD, 600);
  assert.deepEqual(scene.told, []);
  scene.askedAt(600).ended(BAD, 700);
  assert.deepEqual(scene.told, ["web down"]);
});

Deno.test("Checks has nothing to do without scripts", () => {
  const { checks } = new Scene();
  checks.replace([WEB], 0);
  checks.replace([], 0);
  assert.equal(checks.dueMs, Infinity);
});
