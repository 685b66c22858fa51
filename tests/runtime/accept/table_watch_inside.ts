import assert from "node:assert/strict";
import { NETLINK, NetlinkSocket } from "../../../ffi/netlink_socket.ts";
import { libc } from "../../../ffi/libc.ts";
import { ip } from "../../../src/base/ip.ts";
import { deniedAddress } from "../../../src/runtime/accept/denied_address.ts";
import { RuleTable } from "../../../src/runtime/accept/rule_table.ts";
import { TableMonitor } from "../../../src/runtime/accept/table_watch.ts";
import { run } from "../../support/command.ts";

// Opened once for all tests: the leak check would take it for a test's own.
libc();

const TABLE = "rvrrpd_1_00000000";
const OTHER = "rvrrpd_2_00000000";

function ruleTable(name: string): RuleTable {
  const socket = new NetlinkSocket({ protocol: NETLINK.netfilter, groups: 0 });
  return new RuleTable({ name, socket });
}

Deno.test("TableMonitor tells of the deletion of its table alone", async () => {
  using monitor = new TableMonitor(TABLE);
  await run(["nft", `add table inet ${TABLE}; add table inet ${OTHER}; add table ip ${TABLE}`]);
  assert.equal(monitor.sawDeletion(), false);
  await run(["nft", `delete table inet ${OTHER}; delete table ip ${TABLE}`]);
  assert.equal(monitor.sawDeletion(), false);
  await run(["nft", "flush", "ruleset"]);
  assert.equal(monitor.sawDeletion(), true);
  assert.equal(monitor.sawDeletion(), false, "once");
});

Deno.test("RuleTable makes what nft understands, changes it, and goes with its socket", async () => {
  const addresses = (...texts: string[]) => texts.map((text) => deniedAddress(ip(text), 1));
  {
    using table = ruleTable(TABLE);
    assert.equal(table.make(addresses("10.9.0.1"), () => {}), undefined);
    assert.ok(table.owned);
    const change = {
      add: addresses("10.9.0.2", "2001:db8::1", "fe80::1"),
      remove: addresses("10.9.0.1"),
    };
    assert.equal(table.change(change), undefined);
    const listed = await run(["nft", "list", "ruleset"]);
    const expected = [
      "flags owner",
      "elements = { 10.9.0.2 }",
      "elements = { 2001:db8::1 }",
      "elements = { fe80::1 . 1 }",
      'iif "lo" accept',
      "meta l4proto vrrp accept",
      "meta l4proto ah accept",
      "icmpv6 type 133-137 accept",
      "drop",
      "type filter hook input priority raw; policy accept;",
      "ip daddr @ipv4 goto denied",
      "ip6 daddr @ipv6 goto denied",
      "ip6 daddr . iif @link_local goto denied",
    ];
    // nft shows an interface that is there by its name.
    const lines = listed.split("\n").map((line) => line.trim().replace('"lo" }', "1 }"));
    for (const line of expected) assert.ok(lines.includes(line), `${line}\n${listed}`);
  }
  assert.equal(await run(["nft", "list", "ruleset"]), "");
});

Deno.test("RuleTable gives the kernel's no, and changes nothing then", () => {
  using table = ruleTable(TABLE);
  assert.equal(table.make([], () => {}), undefined);
  const change = {
    add: [deniedAddress(ip("10.9.0.1"), 1)],
    remove: [deniedAddress(ip("10.9.0.9"), 1)],
  };
  assert.equal(table.change(change)?.code, "ENOENT");
  assert.equal(table.change({ add: [], remove: change.add })?.code, "ENOENT", "it was not added");
  using other = ruleTable(TABLE);
  assert.equal(other.make([], () => assert.fail("owners are known here"))?.code, "EPERM");
  assert.equal(table.delete(), undefined);
  assert.equal(table.delete()?.code, "ENOENT");
});
