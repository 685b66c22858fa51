import assert from "node:assert/strict";
import { reasonText, spanText, spelled } from "../../src/web/words.js";

const SPANS = [
  [-5, "0 s", "a clock that is behind"],
  [59_999, "59 s", "seconds"],
  [60_000, "1 min 0 s", "a whole minute"],
  [3_725_000, "1 h 2 min", "hours and minutes"],
  [90_000_000, "1 d 1 h", "days and hours"],
] as const;

for (const [ms, expected, row] of SPANS) {
  Deno.test(`spanText() says ${row} as ${expected}`, () => assert.equal(spanText(ms), expected));
}

const WORDS = [
  ["started", "Started"],
  ["masterSilent", "Master silent"],
  ["noMasterHeard", "No Master heard"],
  ["ownerOnMacvlan", "Owner on macvlan"],
  ["macRefused", "MAC refused"],
] as const;

for (const [word, expected] of WORDS) {
  Deno.test(`spelled() writes ${word} as people do`, () => assert.equal(spelled(word), expected));
}

Deno.test("reasonText() prefers the fault, and names the other one", () => {
  const peer = { address: "10.9.0.2", priority: 90 };
  assert.equal(
    reasonText({ reason: "masterLeft", fault_text: null, peer }),
    "Master left (10.9.0.2, priority 90)",
  );
  assert.equal(
    reasonText({ reason: "linkFault", fault_text: "interface eth0 is down", peer: null }),
    "Interface eth0 is down",
  );
});
