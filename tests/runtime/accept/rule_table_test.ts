import assert from "node:assert/strict";
import { ip } from "../../../src/base/ip.ts";
import { deniedAddress } from "../../../src/runtime/accept/denied_address.ts";
import { RuleTable } from "../../../src/runtime/accept/rule_table.ts";
import { PaperSocket } from "./fixtures.ts";

const EINVAL = 22;
const EPERM = 1;
const EOPNOTSUPP = 95;
const ADDRESS = deniedAddress(ip("10.9.0.100"), 3);
/** Attribute 2 of a new table: the flags. */
const OWNED = "2=00000002";
const UNOWNED = "2=00000000";

function scene() {
  const socket = new PaperSocket();
  const table = new RuleTable({ name: "t", socket });
  let noted = 0;
  const make = () => table.make([ADDRESS], () => noted++);
  const flags = () => socket.batches.map(([first]) => first?.attributes.at(-1));
  return { socket, table, make, flags, noted: () => noted };
}

Deno.test("RuleTable.make() owns the table where the kernel lets it", () => {
  const { table, make, flags, noted } = scene();
  assert.equal(make(), undefined);
  assert.deepEqual(flags(), [OWNED]);
  assert.ok(table.owned);
  assert.equal(noted(), 0, "what goes by itself needs no note");
});

for (const errno of [EINVAL, EOPNOTSUPP]) {
  Deno.test(`RuleTable.make() notes and makes an unowned table where owners are unknown (errno ${errno})`, () => {
    const { socket, table, make, flags, noted } = scene();
    socket.errnos = [errno];
    assert.equal(make(), undefined);
    assert.deepEqual(flags(), [OWNED, UNOWNED]);
    assert.ok(!table.owned);
    assert.equal(noted(), 1);
  });
}

Deno.test("RuleTable.make() gives the refusal of a kernel without nftables", () => {
  const { socket, make } = scene();
  socket.errnos = [EOPNOTSUPP, EOPNOTSUPP];
  assert.equal(make()?.code, "EOPNOTSUPP");
});

Deno.test("RuleTable.make() does not try again what is not about owners", () => {
  const { socket, make, noted } = scene();
  socket.errnos = [EPERM];
  assert.equal(make()?.code, "EPERM");
  assert.equal(socket.batches.length, 1);
  assert.equal(noted(), 0);
});

Deno.test("RuleTable.change() takes out before it puts in, in one batch", () => {
  const { socket, table } = scene();
  assert.equal(table.change({ add: [ADDRESS], remove: [ADDRESS] }), undefined);
  assert.deepEqual(socket.types, [[14, 12]]);
});

Deno.test("RuleTable.change() asks nothing where there is nothing to change", () => {
  const { socket, table } = scene();
  assert.equal(table.change({ add: [], remove: [] }), undefined);
  assert.deepEqual(socket.batches, []);
});

Deno.test("RuleTable does not take silence for consent", () => {
  const { socket, table } = scene();
  socket.silent = true;
  assert.throws(() => table.change({ add: [ADDRESS], remove: [] }), /gave no answer/);
});
