import assert from "node:assert/strict";
import * as netlink from "../../src/wire/netlink.ts";
import {
  batch,
  be32,
  deleteElements,
  deleteTable,
  newElements,
  newTable,
  parseDeletedTable,
  type Request,
} from "../../src/wire/nftables.ts";
import { fromHex, hexOf, viewOf, viewOfHex } from "../support/bytes.ts";
import { emitAll } from "../support/netlink_requests.ts";

function hex(request: Request): string {
  return hexOf(emitAll([{ ...request, sequence: 7 }]));
}

/** A byte each: name "t". */
const NAME = "0600010074000000";

Deno.test("newTable() names the table and says whose it is", () => {
  const header = (flags: string) => `24000000000a${flags}0700000000000000` + "01000000";
  assert.equal(
    hex(newTable({ table: "t", owned: true })),
    `${header("0106")}${NAME}0800020000000002`,
  );
  assert.equal(
    hex(newTable({ table: "t", owned: false })),
    `${header("0106")}${NAME}0800020000000000`,
  );
});

Deno.test("deleteTable() names the table alone", () => {
  assert.equal(hex(deleteTable("t")), `1c000000020a01000700000000000000${"01000000"}${NAME}`);
});

Deno.test("newElements() nests each key into an element of its own", () => {
  const [request, ...more] = newElements({ table: "t", name: "s", keys: [fromHex("0a090064")] });
  assert.ok(request);
  assert.deepEqual(more, []);
  const element = "10000180" + "0c000180" + "080001000a090064";
  assert.equal(
    hex(request),
    `380000000c0a01040700000000000000${"01000000"}${NAME}${"0600020073000000"}14000380${element}`,
  );
});

Deno.test("newElements() and deleteElements() spread many keys over attributes that hold them", () => {
  const keys = Array.from({ length: 2001 }, (_, index) => new Uint8Array(20).fill(index & 0xff));
  for (const make of [newElements, deleteElements]) {
    const requests = make({ table: "t", name: "s", keys });
    const lists = requests.map(({ attributes }) => attributes.at(-1)?.value ?? []);
    assert.deepEqual(lists.map(({ length }) => length), [1000, 1000, 1]);
    for (const request of requests) {
      const [message] = netlink.parse(viewOf(emitAll([{ ...request, sequence: 1 }])));
      assert.ok(message);
      const list = netlink.parseAttributes(message.payload, 4).get(3);
      assert.equal((list?.byteLength ?? 0) % 32, 0, "no length has been cut to 16 bits");
      assert.notEqual(list?.byteLength, 0);
    }
  }
});

Deno.test("batch() stands between two marks, numbers on, and is acknowledged at its last request", () => {
  const { bytes, acknowledged, last } = batch([
    newTable({ table: "t", owned: true }),
    deleteTable("u"),
  ], 40);
  const messages = netlink.parse(viewOf(bytes));
  assert.deepEqual(
    messages.map(({ type, sequence, flags }) => ({
      type,
      sequence,
      ack: (flags & netlink.FLAG.ack) > 0,
    })),
    [
      { type: 0x10, sequence: 40, ack: false },
      { type: 0x0a00, sequence: 41, ack: false },
      { type: 0x0a02, sequence: 42, ack: true },
      { type: 0x11, sequence: 43, ack: false },
    ],
  );
  // struct nfgenmsg of the marks names the part of netfilter that the batch is for, big-endian.
  assert.equal(hexOf(messages[0]?.payload ?? new Uint8Array()), "0000000a");
  assert.deepEqual([acknowledged, last], [42, 43]);
});

const ROWS: readonly { readonly row: string; readonly hex: string; readonly name?: string }[] = [
  { row: "a table of both families", hex: `020a0000 01000000 ${NAME}`, name: "t" },
  { row: "one of IPv4 alone, which is nobody's of ours", hex: `020a0000 02000000 ${NAME}` },
  { row: "a table that was made", hex: `000a0000 01000000 ${NAME}` },
  { row: "a message without a name", hex: "020a0000 01000000" },
  { row: "a message cut short", hex: "020a0000" },
];

for (const { row, hex: text, name } of ROWS) {
  Deno.test(`parseDeletedTable() reads ${row}`, () => {
    const [type, payload] = [text.slice(0, 4), text.slice(8)];
    const message = {
      type: viewOfHex(type).getUint16(0, true),
      flags: 0,
      sequence: 0,
      payload: viewOfHex(payload),
    };
    assert.equal(parseDeletedTable(message), name);
  });
}

Deno.test("be32() writes numbers below zero too", () => {
  assert.equal(hexOf(be32(258)), "00000102");
  assert.equal(hexOf(be32(-4)), "fffffffc");
});
