import assert from "node:assert/strict";
import { assert as ours, AssertionError, unreachable } from "../../src/base/assert.ts";

Deno.test("assert() throws its own error with the message, and only where it has to", () => {
  ours(true, "fine");
  assert.throws(() => ours(false, "broken promise"), (error) => {
    return error instanceof AssertionError && error.message === "broken promise";
  });
});

Deno.test("unreachable() shows the value that the types did not expect", () => {
  const value: unknown = { do: "dance" };
  assert.throws(() => unreachable(value as never), /\{"do":"dance"\}/);
});
