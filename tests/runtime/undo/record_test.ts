import fc from "fast-check";
import assert from "node:assert/strict";
import { ipFromBytes } from "../../../src/base/ip.ts";
import {
  authorLine,
  claimLine,
  noteLine,
  readRecord,
  strikeLine,
  type UndoRecord,
} from "../../../src/runtime/undo/record.ts";
import { formatLine } from "../../../src/runtime/undo/lines.ts";
import { type Note, noteKey } from "../../../src/runtime/undo/notes.ts";
import { mac } from "../fixtures.ts";
import {
  addressNote,
  HERE,
  linksNote,
  macNote,
  routeNote,
  settingNote,
  VIRTUAL_MAC,
} from "./fixtures.ts";

const FIRST = authorLine({ identity: HERE, pid: 7 });
const NOTES: readonly Note[] = [
  addressNote(),
  addressNote("2001:db8::1/128", { marked: false }),
  macNote(),
  settingNote(),
  settingNote({ setting: "mediumId", before: 0, ours: 0xffff_ffff }),
  routeNote(),
  routeNote({
    route: {
      destination: addressNote("2001:db8:1::/48").prefix,
      nextHop: addressNote("fe80::9/64").prefix.address,
      ifindex: 3,
    },
  }),
  routeNote({
    marked: false,
    route: { destination: addressNote("0.0.0.0/0").prefix, nextHop: routeNote().route.nextHop },
  }),
  linksNote(),
  { note: "table", name: "rvrrpd_7_0123abcd" },
];
const CLAIM = { interface: "eth0", vrid: 7, family: 4 } as const;
const MAC_CLAIM = { macOf: "eth0" };
const WHOLE = FIRST + claimLine(CLAIM) + NOTES.map(noteLine).join("") +
  strikeLine(noteKey(addressNote()));

function read(text: string): UndoRecord {
  const record = readRecord(text);
  assert.ok(typeof record === "object", `not read: ${text}`);
  return record;
}

Deno.test("readRecord() gives back what was written", () => {
  const claims = [CLAIM, MAC_CLAIM];
  const record = read(FIRST + claims.map(claimLine).join("") + NOTES.map(noteLine).join(""));
  assert.deepEqual([...record.notes.values()], NOTES);
  assert.deepEqual(record.claims, claims);
  assert.deepEqual(record.identity, HERE);
  assert.deepEqual([record.pid, record.damagedLines], [7, 0]);
});

Deno.test("readRecord() leaves out what was struck, and takes the last of two notes", () => {
  const later = settingNote({ ours: 2 });
  const text = FIRST + noteLine(addressNote()) + noteLine(settingNote()) + noteLine(later) +
    strikeLine(noteKey(addressNote()));
  assert.deepEqual([...read(text).notes.values()], [later]);
});

Deno.test("readRecord() says that a file was not begun whose first line has no end", () => {
  for (let length = 0; length < FIRST.length; length++) {
    assert.equal(readRecord(FIRST.slice(0, length)), "unbegun");
  }
});

Deno.test("readRecord() takes a file cut anywhere for what it said until then", () => {
  const ends = [...WHOLE.matchAll(/\n/g)].map(({ index }) => index + 1);
  for (let length = FIRST.length; length <= WHOLE.length; length++) {
    const lastEnd = ends.findLast((end) => end <= length) ?? 0;
    const record = read(WHOLE.slice(0, length));
    assert.equal(record.damagedLines, 0);
    assert.deepEqual(record, read(WHOLE.slice(0, lastEnd)));
  }
});

Deno.test("readRecord() reads on after a line that a failed write left unfinished", () => {
  const torn = FIRST + noteLine(macNote()).slice(0, 40) + "\n" + noteLine(addressNote());
  const record = read(torn);
  assert.deepEqual([...record.notes.values()], [addressNote()]);
  assert.equal(record.damagedLines, 1);
});

