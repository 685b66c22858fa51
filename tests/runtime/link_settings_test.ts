import assert from "node:assert/strict";
import { DriverError } from "../../src/drivers/driver.ts";
import { InterfaceTable } from "../../src/runtime/interfaces.ts";
import { LinkSettings } from "../../src/runtime/link_settings.ts";
import type { Ipv4Settings } from "../../src/wire/rtnetlink_settings.ts";
import { link, PaperDriver, PaperLog } from "./fixtures.ts";

const BEFORE: Ipv4Settings = { forwarding: 1, arpIgnore: 0, arpAnnounce: 0 };
const OURS: Ipv4Settings = { arpIgnore: 1, arpAnnounce: 2 };
const TARGET = { change: "setIpv4", ifindex: 3, interfaceName: "eth0" } as const;

function empty() {
  const [driver, log, table] = [new PaperDriver(), new PaperLog(), new InterfaceTable()];
  table.replace([link()], []);
  return { driver, log, table, settings: new LinkSettings({ driver, log, table }) };
}

function bench() {
  const { driver, settings, ...others } = empty();
  driver.present = [link({ ipv4Settings: BEFORE })];
  settings.keep(link(), OURS);
  driver.present = [link({ ipv4Settings: { ...BEFORE, ...OURS } })];
  return { driver, settings, ...others };
}

Deno.test("LinkSettings.keep() sets what is wanted, once for each link", () => {
  const { driver, settings } = bench();
  settings.keep(link(), OURS);
  assert.deepEqual(driver.applied, [[{ ...TARGET, settings: OURS }]]);
});

Deno.test("LinkSettings.keep() notes what the kernel has, whatever was known of the link", () => {
  const { driver, settings } = empty();
  driver.present = [link({ ipv4Settings: { ...BEFORE, arpIgnore: 8 } })];
  settings.keep(link({ ipv4Settings: BEFORE }), OURS);
  driver.present = [link({ ipv4Settings: OURS })];
  settings.restore();
  assert.deepEqual(driver.applied[1], [{ ...TARGET, settings: { arpIgnore: 8, arpAnnounce: 0 } }]);
});

Deno.test("LinkSettings.keep() says what was there, of what it has set now", () => {
  const { driver, settings } = empty();
  driver.present = [link({ ipv4Settings: { ...BEFORE, arpIgnore: 8, proxyArp: 1 } })];
  assert.deepEqual(settings.keep(link(), OURS), { arpIgnore: 8, arpAnnounce: 0 });
  assert.deepEqual(settings.keep(link(), { ...OURS, proxyArp: 0 }), { proxyArp: 1 });
});

Deno.test("LinkSettings.keep() takes a link that has got the index of another for a new one", () => {
  const { driver, table, settings } = bench();
  table.replace([], []);
  table.replace([link()], []);
  driver.present = [link({ ipv4Settings: { ...BEFORE, arpIgnore: 2 } })];
  settings.keep(link(), OURS);
  assert.deepEqual(driver.applied.at(-1), [{ ...TARGET, settings: OURS }]);
  driver.present = [link({ ipv4Settings: { ...BEFORE, ...OURS } })];
  settings.restore();
  const back = { arpIgnore: 2, arpAnnounce: 0 };
  assert.deepEqual(driver.applied.at(-1), [{ ...TARGET, settings: back }]);
});

Deno.test("LinkSettings.keep() adds a further setting and puts all of them back", () => {
  const { driver, settings } = bench();
  driver.present = [link({ ipv4Settings: { ...BEFORE, ...OURS, promoteSecondaries: 0 } })];
  settings.keep(link(), { arpIgnore: 1, promoteSecondaries: 1 });
  assert.deepEqual(driver.applied[1], [{ ...TARGET, settings: { promoteSecondaries: 1 } }]);
  driver.present = [link({ ipv4Settings: { ...BEFORE, ...OURS, promoteSecondaries: 1 } })];
  settings.restore();
  const back = { arpIgnore: 0, arpAnnounce: 0, promoteSecondaries: 0 };
  assert.deepEqual(driver.applied[2], [{ ...TARGET, settings: back }]);
});

Deno.test("LinkSettings.restore() puts back what was there, and only once", () => {
  const { driver, settings } = bench();
  settings.restore();
  const back = [{ ...TARGET, settings: { arpIgnore: 0, arpAnnounce: 0 } }];
  assert.deepEqual(driver.applied.slice(1), [back]);
  settings.restore();
  assert.equal(driver.applied.length, 2);
});

Deno.test("LinkSettings.restore() leaves alone what somebody else has changed since then", () => {
  const { driver, settings } = bench();
  driver.present = [link({ ipv4Settings: { ...BEFORE, arpIgnore: 8, arpAnnounce: 2 } })];
  settings.restore();
  assert.deepEqual(driver.applied.slice(1), [[{ ...TARGET, settings: { arpAnnounce: 0 } }]]);
});

