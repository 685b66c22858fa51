import assert from "node:assert/strict";
import { libc } from "../../../ffi/libc.ts";
import { type Change, DriverError } from "../../../src/drivers/driver.ts";
import { StateDirectoryError } from "../../../src/runtime/undo/state_directory.ts";
import { Undo } from "../../../src/runtime/undo/undo.ts";
import { link, PaperDriver, PaperLog, routerConfig } from "../fixtures.ts";
import { GROUP, prefix } from "./fixtures.ts";
import { PaperFiles } from "./paper_files.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const SET: Change = {
  change: "setIpv4",
  ifindex: 3,
  interfaceName: "eth0",
  settings: { arpIgnore: 1 },
};

/** Two daemons on one machine share the files; each has a driver of its own. */
function start({ files = new PaperFiles(), pid = 7 } = {}) {
  const [driver, log] = [new PaperDriver(), new PaperLog()];
  driver.present = [link({ ipv4Settings: { arpIgnore: 0 } })];
  const undo = Undo.open({ files, driver, log, pid, routers: [], staticRoutes: [] });
  return { files, driver, log, undo, guarded: undo.guard(driver) };
}

Deno.test("Undo removes its file when all has been undone in order", () => {
  const { files, driver, undo } = start();
  assert.equal(files.names().length, 1);
  undo.close();
  assert.deepEqual([files.names(), driver.applied], [[], []]);
});

Deno.test("Undo undoes at the end what nobody has undone before", () => {
  const { files, driver, undo, guarded } = start();
  guarded.apply([SET]);
  driver.present = [link({ ipv4Settings: { arpIgnore: 1 } })];
  undo.close();
  assert.deepEqual(driver.applied.at(-1), [{ ...SET, settings: { arpIgnore: 0 } }]);
  assert.deepEqual(files.names(), []);
});

Deno.test("Undo keeps its file where the kernel refuses at the end", () => {
  const { files, driver, log, undo, guarded } = start();
  guarded.apply([SET]);
  driver.present = [link({ ipv4Settings: { arpIgnore: 1 } })];
  driver.refuse = (change) => new DriverError(change, "EPERM", "not allowed");
  undo.close();
  assert.equal(files.names().length, 1);
  assert.deepEqual(log.lines, ["error: not allowed"]);
});

Deno.test("Undo leaves to the last daemon what both need, and that one knows how it was", () => {
  const first = start();
  first.guarded.apply([SET]);
  const second = start({ files: first.files, pid: 8 });
  second.driver.present = [link({ ipv4Settings: { arpIgnore: 1 } })];
  second.guarded.apply([SET]);
  first.driver.present = second.driver.present;
  first.undo.close();
  assert.equal(first.driver.applied.length, 1);
  second.undo.close();
  assert.deepEqual(second.driver.applied.at(-1), [{ ...SET, settings: { arpIgnore: 0 } }]);
  assert.deepEqual(first.files.names(), []);
});

Deno.test("Undo gives a virtual router to one process only, and names that", () => {
  const first = start();
  const [one, other, six] = [
    routerConfig({ protocol: { vrid: 1 }, virtualMac: false }),
    routerConfig({ protocol: { vrid: 2 }, virtualMac: false }),
    routerConfig({ protocol: { vrid: 1 }, virtualMac: false, interface: "eth1" }),
  ];
  assert.deepEqual([...first.undo.claim([one])], []);
  const second = start({ files: first.files, pid: 8 });
  assert.deepEqual([...second.undo.claim([one, other, six])], [[one, { pid: 7, has: "router" }]]);
  assert.deepEqual([...first.undo.claim([other])], [[other, { pid: 8, has: "router" }]]);
  first.undo.close();
  first.undo[Symbol.dispose]();
  assert.deepEqual([...second.undo.claim([one])], []);
});

Deno.test("Undo lets one process only replace the MAC of an interface, and others do without", () => {
  const first = start();
  const ether = routerConfig({ protocol: { vrid: 1 } });
  first.undo.claim([ether]);
  const [same, elsewhere, plain, macvlan] = [
    routerConfig({ protocol: { vrid: 2 } }),
    routerConfig({ protocol: { vrid: 2 }, interface: "eth1" }),
    routerConfig({ protocol: { vrid: 3 }, virtualMac: false }),
    routerConfig({ protocol: { vrid: 4 }, interfaceType: "macvlan" }),
  ];
  const second = start({ files: first.files, pid: 8 });
  const occupied = second.undo.claim([same, elsewhere, plain, macvlan]);
  assert.deepEqual([...occupied], [[same, { pid: 7, has: "mac" }]]);
  first.undo.release([ether]);
  assert.deepEqual([...second.undo.claim([same])], []);
});

Deno.test("Undo knows addresses and links of other daemons, and not its own", () => {
  const first = start();
  const address = { ifindex: 3, prefix: prefix("10.9.0.100/24") };
  first.guarded.apply([
    { change: "addAddress", interfaceName: "eth0", ...address, noPrefixRoute: false },
    {
      change: "addMacvlan",
      interfaceName: "vr7",
      parentIndex: 3,
      mac: Uint8Array.of(0, 0, 0x5e, 0, 1, 7),
      group: GROUP,
    },
  ]);
  const { undo } = start({ files: first.files, pid: 8 });
  assert.deepEqual([undo.haveAddress(address), undo.haveLinks(GROUP)], [true, true]);
  assert.deepEqual([undo.haveAddress({ ...address, ifindex: 4 }), undo.haveLinks(5)], [
    false,
    false,
  ]);
  assert.deepEqual([first.undo.haveAddress(address), first.undo.haveLinks(GROUP)], [false, false]);
});

Deno.test("Undo.open() gives up where another process keeps the directory to itself", () => {
  const files = new PaperFiles();
  files.locked = true;
  assert.throws(() => start({ files }), StateDirectoryError);
});

Deno.test("Undo.open() says so where there is no room for the file", () => {
  const files = new PaperFiles();
  files.roomFor = 3;
  assert.throws(() => start({ files }), (error) => {
    assert.ok(error instanceof StateDirectoryError);
    assert.equal(error.message, "Cannot keep an undo file in /run/rvrrpd: ENOSPC");
    return true;
  });
});
