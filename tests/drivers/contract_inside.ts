import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { libnl } from "../../ffi/libnl.ts";
import type { Driver, DriverName } from "../../src/drivers/driver.ts";
import { openDriver } from "../../src/drivers/open.ts";
import { valueOf } from "../support/bytes.ts";
import { ABILITIES, type Ability, can, DRIVER_NAMES } from "./abilities.ts";
import { Bench } from "./bench.ts";
import { CONTRACT } from "./contract.ts";
import type { ContractCase } from "./contract_case.ts";
import { comparable, DIFFERENCES, type EndState, endState } from "./end_state.ts";

// They stay loaded, which would count as a leak of the test that happened to be the first.
libc();
libnl();

function driverOf(name: DriverName): Driver {
  return valueOf(openDriver(name));
}

async function stateAfter({ run }: ContractCase, name: DriverName): Promise<EndState> {
  await using bench = await Bench.create(driverOf(name));
  await run(bench);
  return await endState(bench);
}

/** The drivers that can do what a case takes; the first one is compared with. */
function ableDrivers(takes: readonly Ability[]): DriverName[] {
  return DRIVER_NAMES.filter((name) => {
    using driver = driverOf(name);
    return takes.every((ability) => can(driver, ability));
  });
}

for (const contractCase of CONTRACT) {
  const names = ableDrivers(contractCase.takes ?? []);
  for (const name of names.slice(1)) {
    Deno.test(`netlink and ${name}: ${contractCase.what}`, async () => {
      const expected = await stateAfter(contractCase, "netlink");
      const found = await stateAfter(contractCase, name);
      assert.deepEqual(comparable(found, name), comparable(expected, name));
    });
  }
}

for (const { driver: name, of, field, why } of DIFFERENCES) {
  Deno.test(`${name} leaves another ${field} of ${of}: ${why}`, async () => {
    const setsBoth: ContractCase = {
      what: "an address and a route",
      run: (bench) => {
        bench.apply(bench.addAddress("10.9.0.5/24"), bench.addRoute());
        return Promise.resolve();
      },
    };
    const values = async (driver: DriverName) => {
      return (await stateAfter(setsBoth, driver))[of].map((thing) => thing[field]);
    };
    assert.notDeepEqual(await values(name), await values("netlink"));
  });
}

for (const name of DRIVER_NAMES) {
  for (const [ability, { wish }] of Object.entries(ABILITIES)) {
    if (wish === undefined || isAble(name, ability)) continue;
    Deno.test(`${name} says that it cannot: ${ability}`, async () => {
      await using bench = await Bench.create(driverOf(name));
      bench.apply(bench.addAddress("10.9.0.1/24"));
      const before = await endState(bench);
      const change = wish(bench);
      const [error, ...more] = bench.driver.apply([change]);
      assert.deepEqual([error?.change, error?.code, more], [change, "EOPNOTSUPP", []]);
      assert.match(error?.message ?? "", /netdrv = "netlink"/);
      assert.deepEqual(await endState(bench), before);
    });
  }
}

function isAble(name: DriverName, ability: string): boolean {
  using driver = driverOf(name);
  return can(driver, ability as Ability);
}

Deno.test("ioctl leaves an address alone that is no alias", async () => {
  await using bench = await Bench.create(driverOf("ioctl"));
  {
    using other = driverOf("netlink");
    assert.deepEqual(other.apply([bench.addAddress("10.9.0.5/24")]), []);
  }
  assert.deepEqual(bench.refusals(bench.removeAddress("10.9.0.5/24")), ["EBUSY"]);
  assert.deepEqual(await bench.addresses(), ["10.9.0.5/24"]);
});
