import type { RawRouter } from "./schema_vrouter.ts";
import type { VirtualRouterConfig } from "./types.ts";

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
    return iftype === "ether" ? defaultName(group) : takeFree(defaultName(group), taken);
  });
}

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
    const name = kept.get(router) ?? takeFree(defaultName(router.protocol.vrid), taken);
    return { ...router, virtualInterface: name };
  });
}

function defaultName(vrid: number): string {
  return `standby${vrid}`;
}

function takeFree(name: string, taken: Set<string>): string {
  const free = firstFree(name, taken);
  taken.add(free);
  return free;
}

function firstFree(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let suffix = 2; taken.has(candidate); suffix++) candidate = `${name}.${suffix}`;
  return candidate;
}
