import type { RouterSpec } from "../../tests/support/daemon.ts";
import type { World } from "../../tests/support/world.ts";
import type { Place } from "./daemon.ts";
import { VRIDS, type VroutersOptions } from "./vrouters.ts";

/**
 * Joins an interface of one router to one of the other, by a bridge that no other interface is
 * joined to: the same group may run on every cable.
 */
export interface Cable {
  /** What its interfaces are called on either router. */
  readonly interfaceName: string;
  readonly bridge: string;
  readonly addresses: Readonly<Record<Place, string>>;
  /** Which of them carries this group's virtual address. */
  addressOf(vrid: number): string;
}

/** Every virtual address of every cable lies in here, and nothing else does. */
export const WIDE_NETWORK = "10.64.0.0/12";
/** As many second octets as {@linkcode WIDE_NETWORK} has. */
export const MOST_CABLES = 16;

/** @param count 1–{@linkcode MOST_CABLES}; the first cable is the one that every world has. */
export function cables(count: number): Cable[] {
  return Array.from({ length: count }, (_, index) => ({
    interfaceName: `eth${index}`,
    bridge: `br${index}`,
    addresses: { r1: `10.9.${index}.1`, r2: `10.9.${index}.2` },
    addressOf: (vrid) => `10.${64 + index}.0.${vrid}`,
  }));
}

/** Adds those that a new world lacks. */
export async function layCables(world: World, wanted: readonly Cable[]): Promise<void> {
  for (const { interfaceName: name, bridge, addresses } of wanted.slice(1)) {
    await world.addBridge(bridge);
    for (const machine of ["r1", "r2"] as const) {
      // The last octets tell which is which: 10.9.3.1 is 02:00:00:00:03:01.
      const mac = `02:00:00:00${addresses[machine].split(".").slice(2).map(hexOctet).join("")}`;
      const address = `${addresses[machine]}/24`;
      await world.addLink({ machine, name, mac, bridge, address });
    }
  }
}

function hexOctet(decimal: string): string {
  return `:${Number(decimal).toString(16).padStart(2, "0")}`;
}

/** All groups on every cable: an advertisement a second, one address each. */
export function wideVrouters(wide: readonly Cable[], options: VroutersOptions): RouterSpec[] {
  const { vrids = VRIDS, priority, virtualMac = "none" } = options;
  return wide.flatMap(({ interfaceName, addressOf }) =>
    vrids.map((vrid) => ({
      interface: interfaceName,
      vrid,
      priority,
      addresses: [`${addressOf(vrid)}/32`],
      virtualMac,
    }))
  );
}
