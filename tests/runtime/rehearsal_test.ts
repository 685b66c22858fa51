import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { DriverError } from "../../src/drivers/driver.ts";
import { Rehearsal } from "../../src/runtime/rehearsal.ts";
import { addresses, PaperDriver, routerConfig } from "./fixtures.ts";

// Opened once for all tests: the leak check would take it for a test's own.
libc();

const ROUTERS = [
  { what: "ether", config: routerConfig({ virtualMac: false }) },
  { what: "ether with the virtual MAC", config: routerConfig() },
  { what: "macvlan", config: routerConfig({ interfaceType: "macvlan" }) },
  {
    what: "IPv6",
    config: routerConfig({
      protocol: { family: 6, version: 3, addresses: addresses("fe80::100") },
    }),
  },
] as const;

function play(rehearsal: Rehearsal): number {
  let rounds = 0;
  while (!rehearsal.over) {
    rehearsal.play();
    rounds++;
  }
  return rounds;
}

for (const { what, config } of ROUTERS) {
  Deno.test(`Rehearsal of ${what} asks only for an interface that does not exist`, () => {
    const driver = new PaperDriver();
    const rounds = play(
      new Rehearsal({ configs: [config, config], drivers: { of: () => driver } }),
    );
    const changes = driver.applied.flat();
    const added = changes.filter(({ change }) => change === "addAddress");
    assert.equal(added.length, 2 * rounds);
    for (const change of changes) {
      assert.match(change.change, /^(add|remove)Address$/);
      assert.ok("ifindex" in change && change.ifindex === 0x7fff_fffe, change.change);
    }
  });
}

Deno.test("Rehearsal goes on when everything is refused, as the kernel does", () => {
  const driver = new PaperDriver();
  driver.refuse = (change) => new DriverError(change, "ENODEV", "Cannot do that: ENODEV");
  const configs = [routerConfig()];
  assert.ok(play(new Rehearsal({ configs, drivers: { of: () => driver } })) > 1);
});

Deno.test("Rehearsal of no virtual router ends too", () => {
  const driver = new PaperDriver();
  play(new Rehearsal({ configs: [], drivers: { of: () => driver } }));
  assert.deepEqual(driver.applied, []);
});
