import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { libnl } from "../../ffi/libnl.ts";
import { err } from "../../src/base/result.ts";
import type { Driver, DriverName } from "../../src/drivers/driver.ts";
import { Drivers } from "../../src/drivers/drivers.ts";
import { openDriver } from "../../src/drivers/open.ts";

// They stay loaded, which would count as a leak of the test that happened to be the first.
libc();
libnl();

function open(...names: readonly DriverName[]): Drivers {
  return Drivers.open({ names, warn: (line) => assert.fail(line) });
}

const ROWS: readonly {
  readonly names: readonly DriverName[];
  readonly links: DriverName;
  readonly why: string;
}[] = [
  { names: [], links: "netlink", why: "nobody asks for anything" },
  { names: ["netlink", "netlink"], links: "netlink", why: "it is the only one" },
  { names: ["libnl"], links: "libnl", why: "it can do everything" },
  { names: ["libnl", "netlink"], links: "netlink", why: "it needs nothing" },
  { names: ["ioctl"], links: "netlink", why: "ioctl cannot make links" },
  { names: ["ioctl", "libnl"], links: "libnl", why: "ioctl cannot make links" },
];

for (const { names, links, why } of ROWS) {
  Deno.test(`Drivers.links is ${links} for [${names}]: ${why}`, () => {
    using drivers = open(...names);
    assert.equal(drivers.links.name, links);
    for (const name of names) assert.equal(drivers.of(name).name, name);
  });
}

Deno.test("Drivers.open() puts netlink in the place of a library that is missing, with one line", () => {
  const lines: string[] = [];
  using drivers = Drivers.open({
    names: ["libnl", "ioctl", "libnl"],
    warn: (line) => lines.push(line),
    open: (name) => name === "libnl" ? err("Cannot load it") : openDriver(name),
  });
  assert.deepEqual(lines, ["Cannot load it; netlink runs in place of libnl"]);
  const names = [drivers.links, drivers.of("libnl"), drivers.of("ioctl")].map(({ name }) => name);
  assert.deepEqual(names, ["netlink", "netlink", "ioctl"]);
});

Deno.test("Drivers.guarded() puts one guard before each driver", () => {
  using drivers = open("libnl", "ioctl");
  const guards: Driver[] = [];
  const guarded = drivers.guarded((driver) => {
    const guard: Driver = Object.create(driver, { name: { value: driver.name } });
    guards.push(guard);
    return guard;
  });
  assert.deepEqual(guards.map(({ name }) => name).toSorted(), ["ioctl", "libnl", "netlink"]);
  assert.equal(guarded.links, guarded.of("libnl"));
  assert.ok(guards.includes(guarded.links));
});

Deno.test("Drivers[Symbol.dispose]() closes every driver, those behind guards too", () => {
  const drivers = open("libnl", "ioctl");
  const all = [drivers.links, drivers.of("libnl"), drivers.of("ioctl"), drivers.of("netlink")];
  drivers[Symbol.dispose]();
  for (const driver of all) assert.throws(() => driver.links(), /closed/);
});
