import { takeFreeName, virtualInterfaceName } from "../base/virtual_interface_name.ts";
import type { RawRouter } from "./schema_vrouter.ts";

/**
 * The name of each virtual router's macvlan, in their order. A default name that is taken gets
 * `.2`, `.3` …; with 255 groups and at most 15 bytes that leaves room for 9,998 of one group.
 */
export function virtualInterfaceNames(
  routers: readonly Pick<RawRouter, "group" | "interface" | "iftype" | "vifname">[],
): string[] {
  const taken = new Set(routers.map((router) => router.interface));
  for (const { iftype, vifname } of routers) {
    if (iftype === "macvlan" && vifname !== undefined) taken.add(vifname);
  }
  return routers.map(({ group, iftype, vifname }) => {
    if (vifname !== undefined) return vifname;
    return iftype === "ether"
      ? virtualInterfaceName(group)
      : takeFreeName(virtualInterfaceName(group), taken);
  });
}
