import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import { IFREQ, RTENTRY, SOCKADDR_IN } from "./layout.ts";
import { libc } from "./libc.ts";

const AF_INET = 2;
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;
const IFF_UP = 1;
const IFNAMSIZ = 16;
const IPV4_SIZE = 4;
const RTF_UP = 1;
const RTF_GATEWAY = 2;
const SIOCADDRT = 0x890b;
const SIOCDELRT = 0x890c;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFHWADDR = 0x8927;
const SIOCGIFINDEX = 0x8933;
const SIOCGIFNAME = 0x8910;
const SIOCSIFADDR = 0x8916;
const SIOCSIFBRDADDR = 0x891a;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFHWADDR = 0x8924;
const SIOCSIFNETMASK = 0x891c;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
/** The longest name of an interface or label of an address, in bytes. */
export const MAX_NAME_BYTES = 15;

type Bytes = Uint8Array<ArrayBuffer>;

/** A route through a neighbour; all addresses have 4 bytes in network byte order. */
export interface IoctlRoute {
  readonly destination: Bytes;
  readonly mask: Bytes;
  readonly gateway: Bytes;
  /** 0–32766: the kernel keeps one more in 15 bits. */
  readonly metric: number;
}

/**
 * The requests of netdevice(7) about interfaces, IPv4 addresses and routes. Each method throws
 * {@linkcode SyscallError} with the kernel's answer; names have at most {@linkcode MAX_NAME_BYTES}.
 */
export class IoctlSocket implements Disposable {
  readonly #fd: Fd;

  constructor() {
    const number = libc().socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
    this.#fd = new Fd(checked(number, () => "open a socket for ioctl"));
  }

  /** What the interface of this index is called now. Fails with ENODEV where it is gone. */
  interfaceName(ifindex: number): string {
    const request = new Uint8Array(IFREQ.size);
    view(request).setInt32(IFREQ.at.ifr_ifindex, ifindex, true);
    this.#call(SIOCGIFNAME, request, () => `look up interface ${ifindex}`);
    const name = request.subarray(IFREQ.at.ifr_name, IFREQ.at.ifr_name + IFNAMSIZ);
    return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
  }

  /** The index of an interface. Fails with ENODEV where there is none of this name. */
  interfaceIndex(name: string): number {
    const request = ifreq(name);
    this.#call(SIOCGIFINDEX, request, () => `find the interface ${name}`);
    return view(request).getInt32(IFREQ.at.ifr_ifindex, true);
  }

  /** Whether frames on it begin with an Ethernet header, as the loopback interface's do too. */
  hasEthernetFrames(name: string): boolean {
    const request = ifreq(name);
    this.#call(SIOCGIFHWADDR, request, () => `read the kind of ${name}`);
    const type = view(request).getUint16(IFREQ.at.ifr_hwaddr, true);
    return type === ARPHRD_ETHER || type === ARPHRD_LOOPBACK;
  }

  isUp(name: string): boolean {
    const request = ifreq(name);
    this.#call(SIOCGIFFLAGS, request, () => `read the flags of ${name}`);
    return (view(request).getUint16(IFREQ.at.ifr_flags, true) & IFF_UP) !== 0;
  }

  /**
   * Sets an address of 4 bytes. A label `name:suffix` that is not there is made; any other name's
   * first address is replaced. The mask becomes that of the address's old class.
   */
  setAddress(label: string, address: Bytes): void {
    const request = ifreq(label);
    request.set(sockaddrIn(address), IFREQ.at.ifr_addr);
    this.#call(SIOCSIFADDR, request, () => `set the address of ${label}`);
  }

  /** Changes the broadcast address, 4 bytes, of the first address under this label; 0 is none. */
  setBroadcast(label: string, broadcast: Bytes): void {
    const request = ifreq(label);
    request.set(sockaddrIn(broadcast), IFREQ.at.ifr_broadaddr);
    this.#call(SIOCSIFBRDADDR, request, () => `set the broadcast address of ${label}`);
  }

  /** Changes the mask, 4 bytes, of the first address under this label. */
  setNetmask(label: string, mask: Bytes): void {
    const request = ifreq(label);
    request.set(sockaddrIn(mask), IFREQ.at.ifr_netmask);
    this.#call(SIOCSIFNETMASK, request, () => `set the mask of ${label}`);
  }

  /** Removes the first address under a label with a colon. */
  removeAlias(label: string): void {
    this.#call(SIOCSIFFLAGS, ifreq(label), () => `remove ${label}`);
  }

  bringUp(name: string): void {
    const request = ifreq(name);
    this.#call(SIOCGIFFLAGS, request, () => `read the flags of ${name}`);
    const at = IFREQ.at.ifr_flags;
    // All flags are written at once: those that are not read first would be lost.
    view(request).setUint16(at, view(request).getUint16(at, true) | IFF_UP, true);
    this.#call(SIOCSIFFLAGS, request, () => `bring ${name} up`);
  }

  /** `mac` has 6 bytes; for Ethernet only. */
  setHardwareAddress(name: string, mac: Bytes): void {
    const request = ifreq(name);
    view(request).setUint16(IFREQ.at.ifr_hwaddr, ARPHRD_ETHER, true);
    request.set(mac, IFREQ.at.ifr_hwaddr + 2);
    this.#call(SIOCSIFHWADDR, request, () => `set the MAC of ${name}`);
  }

  addRoute(route: IoctlRoute): void {
    this.#call(SIOCADDRT, rtentry(route), () => "add a route");
  }

  removeRoute(route: IoctlRoute): void {
    this.#call(SIOCDELRT, rtentry(route), () => "remove a route");
  }

  #call(request: number, argument: Bytes, operation: () => string): void {
    checked(libc().ioctl(this.#fd.number, BigInt(request), argument), operation);
  }

  [Symbol.dispose](): void {
    this.#fd.close();
  }
}

function ifreq(name: string): Bytes {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length > MAX_NAME_BYTES) {
    throw new Error(`Cannot name an interface "${name}": at most ${MAX_NAME_BYTES} bytes`);
  }
  const request = new Uint8Array(IFREQ.size);
  request.set(bytes, IFREQ.at.ifr_name);
  return request;
}

function sockaddrIn(address: Bytes): Bytes {
  if (address.length !== IPV4_SIZE) throw new Error("Cannot use ioctl for IPv6 addresses");
  const bytes = new Uint8Array(SOCKADDR_IN.size);
  view(bytes).setUint16(SOCKADDR_IN.at.sin_family, AF_INET, true);
  bytes.set(address, SOCKADDR_IN.at.sin_addr);
  return bytes;
}

function rtentry({ destination, mask, gateway, metric }: IoctlRoute): Bytes {
  const request = new Uint8Array(RTENTRY.size);
  request.set(sockaddrIn(destination), RTENTRY.at.rt_dst);
  request.set(sockaddrIn(mask), RTENTRY.at.rt_genmask);
  request.set(sockaddrIn(gateway), RTENTRY.at.rt_gateway);
  view(request).setUint16(RTENTRY.at.rt_flags, RTF_UP | RTF_GATEWAY, true);
  // 0 stands for "not given", hence one more than is meant.
  view(request).setInt16(RTENTRY.at.rt_metric, metric + 1, true);
  return request;
}

function view(bytes: Bytes): DataView {
  return new DataView(bytes.buffer);
}
