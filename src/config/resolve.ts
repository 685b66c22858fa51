import { assert } from "../base/assert.ts";
import { addressBits, equalIp } from "../base/ip.ts";
import type { RouterConfig } from "../vrrp/types.ts";
import { checkedAddress } from "./addresses.ts";
import { authConfig, listsVirtualAddressesOnly, type Secrets } from "./auth.ts";
import { resolveApi } from "./resolve_api.ts";
import { resolveNotify } from "./resolve_notify.ts";
import { resolveTracking } from "./resolve_tracking.ts";
import { resolveUnicast } from "./resolve_unicast.ts";
import type { RawGeneral } from "./schema.ts";
import type { RawApi } from "./schema_api.ts";
import type { RawRoute } from "./schema_route.ts";
import type { RawRouter } from "./schema_vrouter.ts";
import { toMs } from "./seconds.ts";
import { staticRoute } from "./static_route.ts";
import type { DaemonConfig, VirtualAddress, VirtualRouterConfig } from "./types.ts";
import { virtualInterfaceNames } from "./virtual_interfaces.ts";

/** A configuration with nothing wrong in it, still in the words of the file. */
export interface CheckedConfig {
  readonly general: RawGeneral;
  readonly routers: readonly CheckedRouter[];
  readonly routes: readonly RawRoute[];
  readonly api?: RawApi | undefined;
}

export interface CheckedRouter {
  readonly keys: RawRouter;
  readonly secrets: Secrets;
}

/** Turns the file's words into the values that the daemon works with. */
export function resolve({ general, routers, routes, api }: CheckedConfig): DaemonConfig {
  const names = virtualInterfaceNames(routers.map(({ keys }) => keys));
  return {
    debug: general.debug,
    timeZone: general.time_zone,
    timeFormat: general.time_format,
    logFormat: general.log_format,
    syslog: general.syslog,
    pidFile: general.pid,
    workingDir: general.working_dir,
    mainLog: general.main_log,
    ...(general.error_log === undefined ? {} : { errorLog: general.error_log }),
    clientApi: general.client_api ?? (api === undefined ? "disabled" : "http"),
    ...(api === undefined ? {} : { api: resolveApi(api) }),
    controlSocket: general.control_socket,
    stateDir: general.state_dir,
    replayDir: general.replay_dir,
    scriptUser: general.script_user,
    routers: routers.map((router, index) => ({
      ...resolveRouter(router, toMs(general.startup_delay)),
      virtualInterface: names[index] ?? router.keys.interface,
      ...(router.keys.vifname === undefined ? {} : { choosesName: true } as const),
    })),
    staticRoutes: routes.map(staticRoute),
  };
}

function resolveRouter(
  { keys, secrets }: CheckedRouter,
  startupDelayMs: number,
): Omit<VirtualRouterConfig, "virtualInterface"> {
  const isMacvlan = keys.iftype === "macvlan";
  const texts = typeof keys.vip === "string" ? [keys.vip] : keys.vip;
  const addresses = distinct(texts.map((text) => resolveAddress(text, isMacvlan)), []);
  const excluded = (keys.excluded_vips ?? []).map((text) => resolveAddress(text, isMacvlan));
  return {
    interface: keys.interface,
    protocol: resolveProtocol(keys, { addresses, secrets, startupDelayMs }),
    addresses,
    excludedAddresses: distinct(excluded, addresses),
    mayOwn: keys.owner,
    driver: keys.netdrv,
    interfaceType: keys.iftype,
    virtualMac: keys.vmac ?? (isMacvlan || keys.unicast_peers === undefined),
    socketFilter: keys.socket_filter,
    padFrames: keys.version === 2 && keys.pad_frames,
    accept: keys.accept,
    ...(keys.router_advert ? { routerAdvert: true } as const : {}),
    routes: (keys.routes ?? []).map(staticRoute),
    tracking: resolveTracking(keys),
    ...resolveNotify(keys),
    ...resolveUnicast(keys),
  };
}

function resolveProtocol(
  keys: RawRouter,
  { addresses, secrets, startupDelayMs }: {
    readonly addresses: readonly VirtualAddress[];
    readonly secrets: Secrets;
    readonly startupDelayMs: number;
  },
): RouterConfig {
  const { timers } = keys;
  const [first] = addresses;
  assert(first !== undefined, "the schema asks for one virtual address at least");
  return {
    version: keys.version,
    family: first.address.family,
    vrid: keys.group,
    priority: keys.priority,
    preempt: keys.preemption,
    preemptDelayMs: toMs(keys.preempt_delay),
    advertIntervalMs: toMs(timers.advert),
    addresses: addresses.map(({ address }) => address),
    auth: authConfig(keys, secrets),
    checkAddresses: keys.check_addresses,
    checksum: keys.v3_checksum,
    rfc3768: keys.version === 3 || keys.rfc3768 || listsVirtualAddressesOnly(keys.auth_type),
    announcements: {
      repeat: timers.garp_repeat,
      delayMs: toMs(timers.garp_delay),
      refreshMs: toMs(timers.garp_refresh),
    },
    startupDelayMs,
    ...(keys.sync_group === undefined ? {} : { syncGroup: keys.sync_group }),
  };
}

function resolveAddress(text: string, isMacvlan: boolean): VirtualAddress {
  const written = checkedAddress(text);
  if (!isMacvlan) return written;
  return { address: written.address, prefixLength: addressBits(written.address.family) };
}

/** Each address once, and none that is among `others`. */
function distinct(
  addresses: readonly VirtualAddress[],
  others: readonly VirtualAddress[],
): VirtualAddress[] {
  return addresses.filter(({ address }, index) =>
    ![...addresses.slice(0, index), ...others].some((earlier) => equalIp(earlier.address, address))
  );
}
