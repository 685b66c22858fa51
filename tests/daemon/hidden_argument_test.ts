import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { run } from "../support/command.ts";

const INSIDE = fileURLToPath(new URL("hidden_argument_inside.ts", import.meta.url));

/** What is left of the arguments after the first of them was hidden. */
async function leftOf(...args: string[]): Promise<unknown> {
  const deno = [Deno.execPath(), "run", "--no-lock", "--no-check", "--quiet", "--allow-all"];
  const [command = "", ...words] = deno;
  return JSON.parse(await run([command, ...words, INSIDE, ...args]));
}

const ROWS = [
  { args: ["secret", "-n"], left: ["******", "-n"], row: "a word of its own" },
  { args: ["key", "-akey", "keys"], left: ["***", "-a***", "***s"], row: "it within other words" },
  { args: ["ü€", "u"], left: ["*****", "u"], row: "every byte of it" },
  { args: ["", "a"], left: ["", "a"], row: "nothing where there is nothing to hide" },
];

for (const { args, left, row } of ROWS) {
  Deno.test(`hideArgument() overwrites ${row}`, async () => {
    assert.deepEqual(await leftOf(...args), left);
  });
}
