import { formatIp } from "../base/ip.ts";
import { formatMac } from "../base/mac.ts";
import type { AhHeader } from "../wire/ah.ts";
import { type ArpPacket, isGratuitous, OPERATION } from "../wire/arp.ts";
import { hex, sequenceOf, signedAt } from "./auth_text.ts";
import { isTtlRight } from "./dissect.ts";
import type {
  AdvertInterval,
  AuthInfo,
  CarpInfo,
  ChecksumInfo,
  Content,
  EthernetInfo,
  IpInfo,
  NeighborInfo,
  Sighting,
  VrrpInfo,
} from "./sighting.ts";
import { formatTime } from "./time_text.ts";

/** Lines for people: what it is, then who sent it how, then what is wrong with it; no line end. */
export function formatText(sighting: Sighting): string {
  const { frame, content, problems } = sighting;
  const direction = frame.direction === undefined ? "" : ` ${frame.direction}`;
  return [
    `${formatTime(frame.timestampUs)}${direction} ${titleOf(content)}`,
    `  ${partiesOf(sighting).join(", ")}`,
    ...detailsOf(content).map((line) => `  ${line}`),
    ...problems.map((problem) => `  wrong: ${problem}`),
  ].join("\n");
}

function titleOf(content: Content): string {
  switch (content.kind) {
    case "vrrp":
      return vrrpTitle(content.vrrp);
    case "carp":
      return carpTitle(content.carp);
    case "arp":
      return arpTitle(content.arp);
    case "na":
      return neighborTitle(content.neighbor);
    case "other":
      return `not VRRP: ${content.what}`;
    case "malformed":
      return "cannot be read";
  }
}

function vrrpTitle(vrrp: VrrpInfo): string {
  const { version, vrid, interval, addresses } = vrrp;
  const every = interval === undefined ? "" : `, ${intervalText(interval)}`;
  const list = addresses.length === 0 ? "no address" : addresses.map(formatIp).join(", ");
  return `VRRPv${version} group ${vrid}, priority ${priorityText(vrrp)}${every}: ${list}`;
}

function priorityText({ priority }: VrrpInfo): string {
  if (priority === 0) return "0 (leaves)";
  return priority === 255 ? "255 (owner)" : String(priority);
}

function intervalText({ unit, value }: AdvertInterval): string {
  return unit === "s" ? `every ${value} s` : `every ${value / 100} s`;
}

function carpTitle({ vhid, advSkew, advBaseS }: CarpInfo): string {
  return `CARP, not VRRP: host group ${vhid}, skew ${advSkew}, every ${advBaseS} s`;
}

function arpTitle(arp: ArpPacket): string {
  const sender = `${formatIp(arp.senderAddress)} is at ${formatMac(arp.senderMac)}`;
  if (isGratuitous(arp)) return `ARP to all: ${sender}`;
  switch (arp.operation) {
    case OPERATION.request:
      return `ARP request: where is ${formatIp(arp.targetAddress)}? ${sender}`;
    case OPERATION.reply:
      return `ARP reply: ${sender}`;
    default:
      return `ARP operation ${arp.operation}: ${sender}`;
  }
}

function neighborTitle(neighbor: NeighborInfo): string {
  const { target, targetMac, router, solicited, override } = neighbor;
  const where = targetMac === undefined ? "is here" : `is at ${formatMac(targetMac)}`;
  const flags = Object.entries({ router, solicited, override }).filter(([, on]) => on);
  const words = [`${formatIp(target)} ${where}`, ...flags.map(([name]) => name)];
  return `neighbor advertisement: ${words.join(", ")}`;
}

/** Who sent it to whom, and the envelope. */
function partiesOf({ frame, ethernet, ip }: Sighting): string[] {
  if (ethernet === undefined) return [`${frame.bytes.byteLength} bytes`];
  const vlans = ethernet.vlans.map((vlan) => `VLAN ${vlan}`);
  return [
    ip === undefined ? macsOf(ethernet) : addressesOf(ethernet, ip),
    ...vlans,
    ...ip === undefined ? [] : envelopeOf(ip),
    `${frame.wireBytes} bytes`,
  ];
}

