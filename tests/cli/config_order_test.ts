import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Order, orderBytes, readOrder } from "../../src/cli/config_order.ts";
import { run } from "../support/command.ts";

const OPTIONS = { help: false, version: false, check: false, configFile: "/etc/rvrrpd.conf" };

const ORDERS: readonly { readonly order: Order; readonly why: string }[] = [
  {
    order: {
      options: OPTIONS,
      changes: [
        {
          what: "setRouter",
          router: { group: 7, interface: "eth0", family: 6 },
          keys: { priority: null, vip: ["fe80::1"] },
        },
        { what: "addRoute", table: JSON.parse('{"__proto__":{"a":1},"route":"ü"}') },
      ],
      deadlineMs: 123_456.789,
    },
    why: "changes that clients have made",
  },
  {
    order: {
      options: OPTIONS,
      changes: [],
      draft: { what: "save", text: "", isLocal: false, digest: "abc", objects: 3 },
    },
    why: "a draft",
  },
  { order: { put: { fileName: "/etc/a", text: "\0\n", digest: "abc" } }, why: "what to write" },
];
for (const { order, why } of ORDERS) {
  Deno.test(`readOrder() reads what orderBytes() has written: ${why}`, () => {
    assert.deepEqual(readOrder(orderBytes(order)), order);
  });
}

Deno.test("orderBytes() keeps nothing of what it has written", async () => {
  const program = fileURLToPath(new URL("./config_order_inside.ts", import.meta.url));
  const deno = [Deno.execPath(), "run", "--v8-flags=--expose-gc", "--no-check", program] as const;
  const grownBytes = Number(await run(deno));
  assert.ok(grownBytes < 5_000_000, `the heap has grown by ${grownBytes} bytes`);
});
