import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { type Change, DriverError } from "../../src/drivers/driver.ts";
import { AddressGeneration } from "../../src/runtime/address_generation.ts";
import { PaperLog } from "./fixtures.ts";

const ETH0 = { ifindex: 3, name: "eth0" };

function generation(read: (key: string) => string) {
  const log = new PaperLog();
  return { log, generation: new AddressGeneration({ log, read }) };
}

/** The modes that these changes set. */
function modes(changes: readonly Change[]): (number | undefined)[] {
  return changes.map((change) => {
    assert.ok(change.change === "setIpv6" && change.ifindex === ETH0.ifindex);
    return change.settings.addrGenMode;
  });
}

/** On an interface with IPv6. */
function mode(value: string): (key: string) => string {
  return (key) => key.endsWith("addr_gen_mode") ? value : "0";
}

const OTHERS = [
  { why: "has its addresses from no MAC", read: mode("1") },
  { why: "has its addresses from a secret", read: mode("2") },
  { why: "has IPv6 switched off", read: (key: string) => key.endsWith("ipv6") ? "1" : "0" },
  {
    why: "has no IPv6",
    read: () => {
      throw new SyscallError("open", 2);
    },
  },
];

for (const { why, read } of OTHERS) {
  Deno.test(`AddressGeneration leaves an interface alone that ${why}`, () => {
    const { generation: one } = generation(read);
    assert.deepEqual(one.halt(ETH0), []);
    assert.deepEqual(one.resume(ETH0), []);
  });
}

Deno.test("AddressGeneration is switched off once, and on again once", () => {
  const { generation: one } = generation(() => "0");
  assert.deepEqual(modes(one.halt(ETH0)), [1]);
  assert.deepEqual(one.halt(ETH0), []);
  one.settle([]);
  assert.deepEqual(modes(one.resume(ETH0)), [0]);
  one.settle([]);
  assert.deepEqual(one.resume(ETH0), []);
});

Deno.test("AddressGeneration counts on what is planned, not on what the kernel says until then", () => {
  let read = mode("0");
  const { generation: one } = generation((key) => read(key));
  one.halt(ETH0);
  one.settle([]);
  read = mode("1");
  assert.deepEqual(modes([...one.resume(ETH0), ...one.halt(ETH0)]), [0, 1]);
  one.settle([]);
  assert.deepEqual(modes(one.resume(ETH0)), [0]);
});

Deno.test("AddressGeneration warns once where the kernel refuses, and keeps nobody from being Master", () => {
  const { log, generation: one } = generation(() => "0");
  const refuse = (changes: readonly Change[]) =>
    one.settle(changes.map((change) => new DriverError(change, "EROFS", "Cannot set it: EROFS")));
  assert.deepEqual(refuse(one.halt(ETH0)), []);
  assert.deepEqual(refuse(one.halt(ETH0)), []);
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0] ?? "", /^warning: Cannot set it: EROFS: the kernel may make/);
  assert.deepEqual(one.resume(ETH0), []);
});

Deno.test("AddressGeneration takes no other refusal for its own", () => {
  const { generation: one } = generation(() => "0");
  const change = { change: "setUp", ifindex: 3, interfaceName: "eth0" } as const;
  const refusal = new DriverError(change, "EPERM", "no");
  assert.deepEqual(one.settle([refusal]), [refusal]);
});
