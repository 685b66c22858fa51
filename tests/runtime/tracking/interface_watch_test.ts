import assert from "node:assert/strict";
import type { Board } from "../../../src/runtime/tracking/board.ts";
import { InterfaceTable } from "../../../src/runtime/interfaces.ts";
import { InterfaceWatch } from "../../../src/runtime/tracking/interface_watch.ts";
import { link } from "../fixtures.ts";

/** What was noted, in its words. */
class PaperBoard {
  readonly notes: string[] = [];

  note: Board["note"] = (name, reading, words) => {
    this.notes.push(`${name} ${words}: ${reading}`);
  };
}

Deno.test("InterfaceWatch tells up, down and missing apart", () => {
  const table = new InterfaceTable();
  const board = new PaperBoard();
  const watch = new InterfaceWatch({ table, board });
  watch.replace(["eth1", "eth1"]);
  table.replace([link({ name: "eth1", index: 4 })], []);
  watch.look();
  table.replace([link({ name: "eth1", index: 4, up: false })], []);
  watch.look();
  table.replace([link({ name: "renamed", index: 4 }), link({ name: "eth1", index: 5 })], []);
  watch.look();
  assert.deepEqual(board.notes, [
    "interface eth1 is missing: false",
    "interface eth1 is up: true",
    "interface eth1 is down: false",
    "interface eth1 is up: true",
  ]);
});
