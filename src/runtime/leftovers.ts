import { equalIp } from "../base/ip.ts";
import { type Change, type Driver, isSoAlready, OUR_PROTOCOL } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { InterfaceTable } from "./interfaces.ts";
import type { Router } from "./router.ts";
import type { OtherDaemons } from "./undo/other_daemons.ts";

/**
 * Removes addresses that bear our mark from a run that ended without removing them, and whose undo
 * file is lost. What another living daemon has noted is that one's, and stays.
 */
export function removeLeftovers(
  routers: readonly Pick<Router, "config">[],
  parts: {
    readonly table: InterfaceTable;
    readonly driver: Driver;
    readonly log: Log;
    readonly others: OtherDaemons;
  },
): void {
  const { table, driver, log } = parts;
  const byInterface = Map.groupBy(routers, ({ config }) => config.interface);
  const changes = byInterface.entries()
    .flatMap(([name, ofInterface]) => leftoversOf(name, ofInterface, parts)).toArray();
  if (changes.length === 0) return;
  log.warning(`Removing ${changes.length} virtual addresses that an earlier run left behind`);
  for (const error of driver.apply(changes)) {
    if (!isSoAlready(error)) log.error(error.message);
  }
  table.replace(driver.links(), driver.addresses());
}

function leftoversOf(
  interfaceName: string,
  routers: readonly Pick<Router, "config">[],
  { table, others }: { readonly table: InterfaceTable; readonly others: OtherDaemons },
): Change[] {
  const ifindex = table.byName(interfaceName)?.index;
  if (ifindex === undefined) return [];
  const virtual = routers
    .flatMap(({ config }) => [...config.addresses, ...config.excludedAddresses])
    .map(({ address }) => address);
  return table.addressesOf(ifindex)
    .filter(({ protocol, prefix }) =>
      protocol === OUR_PROTOCOL && virtual.some((one) => equalIp(one, prefix.address)) &&
      !others.haveAddress({ ifindex, prefix })
    )
    .map(({ prefix }) => ({ change: "removeAddress", ifindex, interfaceName, prefix }));
}
