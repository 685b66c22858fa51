import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { MachineCheck } from "../../src/runtime/machine_check.ts";
import { addresses, PaperLog, routerConfig } from "./fixtures.ts";

const ENOENT = 2;

/** A router that forwards, with nothing set for the whole machine. */
const FINE: Readonly<Record<string, string>> = {
  "net/ipv4/conf/all/arp_filter": "0",
  "net/ipv4/conf/all/arp_ignore": "0",
  "net/ipv4/conf/all/proxy_arp_pvlan": "0",
  "net/ipv4/conf/eth0/forwarding": "1",
  "net/ipv4/conf/eth1/forwarding": "1",
};
const ON_MACVLAN = [{ config: routerConfig({ interfaceType: "macvlan" }) }];
const ON_ETHER = [{ config: routerConfig() }];

function bench(differences: Readonly<Record<string, string>> = {}) {
  const log = new PaperLog();
  const values: Readonly<Record<string, string>> = { ...FINE, ...differences };
  const read = (key: string): string => {
    const value = values[key];
    if (value === undefined) throw new SyscallError(`open ${key}`, ENOENT);
    return value;
  };
  return { log, check: new MachineCheck({ log, read }) };
}

const ROWS = [
  { row: "filters ARP by routes", setting: "net/ipv4/conf/all/arp_filter", values: ["1"] },
  { row: "answers few ARP questions", setting: "net/ipv4/conf/all/arp_ignore", values: ["2", "8"] },
  {
    row: "answers for neighbours",
    setting: "net/ipv4/conf/all/proxy_arp_pvlan",
    values: ["1"],
  },
];

for (const { row, setting, values } of ROWS) {
  Deno.test(`MachineCheck.warn() names a setting of the machine that outweighs ours: it ${row}`, () => {
    for (const value of values) {
      const { log, check } = bench({ [setting]: value });
      check.warn("eth0", ON_MACVLAN);
      const [line = "", ...others] = log.lines;
      assert.ok(line.startsWith(`warning: ${setting.replaceAll("/", ".")} is ${value}: `), line);
      assert.deepEqual(others, []);
    }
  });

  Deno.test(`MachineCheck.warn() needs a macvlan to speak of a machine that ${row}`, () => {
    const { log, check } = bench({ [setting]: values[0] ?? "" });
    check.warn("eth0", ON_ETHER);
    assert.deepEqual(log.lines, []);
  });
}

Deno.test("MachineCheck.warn() speaks of an interface that does not forward", () => {
  for (const routers of [ON_MACVLAN, ON_ETHER]) {
    const { log, check } = bench({ "net/ipv4/conf/eth1/forwarding": "0" });
    check.warn("eth0", routers);
    assert.deepEqual(log.lines, []);
    check.warn("eth1", routers);
    assert.match(
      log.lines.join(),
      /^warning: net\.ipv4\.conf\.eth1\.forwarding is 0: .*ip_forward/,
    );
  }
});

Deno.test("MachineCheck.warn() says each thing once", () => {
  const { log, check } = bench({ "net/ipv4/conf/all/arp_ignore": "2" });
  check.warn("eth0", ON_MACVLAN);
  check.warn("eth1", ON_MACVLAN);
  assert.equal(log.lines.length, 1);
});

Deno.test("MachineCheck.warn() is silent on a machine that is fine, or that hides its settings", () => {
  const { log, check } = bench();
  check.warn("eth0", ON_MACVLAN);
  check.warn("eth9", ON_MACVLAN);
  assert.deepEqual(log.lines, []);
});

const OF_IPV6 = [{
  config: routerConfig({
    protocol: { family: 6, version: 3, addresses: addresses("fe80::1", "2001:db8::1") },
  }),
}];

Deno.test("MachineCheck.warn() speaks of a machine that does not forward what its routers carry", () => {
  const machine = { "net/ipv6/conf/all/forwarding": "0", "net/ipv4/conf/eth0/forwarding": "0" };
  const ipv4 = bench(machine);
  ipv4.check.warn("eth0", ON_ETHER);
  assert.match(ipv4.log.lines.join(), /^warning: net\.ipv4\.conf\.eth0\.forwarding is 0: [^,]*/);
  const ipv6 = bench(machine);
  ipv6.check.warn("eth0", OF_IPV6);
  assert.match(ipv6.log.lines.join(), /^warning: net\.ipv6\.conf\.all\.forwarding is 0: /);
  assert.deepEqual([ipv4.log.lines.length, ipv6.log.lines.length], [1, 1]);
});
