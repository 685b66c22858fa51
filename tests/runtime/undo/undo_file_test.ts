import assert from "node:assert/strict";
import { noteKey } from "../../../src/runtime/undo/notes.ts";
import { readRecord, type UndoRecord } from "../../../src/runtime/undo/record.ts";
import { isUndoFileName, UndoFile } from "../../../src/runtime/undo/undo_file.ts";
import { PaperLog } from "../fixtures.ts";
import { addressNote, byKey, HERE, linksNote, macNote, settingNote } from "./fixtures.ts";
import { PaperFiles } from "./paper_files.ts";

function bench() {
  const [files, log] = [new PaperFiles(), new PaperLog()];
  const file = new UndoFile({ files, author: { identity: HERE, pid: 7 }, log });
  return { files, log, file };
}

function read(files: PaperFiles): UndoRecord {
  const record = readRecord(files.text);
  assert.ok(typeof record === "object", files.text);
  return record;
}

Deno.test("UndoFile is named after the namespace and the process, and held", () => {
  const { files, file } = bench();
  assert.match(file.name, /^undo-4026531840-7-[0-9a-f]{8}$/);
  assert.ok(isUndoFileName(file.name));
  assert.equal(files.inspect(file.name).state, "held");
});

Deno.test("isUndoFileName() knows no other names", () => {
  for (
    const name of [
      "undo-1-2",
      "undo-1-2-01234567x",
      "damaged-undo-1-2-01234567",
      "undo--2-01234567",
    ]
  ) {
    assert.equal(isUndoFileName(name), false, name);
  }
});

Deno.test("UndoFile writes a batch of notes at once, and what is struck counts no more", () => {
  const { files, file } = bench();
  const notes = Array.from({ length: 64 }, (_, index) => addressNote(`10.9.1.${index}/24`));
  const before = files.writes.length;
  file.note(byKey(...notes));
  assert.equal(files.writes.length, before + 1);
  assert.deepEqual([...read(files).notes.values()], notes);
  file.strike(notes.slice(1).map(noteKey));
  assert.equal(files.writes.length, before + 2);
  assert.deepEqual([...read(files).notes.values()], notes.slice(0, 1));
});

Deno.test("UndoFile writes nothing where there is nothing to say", () => {
  const { files, file } = bench();
  const before = files.writes.length;
  file.note(new Map());
  file.claim([]);
  file.strike([noteKey(addressNote())]);
  assert.equal(files.writes.length, before);
});

Deno.test("UndoFile tells once that there is no room, and what comes later can be read", () => {
  const { files, log, file } = bench();
  files.roomFor = 20;
  file.note(byKey(addressNote()));
  file.note(byKey(macNote()));
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0] ?? "", /error: Cannot write down in .*: ENOSPC \(make room there\)/);
  files.roomFor = undefined;
  file.note(byKey(settingNote()));
  assert.deepEqual([...read(files).notes.values()], [settingNote()]);
});

Deno.test("UndoFile stays small however often addresses come and go", () => {
  const { files, file } = bench();
  const claim = { interface: "eth0", vrid: 7, family: 4 } as const;
  file.claim([claim]);
  file.note(byKey(linksNote(), settingNote()));
  const notes = Array.from({ length: 20 }, (_, index) => addressNote(`10.9.1.${index}/24`));
  for (let times = 0; times < 1000; times++) {
    file.note(byKey(...notes));
    file.strike(notes.map(noteKey));
  }
  assert.equal(files.files.size, 1);
  assert.equal(files.inspect(file.name).state, "held");
  assert.ok(files.text.length < 1_000_000, `${files.text.length} bytes`);
  assert.deepEqual([...read(files).notes.values()], [linksNote(), settingNote()]);
  assert.deepEqual(read(files).claims, [claim]);
});

Deno.test("UndoFile stays as it is while another process has the directory, or there is no room", () => {
  const { files, file } = bench();
  const { name } = file;
  const often = () => {
    for (let times = 0; times < 3000; times++) {
      file.note(byKey(addressNote()));
      file.strike([noteKey(addressNote())]);
    }
  };
  files.locked = true;
  often();
  assert.equal(file.name, name);
  files.locked = false;
  files.roomFor = 10;
  often();
  assert.equal(file.name, name);
  assert.equal(files.files.size, 1);
  files.roomFor = undefined;
  often();
  assert.notEqual(file.name, name);
  assert.equal(files.files.size, 1);
});
