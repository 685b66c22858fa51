import { SyscallError } from "../../ffi/errno.ts";
import { IoctlSocket, MAX_NAME_BYTES } from "../../ffi/ioctl.ts";
import { unreachable } from "../base/assert.ts";
import { addressBits, equalIp, type IpPrefix } from "../base/ip.ts";
import type { AddressInfo, LinkInfo } from "../wire/rtnetlink.ts";
import type { RouteInfo } from "../wire/rtnetlink_route.ts";
import { Aliases } from "./aliases.ts";
import { type Change, type Driver, DriverError, type Route } from "./driver.ts";
import { setIpv6Settings } from "./ipv6_settings.ts";
import { NetlinkDriver } from "./netlink.ts";
import { refusal } from "./refusal.ts";

/** rtm_protocol of all routes that are set by ioctl. */
const RTPROT_BOOT = 3;
const MAX_METRIC = 32_766;
const NO_ADDRESS = new Uint8Array(4);
const OTHER_DRIVERS = 'ioctl cannot do that: netdrv = "netlink" or "libnl"';

/** Why a change is not carried out, found before or after asking the kernel. */
interface Refused {
  readonly code: string;
  readonly message?: string;
}

type Wish<Name extends Change["change"]> = Extract<Change, { change: Name }>;

/**
 * The kernel's configuration through the ioctl requests of netdevice(7): one to three
 * system calls for each change. Lists are read through rtnetlink(7).
 *
 * An address is added as an alias under a label of its own (`eth0:0`) and never replaces the
 * interface's own. It bears no mark of ours, and neither does a route: leftovers of this driver
 * are known by the undo file only. For a moment an alias has the mask of its address's old class
 * (10.0.0.0/8, 192.168.1.0/24), because the kernel takes the mask only afterwards.
 */
export class IoctlDriver implements Driver {
  readonly name = "ioctl";
  readonly cannot = [
    "setIpv4",
    "noAddressGeneration",
    "addMacvlan",
    "deleteLink",
    "deleteLinkGroup",
  ] as const satisfies readonly Change["change"][];
  readonly #socket = new IoctlSocket();
  readonly #lists = new NetlinkDriver();

  apply(changes: readonly Change[]): readonly DriverError[] {
    const work = new Work(this.#socket, this.#lists);
    return changes.flatMap((change) => {
      const refused = work.carryOut(change);
      if (refused === undefined) return [];
      return [refused instanceof DriverError ? refused : refusal(change, refused)];
    });
  }

  links(): readonly LinkInfo[] {
    return this.#lists.links();
  }

  addresses(): readonly AddressInfo[] {
    return this.#lists.addresses();
  }

  routes(filter?: { readonly protocol: number }): readonly RouteInfo[] {
    return this.#lists.routes(filter);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
    this.#lists[Symbol.dispose]();
  }
}

/** Changes carried out one after the other; what has to be known for them is listed once. */
class Work {
  readonly #socket: IoctlSocket;
  readonly #lists: NetlinkDriver;
  #aliases: Aliases | undefined;
  #routes: RouteInfo[] | undefined;

  constructor(socket: IoctlSocket, lists: NetlinkDriver) {
    this.#socket = socket;
    this.#lists = lists;
  }

  carryOut(change: Change): Refused | DriverError | undefined {
    try {
      return this.#do(change);
    } catch (error) {
      if (error instanceof SyscallError) return { code: error.code };
      throw error;
    }
  }

  #do(change: Change): Refused | DriverError | undefined {
    switch (change.change) {
      case "addAddress":
        return this.#addAddress(change);
      case "removeAddress":
        return this.#removeAddress(change);
      case "setMac":
        this.#socket.setHardwareAddress(this.#socket.interfaceName(change.ifindex), change.mac);
        return undefined;
      case "setUp":
        this.#socket.bringUp(this.#socket.interfaceName(change.ifindex));
        return undefined;
      case "addRoute":
        return this.#addRoute(change.route);
      case "removeRoute":
        return this.#removeRoute(change.route);
      case "setIpv6":
        return setIpv6Settings(change);
      case "setIpv4":
      case "noAddressGeneration":
      case "addMacvlan":
      case "deleteLink":
      case "deleteLinkGroup":
        return unsupported();
      default:
        return unreachable(change);
    }
  }