Deno.test("LinkSettings.restore() knows a renamed link by its index", () => {
  const { driver, settings } = bench();
  driver.present = [link({ name: "lan", ipv4Settings: { ...BEFORE, ...OURS } })];
  settings.restore();
  const [change] = driver.applied[1] ?? [];
  assert.deepEqual(change, {
    ...TARGET,
    interfaceName: "lan",
    settings: { arpIgnore: 0, arpAnnounce: 0 },
  });
});

Deno.test("LinkSettings.restore() passes over a link that is gone", () => {
  const { driver, settings } = bench();
  driver.present = [link({ index: 4 })];
  settings.restore();
  assert.equal(driver.applied.length, 1);
});

Deno.test("LinkSettings.restore() leaves a link alone that has got the index of another", () => {
  const { driver, table, settings } = bench();
  table.replace([], []);
  table.replace([link()], []);
  settings.restore();
  assert.equal(driver.applied.length, 1);
});

Deno.test("LinkSettings changes nothing on a link whose settings are not known", () => {
  const { driver, settings } = empty();
  // Gone meanwhile, or without settings of IPv4.
  for (const present of [[], [link({ index: 4, ipv4Settings: BEFORE })], [link()]]) {
    driver.present = present;
    settings.keep(link({ ipv4Settings: BEFORE }), OURS);
  }
  assert.deepEqual(driver.applied, []);
});

Deno.test("LinkSettings tells of a refusal, but not of a link that went away meanwhile", () => {
  const { driver, log, settings } = bench();
  driver.refuse = (change) => new DriverError(change, "ENODEV", "gone");
  settings.restore();
  assert.deepEqual(log.lines, []);
  driver.refuse = (change) => new DriverError(change, "EPERM", "not allowed");
  driver.present = [link({ index: 4, ipv4Settings: BEFORE })];
  settings.keep(link({ index: 4 }), OURS);
  assert.deepEqual(log.lines, ["error: not allowed"]);
});

Deno.test("LinkSettings keeps settings of both families, each in a change of its own", () => {
  const { driver, settings } = empty();
  driver.present = [link({ ipv4Settings: BEFORE, ipv6Settings: { keepAddrOnDown: 0 } })];
  settings.keep(link(), { ...OURS, keepAddrOnDown: 1 });
  const ipv6 = { ...TARGET, change: "setIpv6" };
  assert.deepEqual(driver.applied, [[
    { ...TARGET, settings: OURS },
    { ...ipv6, settings: { keepAddrOnDown: 1 } },
  ]]);
  driver.present = [link({ ipv4Settings: BEFORE, ipv6Settings: { keepAddrOnDown: 1 } })];
  settings.restore();
  assert.deepEqual(driver.applied[1], [{ ...ipv6, settings: { keepAddrOnDown: 0 } }]);
});

Deno.test("LinkSettings.keep() sets those of IPv6 again that went with a small MTU, and those alone", () => {
  const { driver, table, settings } = empty();
  driver.present = [link({ ipv4Settings: BEFORE, ipv6Settings: { keepAddrOnDown: 0 } })];
  settings.keep(link(), { ...OURS, keepAddrOnDown: 1 });
  table.replace([link({ mtu: 1000 })], []);
  table.replace([link({ mtu: 1500 })], []);
  settings.keep(link(), { ...OURS, keepAddrOnDown: 1 });
  const ipv6 = { ...TARGET, change: "setIpv6" };
  assert.deepEqual(driver.applied.slice(1), [[{ ...ipv6, settings: { keepAddrOnDown: 1 } }]]);
  driver.present = [
    link({ ipv4Settings: { ...BEFORE, ...OURS }, ipv6Settings: { keepAddrOnDown: 1 } }),
  ];
  settings.restore();
  assert.deepEqual(driver.applied[2], [
    { ...TARGET, settings: { arpIgnore: 0, arpAnnounce: 0 } },
    { ...ipv6, settings: { keepAddrOnDown: 0 } },
  ]);
});

Deno.test("LinkSettings.keep() passes over settings of IPv6 on a link that knows none", () => {
  const { driver, settings } = empty();
  driver.present = [link({ ipv4Settings: BEFORE })];
  settings.keep(link(), { keepAddrOnDown: 1 });
  assert.deepEqual(driver.applied, []);
});

Deno.test("LinkSettings.keep() asks once for what a link does not know, until the link may know it", () => {
  const { driver, settings } = empty();
  driver.present = [link({ ipv4Settings: BEFORE })];
  let looks = 0;
  driver.links = () => (looks++, driver.present);
  for (const wanted of [{ keepAddrOnDown: 1 }, { keepAddrOnDown: 1 }, { addrGenMode: 1 }]) {
    settings.keep(link({ mtu: 1000 }), wanted);
  }
  assert.equal(looks, 2, "once for each setting");
  driver.present = [link({ ipv4Settings: BEFORE, ipv6Settings: { keepAddrOnDown: 0 } })];
  settings.keep(link({ mtu: 1500 }), { keepAddrOnDown: 1 });
  const ipv6 = { ...TARGET, change: "setIpv6", settings: { keepAddrOnDown: 1 } };
  assert.deepEqual(driver.applied, [[ipv6]]);
});
