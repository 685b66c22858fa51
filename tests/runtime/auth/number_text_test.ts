import assert from "node:assert/strict";
import { mergeMemories, NumberText, parseNumbers } from "../../../src/runtime/auth/number_text.ts";
import type { ReplayMemory } from "../../../src/vrrp/replay_memory.ts";

const MEMORY: ReplayMemory = {
  last: { seconds: 0x6b0265ae, ticks: 0xba940000 },
  reserved: { seconds: 0x6b0265ea, ticks: 0xba940000 },
  marks: new Map([
    ["10.9.0.9", { sequence: { seconds: 1, ticks: 0xffffffff }, skewMs: -12.5 }],
    ["fe80::1", { sequence: { seconds: 0xffffffff, ticks: 0 }, skewMs: 0 }],
  ]),
  wallAheadMs: 1.5,
  bootId: "a boot",
};
const SILENT: ReplayMemory = { marks: new Map() };

function textOf(memories: ReadonlyMap<string, ReplayMemory>): string {
  const text = new NumberText();
  const head = text.head();
  const lines = Array.from(memories, ([router, memory]) => text.router(router, memory));
  return head + lines.join("") + text.end();
}

const MEMORIES = new Map([["4 7 eth0", MEMORY], ["6 7 eth0", SILENT]]);

Deno.test("parseNumbers() reads what NumberText writes", () => {
  assert.deepEqual(parseNumbers(textOf(MEMORIES)), MEMORIES);
  assert.deepEqual(parseNumbers(textOf(new Map())), new Map());
});

Deno.test("parseNumbers() refuses a text that is cut short anywhere", () => {
  const text = textOf(MEMORIES);
  for (let length = 0; length < text.length - 1; length++) {
    assert.equal(parseNumbers(text.slice(0, length)), undefined, `${length} characters`);
  }
});

Deno.test("parseNumbers() refuses a text with any character changed", () => {
  const text = textOf(MEMORIES);
  for (let at = 0; at < text.length - 1; at++) {
    const other = text[at] === "1" ? "2" : "1";
    const changed = text.slice(0, at) + other + text.slice(at + 1);
    assert.equal(parseNumbers(changed), undefined, `character ${at}`);
  }
});

Deno.test("parseNumbers() refuses a text of another kind", () => {
  for (const text of ["", "\n", "{}\n", "null\n", '{"rvrrpd":"undo","version":1}\n{"end":0}\n']) {
    assert.equal(parseNumbers(text), undefined, JSON.stringify(text));
  }
});

Deno.test("mergeMemories() takes the later of everything", () => {
  const later: ReplayMemory = {
    last: { seconds: 0x6b0265af, ticks: 0 },
    reserved: { seconds: 0x6b0265e0, ticks: 0 },
    marks: new Map([
      ["10.9.0.9", { sequence: { seconds: 0, ticks: 5 }, skewMs: 1 }],
      ["10.9.0.8", { sequence: { seconds: 2, ticks: 0 }, skewMs: 2 }],
    ]),
    bootId: "another boot",
  };
  for (const merged of [mergeMemories(MEMORY, later), mergeMemories(later, MEMORY)]) {
    assert.deepEqual(merged.last, later.last);
    assert.deepEqual(merged.reserved, MEMORY.reserved);
    assert.equal(merged.bootId, "another boot");
    assert.equal(merged.marks.size, 3);
    assert.deepEqual(merged.marks.get("10.9.0.9"), MEMORY.marks.get("10.9.0.9"));
  }
});