  #addAddress({ ifindex, prefix, noPrefixRoute }: Wish<"addAddress">): Refused | undefined {
    // An address that is a network of its own has no such route anyway.
    const hasRoute = prefix.length < addressBits(prefix.address.family);
    if (prefix.address.family === 6 || (noPrefixRoute && hasRoute)) return unsupported();
    const name = this.#socket.interfaceName(ifindex);
    const aliases = this.#knownAliases();
    // The kernel would notice only with the mask, and then drop the alias without an error.
    if (aliases.has(ifindex, prefix)) return { code: "EEXIST" };
    const label = aliases.freeLabel(ifindex, name);
    if (label === undefined) return noLabelLeft(name);
    this.#addAlias(label, prefix);
    aliases.add(ifindex, { label, prefix });
    return undefined;
  }

  #addAlias(label: string, { address, length }: IpPrefix): void {
    this.#socket.setAddress(label, address.bytes);
    try {
      // The old class's would stay, and be nobody's broadcast address.
      this.#socket.setBroadcast(label, NO_ADDRESS);
      this.#socket.setNetmask(label, maskOf(length));
    } catch (error) {
      this.#socket.removeAlias(label);
      throw error;
    }
  }

  #removeAddress({ ifindex, prefix }: Wish<"removeAddress">): Refused | undefined {
    if (prefix.address.family === 6) return unsupported();
    // Only for its answer to an interface that is gone.
    this.#socket.interfaceName(ifindex);
    const aliases = this.#knownAliases();
    if (!aliases.has(ifindex, prefix)) return { code: "EADDRNOTAVAIL" };
    const label = aliases.labelOf(ifindex, prefix);
    if (label === undefined) return { code: "EBUSY", message: "it is no alias of its own" };
    this.#socket.removeAlias(label);
    aliases.remove(ifindex, label);
    return undefined;
  }

  #knownAliases(): Aliases {
    return this.#aliases ??= new Aliases(this.#lists.labels());
  }

  #addRoute(route: Route): Refused | undefined {
    if (!isExpressible(route) || route.mtu !== undefined) return unsupported();
    const routes = this.#knownRoutes();
    // The kernel would put it before the other one, which then is hidden.
    if (routes.some((one) => isRival(one, route))) return { code: "EEXIST" };
    this.#socket.addRoute(ioctlRoute(route));
    routes.push({ ...route, metric: route.metric ?? 0, protocol: RTPROT_BOOT });
    return undefined;
  }

  #removeRoute(route: Route): Refused | undefined {
    if (!isExpressible(route)) return unsupported();
    const routes = this.#knownRoutes();
    // The request cannot name who has set the route.
    const ours = routes.findIndex((one) => isRival(one, route) && isAlike(one, route));
    if (ours < 0) return { code: "ESRCH" };
    this.#socket.removeRoute(ioctlRoute(route));
    routes.splice(ours, 1);
    return undefined;
  }

  #knownRoutes(): RouteInfo[] {
    return this.#routes ??= [...this.#lists.routes()];
  }
}

function unsupported(): Refused {
  return { code: "EOPNOTSUPP", message: OTHER_DRIVERS };
}

function noLabelLeft(name: string): Refused {
  const message = `a label such as ${name}:0 has at most ${MAX_NAME_BYTES} bytes`;
  return { code: "ENAMETOOLONG", message: `${message}: netdrv = "netlink"` };
}

function isExpressible({ destination, metric = 0 }: Route): boolean {
  return destination.address.family === 4 && metric <= MAX_METRIC;
}

/** Of the same destination and metric, so that only one of them can be there. */
function isRival(one: RouteInfo, { destination, metric = 0 }: Route): boolean {
  return one.metric === metric && one.destination.length === destination.length &&
    equalIp(one.destination.address, destination.address);
}

function isAlike(one: RouteInfo, { nextHop }: Route): boolean {
  return one.protocol === RTPROT_BOOT && one.nextHop !== undefined && equalIp(one.nextHop, nextHop);
}

function ioctlRoute({ destination, nextHop, metric = 0 }: Route) {
  return {
    destination: destination.address.bytes,
    mask: maskOf(destination.length),
    gateway: nextHop.bytes,
    metric,
  };
}

/** The mask of an IPv4 network of this many bits, 4 bytes in network byte order. */
function maskOf(length: number): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(4);
  const ones = length === 0 ? 0 : -1 << (32 - length);
  new DataView(mask.buffer).setInt32(0, ones);
  return mask;
}