const FORGED: readonly { readonly fields: object; readonly row: string }[] = [
  { fields: { note: "links", group: 0 }, row: "every link's group" },
  { fields: { note: "links", group: 0x5312_3456 }, row: "a group that is not ours" },
  { fields: { ...plain(macNote()), before: VIRTUAL_MAC }, row: "a virtual MAC as the own one" },
  { fields: { ...plain(macNote()), before: "01:00:5e:00:00:12" }, row: "a multicast MAC" },
  { fields: { ...plain(macNote()), before: "00:00:00:00:00:00" }, row: "no MAC" },
  { fields: { ...plain(macNote()), ours: "02:00:00:00:00:09" }, row: "another MAC as ours" },
  { fields: { ...plain(addressNote()), ifindex: 0 }, row: "interface 0" },
  { fields: { ...plain(addressNote()), ifindex: 1.5 }, row: "half an interface" },
  { fields: { ...plain(addressNote()), prefix: "10.9.0.100/33" }, row: "a prefix too long" },
  { fields: { ...plain(addressNote()), name: "../../etc" }, row: "a path as interface" },
  { fields: { ...plain(addressNote()), name: "eth0\u001b[2J" }, row: "a name for terminals" },
  { fields: { ...plain(addressNote()), marked: "yes" }, row: "a mark that is no truth value" },
  { fields: { ...plain(settingNote()), setting: "tag" }, row: "a setting that we never touch" },
  { fields: { ...plain(settingNote()), setting: "__proto__" }, row: "a setting of the language" },
  { fields: { ...plain(settingNote()), before: -1 }, row: "a negative value" },
  { fields: { note: "table", name: "filter" }, row: "somebody else's table" },
  { fields: { note: "file", path: "/etc/passwd" }, row: "something that is no note" },
  { fields: { claim: { interface: "eth0", vrid: 256, family: 4 } }, row: "group 256" },
  { fields: { claim: { macOf: "../eth0" } }, row: "a path as the interface of a MAC" },
  { fields: { strike: 5 }, row: "a strike without a key" },
  { fields: {}, row: "nothing" },
];

function plain(note: Note): object {
  return JSON.parse(noteLine(note).slice(9));
}

for (const { fields, row } of FORGED) {
  Deno.test(`readRecord() counts as damaged: ${row}`, () => {
    const record = read(FIRST + formatLine(fields as Record<string, unknown>));
    assert.equal(record.damagedLines, 1);
    assert.equal(record.notes.size + record.claims.length, 0);
  });
}

Deno.test("readRecord() refuses a file whose first line is wrong", () => {
  const wrong = [
    { undo: 2, ...HERE, pid: 7 },
    { undo: 1, ...HERE, pid: 0 },
    { undo: 1, ...HERE, boot: 5, pid: 7 },
    { undo: 1, ...HERE, cookie: 5, pid: 7 },
    { undo: 1, boot: "b1", pid: 7 },
  ];
  for (const fields of wrong) assert.equal(readRecord(formatLine(fields)), undefined);
  assert.equal(readRecord("\n"), undefined);
  assert.equal(readRecord(WHOLE.replace("b1", "b2")), undefined);
});

Deno.test("readRecord() never throws, and believes no damaged line", () => {
  const damage = fc.record({
    at: fc.nat({ max: WHOLE.length - 1 }),
    with: fc.string({ unit: "binary", maxLength: 3 }),
  });
  const keys = new Set(read(WHOLE).notes.keys()).add(noteKey(addressNote()));
  fc.assert(fc.property(fc.array(damage, { minLength: 1, maxLength: 20 }), (places) => {
    let text = WHOLE;
    for (const { at, with: other } of places) text = text.slice(0, at) + other + text.slice(at + 1);
    const record = readRecord(text);
    if (typeof record !== "object") return;
    for (const key of record.notes.keys()) assert.ok(keys.has(key), key);
  }));
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
    assert.notEqual(typeof readRecord(text), "object");
  }));
});

Deno.test("readRecord() reads back any address and any MAC", () => {
  const bytes = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(fc.property(bytes, fc.nat({ max: 32 }), bytes, (address, length, tail) => {
    const note = addressNote("0.0.0.0/0", {
      prefix: { address: ipFromBytes(Uint8Array.from(address)), length },
    });
    const own = macNote({ before: Uint8Array.of(2, 0, ...tail), ours: mac(VIRTUAL_MAC) });
    const record = read(FIRST + noteLine(note) + noteLine(own));
    assert.deepEqual([...record.notes.values()], [note, own]);
  }));
});
