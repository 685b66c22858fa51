import assert from "node:assert/strict";
import fc from "fast-check";
import { ip } from "../../../src/base/ip.ts";
import { deniedAddress, deniedKey } from "../../../src/runtime/accept/denied_address.ts";
import { Holdings, type SetChange } from "../../../src/runtime/accept/holdings.ts";

const ADDRESSES = ["10.9.0.1", "10.9.0.2", "2001:db8::1", "fe80::1"]
  .map((text) => deniedAddress(ip(text), 3));

function noChange(): SetChange {
  return { add: [], remove: [] };
}

Deno.test("Holdings keeps what two want until both have let go", () => {
  const [one] = ADDRESSES;
  assert.ok(one);
  const holdings = new Holdings<string>();
  const rows = [
    { holder: "a", wanted: [one], change: { add: [one], remove: [] } },
    { holder: "b", wanted: [one, one], change: { add: [], remove: [] } },
    { holder: "a", wanted: [], change: { add: [], remove: [] } },
    { holder: "b", wanted: [], change: { add: [], remove: [one] } },
  ];
  for (const { holder, wanted, change: expected } of rows) {
    const change = noChange();
    holdings.replace(holder, wanted, change);
    assert.deepEqual(change, expected);
  }
  assert.ok(holdings.empty);
});

Deno.test("Holdings changes a set into what all want together, whoever changes their mind", () => {
  const step = fc.record({
    holder: fc.constantFrom("a", "b", "c"),
    wanted: fc.subarray(ADDRESSES),
  });
  fc.assert(fc.property(fc.array(step), (steps) => {
    const holdings = new Holdings<string>();
    const wants = new Map<string, readonly string[]>();
    const set = new Set<string>();
    for (const { holder, wanted } of steps) {
      const change = noChange();
      holdings.replace(holder, wanted, change);
      wants.set(holder, wanted.map(deniedKey));
      for (const address of change.remove) {
        assert.ok(set.delete(deniedKey(address)), "it was there");
      }
      for (const address of change.add) set.add(deniedKey(address));
    }
    const expected = new Set([...wants.values()].flat());
    assert.deepEqual([...set].sort(), [...expected].sort());
    assert.deepEqual(holdings.all.map(deniedKey).sort(), [...expected].sort());
    assert.equal(holdings.empty, expected.size === 0);
  }));
});

Deno.test("deniedAddress() ties a link-local address to its interface, and no other", () => {
  const keys = (text: string) => [3, 4].map((index) => deniedKey(deniedAddress(ip(text), index)));
  const rows = [
    { text: "10.9.0.1", set: "ipv4", tied: false },
    { text: "169.254.0.1", set: "ipv4", tied: false },
    { text: "2001:db8::1", set: "ipv6", tied: false },
    { text: "fe80::1", set: "link_local", tied: true },
  ];
  for (const { text, set, tied } of rows) {
    const [first = "", second = ""] = keys(text);
    assert.ok(first.startsWith(`${set} `), text);
    assert.equal(first !== second, tied, text);
  }
});
