import { SyscallError } from "../../ffi/errno.ts";
import { readSysctl } from "../../ffi/sysctl.ts";
import { formatIp } from "../base/ip.ts";
import type { VirtualRouterConfig } from "../config/types.ts";
import type { Log } from "../log.ts";
import { carries } from "./spot.ts";

interface Obstacle {
  readonly key: string;
  readonly hinders: (value: number) => boolean;
  readonly consequence: string;
}

/** Settings of the whole machine that outweigh what we set on an interface, so that none of it helps. */
const OUTWEIGHING: readonly Obstacle[] = [
  {
    key: "net/ipv4/conf/all/arp_filter",
    hinders: (value) => value !== 0,
    consequence: "virtual addresses on a macvlan are not answered for. Set it to 0",
  },
  {
    key: "net/ipv4/conf/all/arp_ignore",
    hinders: (value) => value > 1,
    consequence: "virtual addresses on a macvlan are not answered for. Set it to 0 or 1",
  },
  {
    key: "net/ipv4/conf/all/proxy_arp_pvlan",
    hinders: (value) => value !== 0,
    consequence:
      "a Backup answers for virtual addresses with the MAC of its interface. Set it to 0",
  },
];

/** One setting for all interfaces: what they have of their own says only how they behave. */
const NO_IPV6_FORWARDING: Obstacle = {
  key: "net/ipv6/conf/all/forwarding",
  hinders: (value) => value === 0,
  consequence: "a Master answers for its IPv6 addresses, but forwards nothing. " +
    "Set it to 1 if this machine is to be a router",
};

/** Says what of this machine is in the way of its virtual routers, and is not ours to change. */
export class MachineCheck {
  readonly #log: Log;
  readonly #said = new Set<string>();
  readonly #read: (key: string) => string;

  constructor({ log, read = readSysctl }: { log: Log; read?: (key: string) => string }) {
    this.#log = log;
    this.#read = read;
  }

  /** Each line is written once, however many virtual routers it is about. */
  warn(interfaceName: string, routers: readonly { readonly config: VirtualRouterConfig }[]): void {
    const ipv4 = routers.filter(({ config }) => carries(config, 4));
    if (ipv4.some(({ config }) => config.interfaceType === "macvlan")) {
      for (const obstacle of OUTWEIGHING) this.#warnOf(obstacle);
    }
    if (routers.some(({ config }) => carries(config, 6))) this.#warnOf(NO_IPV6_FORWARDING);
    this.#warnOfNoIpv6(interfaceName, routers.map(({ config }) => config));
    if (ipv4.length === 0) return;
    this.#warnOf({
      key: `net/ipv4/conf/${interfaceName}/forwarding`,
      hinders: (value) => value === 0,
      consequence:
        "a Master answers for its addresses, but forwards nothing that comes in there. " +
        "Set net.ipv4.ip_forward to 1 if this machine is to be a router",
    });
  }

  /** An IPv6 virtual router has nothing to send from there, which its Fault says. */
  #warnOfNoIpv6(interfaceName: string, configs: readonly VirtualRouterConfig[]): void {
    const addresses = configs
      .filter(({ protocol, interfaceType }) => protocol.family === 4 && interfaceType === "ether")
      .flatMap(({ excludedAddresses }) => excludedAddresses.map(({ address }) => address))
      .filter(({ family }) => family === 6);
    if (addresses.length === 0) return;
    this.#warnOf({
      key: `net/ipv6/conf/${interfaceName}/disable_ipv6`,
      hinders: (value) => value !== 0,
      consequence: `a Master has all its addresses but ${addresses.map(formatIp).join(", ")}. ` +
        "Set it to 0",
    });
  }

  #warnOf({ key, hinders, consequence }: Obstacle): void {
    const value = this.#value(key);
    if (value === undefined || !hinders(value)) return;
    const line = `${key.replaceAll("/", ".")} is ${value}: ${consequence}`;
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#log.warning(line);
  }

  #value(key: string): number | undefined {
    try {
      return Number(this.#read(key));
    } catch (error) {
      // Gone in this moment, or a container without /proc/sys.
      if (error instanceof SyscallError) return undefined;
      throw error;
    }
  }
}
