import assert from "node:assert/strict";
import { readBody } from "../../src/api/body.ts";
import { BodyBudget } from "../../src/api/body_budget.ts";
import { Refusal } from "../../src/api/refusal.ts";

function post(text: string): Request {
  return new Request("http://localhost/", { method: "POST", body: text });
}

function isBusy(error: unknown): boolean {
  return error instanceof Refusal && error.status === 503;
}

Deno.test("readBody() counts what it reads until somebody has worked on it", async () => {
  const budget = new BodyBudget(10);
  const text = "x".repeat(6);
  {
    using lease = budget.lease();
    assert.equal(await readBody(post(text), { mostBytes: 100, lease }), text);
    using other = budget.lease();
    await assert.rejects(readBody(post(text), { mostBytes: 100, lease: other }), isBusy);
  }
  using later = budget.lease();
  assert.equal(await readBody(post(text), { mostBytes: 100, lease: later }), text);
});

Deno.test("BodyBudget gives back what a refused body had taken", () => {
  const budget = new BodyBudget(10);
  {
    using lease = budget.lease();
    lease.take(8);
    assert.throws(() => lease.take(3), isBusy);
  }
  using lease = budget.lease();
  lease.take(10);
});
