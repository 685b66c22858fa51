import { takeFreeName, virtualInterfaceName } from "../base/virtual_interface_name.ts";
import type { VirtualRouterConfig } from "../config/types.ts";

/**
 * The virtual routers that are wanted next, where default names that `nameOf` knows for one of them
 * stay with it: one that comes or goes beside it is no reason to make its macvlan again.
 */
export function keepDefaultNames(
  routers: readonly VirtualRouterConfig[],
  nameOf: (router: VirtualRouterConfig) => string | undefined,
): VirtualRouterConfig[] {
  const isNamed = (router: VirtualRouterConfig) =>
    router.interfaceType !== "macvlan" || router.choosesName === true;
  const taken = new Set(routers.map((router) => router.interface));
  for (const router of routers) if (isNamed(router)) taken.add(router.virtualInterface);
  const kept = new Map<VirtualRouterConfig, string>();
  for (const router of routers) {
    const name = isNamed(router) ? undefined : nameOf(router);
    if (name === undefined || taken.has(name)) continue;
    taken.add(name);
    kept.set(router, name);
  }
  return routers.map((router) => {
    if (isNamed(router)) return router;
    const name = kept.get(router) ??
      takeFreeName(virtualInterfaceName(router.protocol.vrid), taken);
    return { ...router, virtualInterface: name };
  });
}