function macsOf({ source, destination }: EthernetInfo): string {
  return `${formatMac(source)} > ${formatMac(destination)}`;
}

function addressesOf({ source, destination }: EthernetInfo, ip: IpInfo): string {
  const from = `${formatIp(ip.source)} (${formatMac(source)})`;
  return `${from} > ${formatIp(ip.destination)} (${formatMac(destination)})`;
}

function envelopeOf(ip: IpInfo): string[] {
  const { ttl, ipv4, typeOfService, optionBytes, paddingBytes } = ip;
  return [
    `${ipv4 === undefined ? "hop limit" : "TTL"} ${ttl} ${verdictText(isTtlRight(ip))}`,
    `${ipv4 === undefined ? "class" : "TOS"} 0x${hex(typeOfService, 2)}`,
    ...ipv4 === undefined
      ? [`flow 0x${hex(ip.flowLabel ?? 0, 5)}`]
      : [`id ${ipv4.id}`, ...ipv4.dontFragment ? ["DF"] : []],
    ...optionBytes === 0 ? [] : [`${optionBytes} bytes of options`],
    ...paddingBytes === 0 ? [] : [`${paddingBytes} bytes of padding`],
    ...ipv4 === undefined
      ? []
      : [`IP checksum 0x${hex(ipv4.checksum, 4)} ${verdictText(ipv4.checksumOk)}`],
  ];
}

function verdictText(isRight: boolean): string {
  return isRight ? "ok" : "WRONG";
}

function detailsOf(content: Content): string[] {
  switch (content.kind) {
    case "vrrp":
      return [
        ...content.ah === undefined ? [] : [ahText(content.ah)],
        `VRRP checksum ${checksumText(content.vrrp.checksum)}${reservedText(content.vrrp)}`,
        `authentication ${authText(content.vrrp.auth)}`,
      ];
    case "carp":
      return [
        `CARP checksum 0x${hex(content.carp.checksum, 4)} ${verdictText(content.carp.checksumOk)}`,
      ];
    default:
      return [];
  }
}

function ahText({ spi, sequence, icv }: AhHeader): string {
  return `AH with SPI 0x${hex(spi, 8)}, sequence ${sequence}, ICV ${icv.toHex()} (not verified)`;
}

const READINGS = {
  rfc5798: "with pseudo-header, as RFC 5798",
  rfc9568: "without pseudo-header, as RFC 9568",
  group: "with the group in its pseudo-header",
} as const;

function checksumText({ value, verdict, readings = [] }: ChecksumInfo): string {
  const words = { right: "ok", wrong: "WRONG", unknown: "not verified" } as const;
  const forms = readings.length === 0
    ? ""
    : ` (${readings.map((reading) => READINGS[reading]).join("; ")})`;
  return `0x${hex(value, 4)} ${words[verdict]}${forms}`;
}

/** Ignored by receivers, so no fault; some read the interval wrong because of them. */
function reservedText({ interval }: VrrpInfo): string {
  if (interval?.unit !== "cs" || interval.reservedBits === 0) return "";
  return `, reserved bits 0x${hex(interval.reservedBits, 1)}`;
}

function authText(auth: AuthInfo): string {
  switch (auth.name) {
    case "none":
    case "rfc2338-ah":
      return auth.name;
    case "rfc2338-simple":
      return `${auth.name}${passwordText(auth.passwordPresent)}`;
    case "p0-t8-sha256":
    case "p1-b8-shake256":
      return `${auth.name}, digest ${auth.digest.toHex()} (not verified)`;
    case "unknown":
      return `type ${auth.type}`;
    case "hmac-sha256": {
      const { keyId, tag } = auth.trailer;
      const signed = `sequence ${sequenceOf(auth.trailer)} (signed ${signedAt(auth.trailer)})`;
      return `${auth.name}, key ${keyId}, ${signed}, tag ${tag.toHex()} (not verified)`;
    }
  }
}

function passwordText(isPresent: boolean | undefined): string {
  if (isPresent === undefined) return "";
  return isPresent ? ", password not shown" : ", empty password";
}
