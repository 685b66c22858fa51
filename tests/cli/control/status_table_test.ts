import assert from "node:assert/strict";
import { routerDetail } from "../../../src/api/router_views.ts";
import { statusTable } from "../../../src/cli/control/status_table.ts";
import type { RouterSnapshot } from "../../../src/runtime/snapshot.ts";
import { routerSnapshot } from "../../api/fixtures.ts";

/** Without the column of times, which are those of this machine's zone. */
function table(routers: readonly Partial<RouterSnapshot>[], problems: readonly string[] = []) {
  const details = routers.map((one) => routerDetail(routerSnapshot(one)));
  const text = statusTable(details, { color: false, problems });
  assert.ok(text.endsWith("\n"));
  return text.trimEnd().split("\n").map((line) =>
    line.replace(/ *(SINCE|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$/, "").split(/ {2,}/)
  );
}

const HEADINGS = ["GROUP", "INTERFACE", "VERSION", "STATE", "PRIORITY", "ADDRESSES", "MASTER"];

Deno.test("statusTable() has a line for each virtual router", () => {
  assert.deepEqual(
    table([{ state: "Master", master: "10.9.0.1" }, { group: 200, master: null, version: 3 }]),
    [
      HEADINGS,
      ["1", "eth0", "2", "Master", "100", "10.9.0.100", "10.9.0.1"],
      ["200", "eth0", "3", "Backup", "100", "10.9.0.100", "-"],
    ],
  );
});

Deno.test("statusTable() shows the priority in effect, and the family where it is IPv6", () => {
  const [, row] = table([{ effectivePriority: 80, version: 3, family: 6 }]);
  assert.deepEqual(row?.slice(2, 5), ["3 IPv6", "Backup", "80 (100)"]);
});

Deno.test("statusTable() shows two addresses and counts the others", () => {
  const addresses = ["10.9.0.100", "10.9.0.101", "10.9.0.102", "10.9.0.103"];
  assert.equal(table([{ addresses }])[1]?.[5], "10.9.0.100, 10.9.0.101 and 2 more");
});

Deno.test("statusTable() says below what is wrong", () => {
  const lines = table([{
    state: "Fault",
    fault: "interfaceMissing",
    faultText: "interface eth0 does not exist",
    forced: "Backup",
    tracking: { adjustment: 0, down: "interface eth1" },
  }], ["The client API cannot listen"]);
  assert.deepEqual(lines.slice(2).flat(), [
    "1/eth0: in Fault: interface eth0 does not exist",
    "1/eth0: interface eth1 is down",
    "1/eth0: forced to be Backup",
    "The client API cannot listen",
  ]);
});

/** Link-local and global, as long as they get. */
const LONG_ADDRESSES = Array.from(
  { length: 8 },
  (_, at) => `2001:db8:1111:2222:3333:4444:5555:${6660 + at}`,
);

Deno.test("statusTable() gives addresses lines of their own where the terminal is narrow", () => {
  const detail = routerDetail(routerSnapshot({
    group: 255,
    interface: "enp129s0f1np123",
    version: 3,
    family: 6,
    priority: 100,
    effectivePriority: 254,
    addresses: ["fe80::5054:ff:fe12:3456", ...LONG_ADDRESSES],
    master: "fe80::5054:ff:fe12:3457",
    fault: null,
  }));
  const lines = (width?: number) =>
    statusTable([detail], { color: false, width, problems: [] }).trimEnd().split("\n");
  assert.equal(lines().length, 2);
  assert.equal(lines(400).length, 2);
  const narrow = lines(80);
  assert.ok(narrow.every((line) => line.length <= 80), narrow.join("\n"));
  assert.match(narrow[1] ?? "", /^255 +enp129s0f1np123 +3 IPv6 +Backup +254 \(100\) +\d{4}-/);
  assert.deepEqual(narrow.slice(2), [
    "       fe80::5054:ff:fe12:3456, 2001:db8:1111:2222:3333:4444:5555:6660,",
    ...LONG_ADDRESSES.slice(1, 5).map((address, at) =>
      `       ${address}${at < 3 ? "," : " and 3 more"}`
    ),
    "       Master fe80::5054:ff:fe12:3457",
  ]);
});

Deno.test("statusTable() tells two families of one group apart below the table", () => {
  const lines = table([
    { state: "Fault", fault: "interfaceDown", faultText: "interface eth0 is down" },
    { family: 6, version: 3, forced: "Master" },
  ]);
  assert.deepEqual(lines.slice(3).flat(), [
    "1/eth0: in Fault: interface eth0 is down",
    "1/eth0 (IPv6): forced to be Master",
  ]);
});

Deno.test("statusTable() says once what is tracked and down", () => {
  const faultText = "script web is down";
  const lines = table([{
    state: "Fault",
    fault: "trackedDown",
    faultText,
    tracking: { adjustment: 0, down: "script web" },
  }]);
  assert.deepEqual(lines.slice(2).flat(), [`1/eth0: in Fault: ${faultText}`]);
});

Deno.test("statusTable() colours the state alone", () => {
  const detail = routerDetail(routerSnapshot({ state: "Master" }));
  const plain = statusTable([detail], { color: false, problems: [] });
  const colored = statusTable([detail], { color: true, problems: [] });
  const painted = "\x1b[32mMaster\x1b[0m";
  assert.ok(colored.includes(painted));
  assert.equal(colored.replace(painted, "Master"), plain);
});
