import assert from "node:assert/strict";
import fc from "fast-check";
import type { BoundJob } from "../../../src/runtime/scripts/job.ts";
import { NotifyQueue } from "../../../src/runtime/scripts/notify_queue.ts";
import { ScriptUser } from "../../../src/runtime/scripts/script_user.ts";

const GOOD = { kind: "code", code: 0 } as const;

function job(name: string): BoundJob {
  return {
    command: [name],
    words: [],
    environment: {},
    timeoutMs: 1000,
    purpose: "a test",
    codeIsAnswer: false,
    user: Object.create(ScriptUser.prototype),
  };
}

/** Runs programs only when it is told to, and one at a time. */
class SlowRunner {
  readonly started: string[] = [];
  #asked = false;
  #busy = false;
  readonly queue = new NotifyQueue(() => {
    this.#asked ||= !this.#busy;
  });

  start(): void {
    if (!this.#asked || this.#busy) return;
    this.#asked = false;
    const next = this.queue.take();
    if (next === undefined) return;
    this.started.push(next.command[0]);
    this.#busy = true;
  }

  end(): void {
    if (!this.#busy) return;
    this.#busy = false;
    this.queue.ended(GOOD);
  }

  finish(): void {
    for (let round = 0; round < 100; round++) {
      this.end();
      this.start();
    }
    this.end();
  }
}

Deno.test("NotifyQueue runs one program after the other", () => {
  const runner = new SlowRunner();
  runner.queue.replace([job("a"), job("b")]);
  runner.start();
  runner.start();
  assert.deepEqual(runner.started, ["a"]);
  runner.end();
  runner.start();
  assert.deepEqual(runner.started, ["a", "b"]);
});

Deno.test("NotifyQueue forgets what a newer state has overtaken", () => {
  const runner = new SlowRunner();
  runner.queue.replace([job("master"), job("any master")]);
  runner.start();
  runner.queue.replace([job("backup"), job("any backup")]);
  runner.queue.replace([job("fault"), job("any fault")]);
  runner.finish();
  assert.deepEqual(runner.started, ["master", "fault", "any fault"]);
});

Deno.test("NotifyQueue runs nothing for a state that has no program, nor for the one before", () => {
  const runner = new SlowRunner();
  runner.queue.replace([job("master")]);
  runner.queue.replace([]);
  runner.finish();
  assert.deepEqual(runner.started, []);
});

Deno.test("NotifyQueue counts every change", () => {
  const { queue } = new SlowRunner();
  assert.deepEqual([queue.nextSequence(), queue.nextSequence()], [1, 2]);
});

Deno.test("NotifyQueue keeps the order and ends with the latest state, however slow programs are", () => {
  const step = fc.constantFrom("change", "start", "end");
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const runner = new SlowRunner();
    let changes = 0;
    for (const what of steps) {
      if (what === "change") {
        changes++;
        runner.queue.replace([job(`${changes} own`), job(`${changes} then any`)]);
      } else if (what === "start") runner.start();
      else runner.end();
    }
    runner.finish();
    const order = runner.started.map((name) => name.replace(/\d+/, (n) => n.padStart(3, "0")));
    assert.deepEqual(order, order.toSorted());
    assert.equal(new Set(order).size, order.length);
    if (changes > 0) assert.equal(runner.started.at(-1), `${changes} then any`);
  }));
});
