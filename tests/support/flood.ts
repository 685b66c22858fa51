import { assert } from "../../src/base/assert.ts";
import { type Family, ip } from "../../src/base/ip.ts";
import { parseMac } from "../../src/base/mac.ts";
import { putBytes } from "../../src/wire/bytes.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import { Capture } from "./capture.ts";
import { inject } from "./inject.ts";
import { setSysctls } from "./sysctl.ts";
import { ADDRESS, MAC, type Machine, MACHINES, type World } from "./world.ts";

/** RFC 3692-style experimentation: nobody answers to it, nobody filters it. */
const EXPERIMENT = 253;
const TTL = 64;
const PAYLOAD = 8;
const IPV6_HEADER = 40;

const FAR = { 4: "10.77.0.1", 6: "fd77::1" } as const;
const NEAR = { 4: ADDRESS.host, 6: "fd09::3" } as const;

/**
 * Makes routers of these machines, in both families and with no filter that would do a wrong setting's
 * work: the host is the way to a far network. The switch floods everything everywhere.
 */
export async function makeRouters(world: World, machines: readonly Machine[]): Promise<void> {
  for (const machine of machines) {
    await setSysctls(world, machine, {
      "net/ipv6/conf/all/disable_ipv6": "0",
      "net/ipv6/conf/default/disable_ipv6": "0",
      "net/ipv6/conf/all/forwarding": "1",
      "net/ipv4/ip_forward": "1",
      "net/ipv4/conf/all/rp_filter": "0",
      "net/ipv4/conf/default/rp_filter": "0",
      "net/ipv4/conf/eth0/rp_filter": "0",
    });
    await world.ip(
      machine,
      `addr add fd09::${machine === "r1" ? 1 : 2}/64 dev eth0 nodad`,
      `neigh add ${NEAR[4]} lladdr ${MAC.host} dev eth0`,
      `neigh add ${NEAR[6]} lladdr ${MAC.host} dev eth0`,
      `route add ${FAR[4]}/32 via ${NEAR[4]}`,
      `route add ${FAR[6]}/128 via ${NEAR[6]}`,
    );
  }
  const ports = MACHINES.map((port) => `link set ${port} type bridge_slave learning off`);
  await world.ip("sw", ...ports, "link set br0 type bridge fdb_flush");
}

export interface Flood {
  /** Whose answer is looked at; the others get the same packets. */
  readonly machine: Machine;
  readonly mac: string;
  readonly family: Family;
  readonly count: number;
}

/** How many packets come out of the machine again that the host sends to this MAC for the far network. */
export async function forwarded(world: World, options: Flood): Promise<number> {
  const { machine, mac, family, count } = options;
  const lived = family === 4 ? `ip[8] = ${TTL - 1}` : `ip6[7] = ${TTL - 1}`;
  const filter = `ether src ${MAC[machine]} and dst host ${FAR[family]} and ${lived}`;
  const capture = await Capture.start(world, { filter, port: machine });
  const frame = frameTo(mac, family);
  await inject(world, { machine: "host", frames: Array.from({ length: count }, () => frame) });
  return (await capture.stop()).length;
}

function frameTo(mac: string, family: Family): Uint8Array<ArrayBuffer> {
  const packetSize = (family === 4 ? ipv4.HEADER_SIZE : IPV6_HEADER) + PAYLOAD;
  const bytes = new Uint8Array(ethernet.HEADER_SIZE + packetSize);
  const view = new DataView(bytes.buffer);
  ethernet.emit({
    destination: macOf(mac),
    source: macOf(MAC.host),
    etherType: family === 4 ? ethernet.ETHER_TYPE.ipv4 : ethernet.ETHER_TYPE.ipv6,
  }, view);
  const packet = new DataView(bytes.buffer, ethernet.HEADER_SIZE);
  if (family === 4) emitIpv4(packet);
  else emitIpv6(packet);
  return bytes;
}

function emitIpv4(view: DataView): void {
  const [source, destination] = [ip(NEAR[4]), ip(FAR[4])];
  const header = { typeOfService: 0, id: 1, dontFragment: true, ttl: TTL, protocol: EXPERIMENT };
  ipv4.emit({ ...header, source, destination }, view);
}

const IPV6_AT = {
  version: 0,
  length: 4,
  next: 6,
  hopLimit: 7,
  source: 8,
  destination: 24,
} as const;

function emitIpv6(view: DataView): void {
  view.setUint8(IPV6_AT.version, 6 << 4);
  view.setUint16(IPV6_AT.length, PAYLOAD);
  view.setUint8(IPV6_AT.next, EXPERIMENT);
  view.setUint8(IPV6_AT.hopLimit, TTL);
  putBytes(view, IPV6_AT.source, ip(NEAR[6]).bytes);
  putBytes(view, IPV6_AT.destination, ip(FAR[6]).bytes);
}

function macOf(text: string) {
  const mac = parseMac(text);
  assert(mac !== undefined, `"${text}" is no MAC address`);
  return mac;
}
