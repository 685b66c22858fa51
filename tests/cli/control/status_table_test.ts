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
    forced: "Backup",
    tracking: { adjustment: 0, down: "interface eth1" },
  }], ["The client API cannot listen"]);
  assert.deepEqual(lines.slice(2).flat(), [
    "1/eth0: in Fault: interfaceMissing",
    "1/eth0: interface eth1 is down",
    "1/eth0: forced to be Backup",
    "The client API cannot listen",
  ]);
});

Deno.test("statusTable() colours the state alone", () => {
  const detail = routerDetail(routerSnapshot({ state: "Master" }));
  const plain = statusTable([detail], { color: false, problems: [] });
  const colored = statusTable([detail], { color: true, problems: [] });
  const painted = "\x1b[32mMaster\x1b[0m";
  assert.ok(colored.includes(painted));
  assert.equal(colored.replace(painted, "Master"), plain);
});
