import assert from "node:assert/strict";
import { formatPrefix, ip } from "../../src/base/ip.ts";
import { DriverError, OUR_PROTOCOL } from "../../src/drivers/driver.ts";
import { backup, Bench, changeText, giveWay, takeOver, TWICE } from "./backlog_bench.ts";
import { address, addresses, link, mac, NOW_MS, OWN_MAC } from "./fixtures.ts";

Deno.test("Backlog leaves an address to whoever set it before, and tells nobody", () => {
  const bench = new Bench();
  const one = backup({ protocol: { addresses: addresses("10.9.0.100", "10.9.0.101") } });
  bench.driver.refuse = (change) =>
    changeText(change) === "add 10.9.0.100/24 to 3"
      ? new DriverError(change, "EEXIST", "is there")
      : undefined;
  takeOver(bench, one);
  assert.deepEqual(bench.finish(), []);
  assert.deepEqual(one.installed.map(formatPrefix), ["10.9.0.101/24"]);
  assert.deepEqual(bench.log.lines.filter((line) => line.includes("is there")), []);
  giveWay(bench, one);
  bench.finish();
  assert.equal(bench.changes.at(-1), "remove 10.9.0.101/24 from 3");
  assert.equal(bench.changes.length, 3);
});

Deno.test("Backlog keeps an address for its own that it has set, as its mark says, but was not told", () => {
  const bench = new Bench();
  const one = backup();
  const [present] = one.config.addresses;
  assert.ok(present !== undefined);
  const ours = { prefix: { address: present.address, length: 24 }, protocol: OUR_PROTOCOL };
  bench.driver.addresses = () => [{ ...address("10.9.0.5/24"), ...ours }];
  bench.driver.refuse = (change) => new DriverError(change, "EEXIST", "is there");
  takeOver(bench, one);
  assert.deepEqual(bench.finish(), []);
  assert.deepEqual(one.installed.map(formatPrefix), [formatPrefix(ours.prefix)]);
});

Deno.test("Backlog puts addresses back without forgetting those that are there again", () => {
  const bench = new Bench();
  const one = backup();
  takeOver(bench, one);
  bench.finish();
  const installed = one.installed.map(formatPrefix);
  bench.driver.refuse = (change) => new DriverError(change, "EEXIST", "is there");
  bench.add((batch) => batch.changeKernel(one, "restoreAddresses"));
  assert.deepEqual(bench.finish(), []);
  assert.deepEqual(one.installed.map(formatPrefix), installed);
  assert.deepEqual(bench.log.lines.filter((line) => line.includes("is there")), []);
});

Deno.test("Backlog has nothing to put back on an interface that is gone", () => {
  const bench = new Bench();
  const one = backup({ virtualMac: true });
  takeOver(bench, one);
  bench.finish();
  bench.driver.refuse = (change) => new DriverError(change, "ENODEV", "gone");
  bench.add((batch) => {
    batch.changeKernel(one, "restoreMac");
    batch.changeKernel(one, "restoreAddresses");
  });
  assert.deepEqual(bench.finish(), []);
});

Deno.test("Backlog announces the interface's own address with no MAC of a macvlan", () => {
  const bench = new Bench();
  const one = backup({ interfaceType: "macvlan", virtualMac: true });
  bench.add((batch) => batch.changeKernel(one, "restoreMac"));
  bench.finish();
  assert.deepEqual(bench.announced, []);
});

const REFUSALS = [
  { change: "setMac", code: "EBUSY", reason: "macRefused" },
  { change: "setMac", code: "EOPNOTSUPP", reason: "macRefused" },
  { change: "setMac", code: "EPERM", reason: "refused" },
  { change: "setMac", code: "ENODEV", reason: "refused" },
  { change: "addAddress", code: "EPERM", reason: "refused" },
] as const;

for (const { change, code, reason } of REFUSALS) {
  Deno.test(`Backlog says ${reason} when the kernel answers ${code} to ${change}`, () => {
    const bench = new Bench();
    bench.driver.refuse = (asked) =>
      asked.change === change ? new DriverError(asked, code, `no: ${code}`) : undefined;
    takeOver(bench, backup({ virtualMac: true }));
    assert.deepEqual(bench.finish(), [reason]);
    assert.deepEqual(bench.log.lines.filter((line) => line.startsWith("error")), [
      `error: no: ${code}`,
    ]);
  });
}

Deno.test("Backlog lets a router preempt again when a take-over has worked, whatever was refused before", () => {
  const bench = new Bench();
  const one = backup();
  bench.driver.refuse = (change) => new DriverError(change, "EPERM", "not allowed");
  takeOver(bench, one);
  const [failure] = bench.backlog.work(NOW_MS);
  assert.equal(failure?.reason, "refused");
  one.block("refused", NOW_MS);
  assert.equal(one.refusedLast, true);
  one.step({ kind: "linkFault", reason: "refused" }, NOW_MS);
  one.unblock();
  assert.equal(one.refusedLast, true);
  bench.driver.refuse = () => undefined;
  const source = ip("10.9.0.5");
  const facts = { source, mac: mac(OWN_MAC), owner: false, refusedLast: true } as const;
  one.step({ kind: "linkReady", facts }, NOW_MS);
  takeOver(bench, one);
  bench.finish();
  assert.equal(one.refusedLast, false);
});

