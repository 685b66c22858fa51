import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { commandLine, environmentVariable, forgetVariable } from "../../ffi/process.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

Deno.test("environmentVariable() reads what is set, also where that is empty", () => {
  Deno.env.set("RVRRPD_TEST", "grün");
  assert.equal(environmentVariable("RVRRPD_TEST"), "grün");
  Deno.env.set("RVRRPD_TEST", "");
  assert.equal(environmentVariable("RVRRPD_TEST"), "");
  forgetVariable("RVRRPD_TEST");
  assert.equal(environmentVariable("RVRRPD_TEST"), undefined);
});

Deno.test("commandLine() gives the words of this process", () => {
  const [program = "", ...words] = commandLine();
  assert.match(program, /deno$/);
  assert.ok(words.includes("test"));
});
