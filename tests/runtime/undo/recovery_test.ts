import assert from "node:assert/strict";
import { DriverError, OUR_PROTOCOL } from "../../../src/drivers/driver.ts";
import type { Identity } from "../../../src/runtime/undo/identity.ts";
import type { Note } from "../../../src/runtime/undo/notes.ts";
import { authorLine, noteLine } from "../../../src/runtime/undo/record.ts";
import { recover } from "../../../src/runtime/undo/recovery.ts";
import type { AddressInfo } from "../../../src/wire/rtnetlink.ts";
import { address, link, PaperDriver, PaperLog } from "../fixtures.ts";
import { addressNote, HERE, settingNote } from "./fixtures.ts";
import { PaperFiles } from "./paper_files.ts";

const NAME = "undo-4026531840-7-01234567";
const PATH = `/run/rvrrpd/${NAME}`;

/** eth0 as a Master leaves it. */
class LeftDriver extends PaperDriver {
  override present = [link({ ipv4Settings: { arpIgnore: 1 } })];

  override addresses(): readonly AddressInfo[] {
    return [address("10.9.0.100/24", { protocol: OUR_PROTOCOL })];
  }
}

function text(notes: readonly Note[], identity: Identity = HERE): string {
  return authorLine({ identity, pid: 7 }) + notes.map(noteLine).join("");
}

const LEFT = text([addressNote(), settingNote()]);

function bench(content = LEFT, { held = false, name = NAME } = {}) {
  const [files, driver, log] = [new PaperFiles(), new LeftDriver(), new PaperLog()];
  files.files.set(name, { text: content, held });
  const run = () => recover({ files, identity: HERE, driver, log, configured: new Set() });
  const made = () => driver.applied.flat().map(({ change }) => change);
  return { files, driver, log, run, made };
}

Deno.test("recover() undoes what an ended process left, tells it in one line and removes the file", () => {
  const { files, log, run, made } = bench();
  run();
  assert.deepEqual(made(), ["removeAddress", "setIpv4"]);
  assert.deepEqual(files.names(), []);
  assert.deepEqual(log.lines, ["warning: Undoing what process 7 left behind: 2 changes"]);
});

Deno.test("recover() removes a file that says nothing, without a word", () => {
  for (const content of ["", LEFT.slice(0, 30), text([])]) {
    const { files, log, run, made } = bench(content);
    run();
    assert.deepEqual([made(), files.names(), log.lines], [[], [], []]);
  }
});

Deno.test("recover() leaves a living process alone, and what that one needs", () => {
  const { files, log, run, made } = bench(text([settingNote()]), { held: true });
  files.files.set("undo-4026531840-8-01234567", { text: LEFT, held: false });
  run();
  assert.deepEqual(made(), ["removeAddress"]);
  assert.deepEqual(files.names(), [NAME]);
  assert.equal(log.lines.length, 1);
});

Deno.test("recover() does not ask a living process of another namespace what to leave", () => {
  const elsewhere = { ...HERE, namespace: "0:4:4026532000", cookie: "9" };
  const { files, run, made } = bench(text([settingNote()], elsewhere), { held: true });
  files.files.set("undo-4026531840-8-01234567", { text: LEFT, held: false });
  run();
  assert.deepEqual(made(), ["removeAddress", "setIpv4"]);
});

const ELSEWHERE: readonly {
  readonly row: string;
  readonly identity: Identity;
  readonly stays: boolean;
}[] = [
  { row: "another boot", identity: { ...HERE, boot: "b0" }, stays: false },
  {
    row: "another namespace",
    identity: { ...HERE, namespace: "0:4:4026532000", cookie: "9" },
    stays: true,
  },
  {
    row: "a namespace that is gone, as another one has its inode now",
    identity: { ...HERE, cookie: "9" },
    stays: false,
  },
];

for (const { row, identity, stays } of ELSEWHERE) {
  Deno.test(`recover() undoes nothing from a file of ${row}`, () => {
    const { files, log, run, made } = bench(text([addressNote()], identity));
    run();
    assert.deepEqual(made(), []);
    assert.deepEqual(files.names(), stays ? [NAME] : []);
    assert.deepEqual(log.lines, []);
  });
}

Deno.test("recover() sets a file aside whose beginning it cannot read, and says so", () => {
  const { files, log, run, made } = bench("x" + LEFT);
  run();
  assert.deepEqual(made(), []);
  assert.deepEqual(files.names(), [`damaged-${NAME}`]);
  const path = `/run/rvrrpd/damaged-${NAME}`;
  assert.deepEqual(log.lines, [
    `warning: Cannot read the undo file ${path}: nothing of what it says is undone`,
  ]);
  run();
  assert.equal(log.lines.length, 1);
});

Deno.test("recover() undoes what can be read of a damaged file, and says how much cannot", () => {
  const { files, log, run, made } = bench(LEFT.replace("10.9.0.100", "10.9.0.101"));
  run();
  assert.deepEqual(made(), ["setIpv4"]);
  assert.deepEqual(files.names(), []);
  assert.equal(log.lines[0], `warning: Passing over 1 damaged lines of ${PATH}`);
});

Deno.test("recover() keeps the file where the kernel refuses, for the next start", () => {
  const { files, driver, log, run, made } = bench();
  driver.refuse = (change) => new DriverError(change, "EPERM", "not allowed");
  run();
  assert.deepEqual(files.names(), [NAME]);
  assert.deepEqual(log.lines.slice(1), [
    "error: not allowed",
    "error: not allowed",
    `error: Could not undo all of what process 7 left behind: ${PATH} is kept for the next start`,
  ]);
  driver.refuse = () => undefined;
  run();
  assert.equal(made().length, 4);
  assert.deepEqual(files.names(), []);
});

Deno.test("recover() takes what vanishes meanwhile for undone", () => {
  const { files, driver, run } = bench();
  driver.refuse = (change) => new DriverError(change, "ENODEV", "gone");
  run();
  assert.deepEqual(files.names(), []);
});

Deno.test("recover() does not look at files of other names", () => {
  const { files, run, made } = bench(LEFT, { name: "notes.txt" });
  run();
  assert.deepEqual([made(), files.names()], [[], ["notes.txt"]]);
});