Deno.test("Backlog names each router that failed once, with the first reason, and no other", () => {
  const bench = new Bench();
  const [fails, works] = [7, 8].map((vrid) =>
    backup({
      virtualMac: true,
      protocol: { vrid, addresses: addresses(`10.9.0.10${vrid}`, `10.9.0.11${vrid}`) },
    })
  );
  assert.ok(fails !== undefined && works !== undefined);
  bench.driver.refuse = (change) => {
    if (change.change === "setMac" && changeText(change).endsWith("07")) {
      return new DriverError(change, "EBUSY", "busy");
    }
    return /10\.9\.0\.1[01]7/.test(changeText(change))
      ? new DriverError(change, "EPERM", "not allowed")
      : undefined;
  };
  takeOver(bench, fails, works);
  const failures = bench.backlog.work(NOW_MS);
  assert.deepEqual(failures, [{ router: fails, reason: "macRefused" }]);
  // Of each kind one line: the second address says nothing new.
  const errors = bench.log.lines.filter((line) => line.startsWith("error"));
  assert.deepEqual(errors, ["error: busy", "error: not allowed"]);
});

Deno.test("Backlog makes no failure of an interface that went away before all was taken back", () => {
  const bench = new Bench();
  const one = backup({ virtualMac: true });
  takeOver(bench, one);
  bench.finish();
  bench.driver.refuse = (change) => new DriverError(change, "ENODEV", "gone");
  giveWay(bench, one);
  assert.deepEqual(bench.finish(), []);
  assert.deepEqual(bench.log.lines.filter((line) => line.includes("gone")), []);
});

Deno.test("Backlog announces the interface's own addresses when their MAC has changed", () => {
  const bench = new Bench();
  const one = backup({ virtualMac: true, protocol: { announcements: TWICE } });
  const virtual = "00:00:5e:00:01:07";
  takeOver(bench, one);
  bench.finish();
  const [vip, own] = ["10.9.0.100", "10.9.0.5"].map((address) => ({ address, mac: virtual }));
  assert.deepEqual(bench.sender.claims, [vip, own, vip, own]);
  giveWay(bench, one);
  bench.finish();
  const back = { address: "10.9.0.5", mac: OWN_MAC };
  assert.deepEqual(bench.sender.claims.slice(4), [back, back]);
});

for (const what of ["is down", "has refused it"]) {
  Deno.test(`Backlog announces no own address where the interface ${what}`, () => {
    const bench = new Bench();
    if (what === "is down") bench.table.replace([link({ up: false })], [address("10.9.0.5/24")]);
    else bench.driver.refuse = (change) => new DriverError(change, "EBUSY", "busy");
    takeOver(bench, backup({ virtualMac: true }));
    bench.finish();
    assert.equal(bench.announced.includes("10.9.0.5"), false);
  });
}

for (const forwarding of [0, 1]) {
  Deno.test(`Backlog lets a Master's macvlan forward as its parent does, and notes it: ${forwarding}`, () => {
    const bench = new Bench();
    bench.table.noteSettings(3, { forwarding });
    const standby = { ifindex: 9, name: "standby7" };
    const one = backup({ interfaceType: "macvlan", virtualMac: true }, standby);
    takeOver(bench, one);
    bench.finish();
    assert.deepEqual(bench.changes, [`forwarding ${forwarding} of 9`, "add 10.9.0.100/32 to 9"]);
    assert.equal(bench.table.get(9)?.ipv4Settings?.forwarding, forwarding);
    giveWay(bench, one);
    bench.finish();
    assert.equal(bench.changes.at(-1), "forwarding 0 of 9");
    assert.equal(bench.table.get(9)?.ipv4Settings?.forwarding, 0);
  });
}

Deno.test("Backlog keeps the wishes in the queue when the driver throws", () => {
  const bench = new Bench();
  const one = backup();
  takeOver(bench, one);
  const { refuse } = bench.driver;
  bench.driver.refuse = () => {
    throw new Error("a bug");
  };
  assert.throws(() => bench.backlog.work(NOW_MS), /a bug/);
  bench.driver.refuse = refuse;
  giveWay(bench, one);
  bench.finish();
  assert.deepEqual(bench.changes.slice(1), [
    "add 10.9.0.100/24 to 3",
    "remove 10.9.0.100/24 from 3",
  ]);
});

Deno.test("Backlog still removes the addresses after the driver threw while it removed them", () => {
  const bench = new Bench();
  const one = backup();
  takeOver(bench, one);
  bench.finish();
  giveWay(bench, one);
  const { refuse } = bench.driver;
  bench.driver.refuse = () => {
    throw new Error("a bug");
  };
  assert.throws(() => bench.backlog.work(NOW_MS), /a bug/);
  bench.driver.refuse = refuse;
  bench.finish();
  assert.deepEqual(bench.changes.slice(-1), ["remove 10.9.0.100/24 from 3"]);
  // The first time is the one that threw.
  assert.equal(bench.changes.length, 3);
});
