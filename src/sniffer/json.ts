import { formatIp } from "../base/ip.ts";
import { formatMac } from "../base/mac.ts";
import type { AhHeader } from "../wire/ah.ts";
import { isGratuitous } from "../wire/arp.ts";
import { hex, sequenceOf, signedAt } from "./auth_text.ts";
import { isTtlRight } from "./dissect.ts";
import type {
  AuthInfo,
  ChecksumInfo,
  Content,
  EthernetInfo,
  IpInfo,
  Sighting,
  VrrpInfo,
} from "./sighting.ts";
import { formatTime } from "./time_text.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** One line of JSON, without its end. Numbers that people know in hexadecimal are texts: `"0x708f"`. */
export function formatJson(sighting: Sighting): string {
  const { frame, ethernet, ip, content, problems } = sighting;
  return JSON.stringify({
    time: formatTime(frame.timestampUs),
    ...frame.direction === undefined ? {} : { direction: frame.direction },
    kind: kindOf(content),
    frame_bytes: frame.wireBytes,
    captured_bytes: frame.bytes.byteLength,
    ...ethernet === undefined ? {} : ethernetJson(ethernet),
    ...ip === undefined ? {} : { ip: ipJson(ip) },
    ...contentJson(content),
    problems,
  });
}

function kindOf(content: Content): string {
  return content.kind === "vrrp" && content.ah !== undefined ? "ah-vrrp" : content.kind;
}

function ethernetJson({ source, destination, vlans, etherType }: EthernetInfo): JsonObject {
  return {
    src_mac: formatMac(source),
    dst_mac: formatMac(destination),
    vlans,
    ethertype: `0x${hex(etherType, 4)}`,
  };
}

function ipJson(ip: IpInfo): JsonObject {
  const common = {
    src: formatIp(ip.source),
    dst: formatIp(ip.destination),
    length: ip.lengthBytes,
    padding: ip.paddingBytes,
    options: ip.optionBytes,
  };
  return ip.ipv4 === undefined
    ? {
      version: 6,
      ...common,
      traffic_class: `0x${hex(ip.typeOfService, 2)}`,
      flow: `0x${hex(ip.flowLabel ?? 0, 5)}`,
      next_header: ip.protocol,
      hop_limit: ip.ttl,
      hop_limit_ok: isTtlRight(ip),
    }
    : {
      version: 4,
      ...common,
      tos: `0x${hex(ip.typeOfService, 2)}`,
      id: ip.ipv4.id,
      dont_fragment: ip.ipv4.dontFragment,
      proto: ip.protocol,
      ttl: ip.ttl,
      ttl_ok: isTtlRight(ip),
      checksum: `0x${hex(ip.ipv4.checksum, 4)}`,
      checksum_ok: ip.ipv4.checksumOk,
    };
}

function contentJson(content: Content): JsonObject {
  switch (content.kind) {
    case "vrrp":
      return {
        ...content.ah === undefined ? {} : { ah: ahJson(content.ah) },
        vrrp: vrrpJson(content.vrrp),
      };
    case "carp":
      return { carp: carpJson(content) };
    case "arp":
      return { arp: arpJson(content) };
    case "na":
      return { na: neighborJson(content) };
    case "other":
      return { what: content.what };
    case "malformed":
      return {};
  }
}

function ahJson({ nextHeader, spi, sequence, icv }: AhHeader): JsonObject {
  return { next_header: nextHeader, spi: `0x${hex(spi, 8)}`, sequence, icv: icv.toHex() };
}

function vrrpJson(vrrp: VrrpInfo): JsonObject {
  return {
    version: vrrp.version,
    type: vrrp.type,
    vrid: vrrp.vrid,
    priority: vrrp.priority,
    ...intervalJson(vrrp),
    address_count: vrrp.addressCount,
    addresses: vrrp.addresses.map(formatIp),
    length: vrrp.messageBytes,
    ...checksumJson(vrrp.checksum),
    ...vrrp.authType === undefined ? {} : { auth_type: vrrp.authType },
    auth: authJson(vrrp.auth),
  };
}

function intervalJson({ interval }: VrrpInfo): JsonObject {
  if (interval === undefined) return {};
  if (interval.unit === "s") return { advert_interval_s: interval.value };
  return { advert_interval_cs: interval.value, reserved_bits: interval.reservedBits };
}

/** `checksum_ok` is null where the message is not there as a whole. */
function checksumJson({ value, verdict, readings }: ChecksumInfo): JsonObject {
  return {
    checksum: `0x${hex(value, 4)}`,
    checksum_ok: verdict === "unknown" ? null : verdict === "right",
    ...readings === undefined ? {} : {
      checksum_rfc5798_ok: readings.includes("rfc5798"),
      checksum_rfc9568_ok: readings.includes("rfc9568"),
      checksum_for_group: readings.includes("group"),
    },
  };
}

function authJson(auth: AuthInfo): JsonObject {
  switch (auth.name) {
    case "none":
    case "rfc2338-ah":
      return { name: auth.name };
    case "rfc2338-simple":
      // Absent where the message is too short to say.
      return { name: auth.name, password_present: auth.passwordPresent };
    case "p0-t8-sha256":
    case "p1-b8-shake256":
      return { name: auth.name, digest: auth.digest.toHex() };
    case "unknown":
      return { name: auth.name, type: auth.type };
    case "hmac-sha256":
      return {
        name: auth.name,
        type: auth.trailer.type,
        key_id: auth.trailer.keyId,
        reserved: auth.trailer.reserved,
        sequence: sequenceOf(auth.trailer),
        signed_at: signedAt(auth.trailer),
        counter: auth.trailer.counter,
        tag: auth.trailer.tag.toHex(),
      };
  }
}

function carpJson({ carp }: Extract<Content, { kind: "carp" }>): JsonObject {
  return {
    vhid: carp.vhid,
    advskew: carp.advSkew,
    advbase_s: carp.advBaseS,
    checksum: `0x${hex(carp.checksum, 4)}`,
    checksum_ok: carp.checksumOk,
  };
}

function arpJson({ arp }: Extract<Content, { kind: "arp" }>): JsonObject {
  return {
    op: arp.operation,
    sender_hw: formatMac(arp.senderMac),
    sender_ip: formatIp(arp.senderAddress),
    target_hw: formatMac(arp.targetMac),
    target_ip: formatIp(arp.targetAddress),
    gratuitous: isGratuitous(arp),
  };
}

function neighborJson({ neighbor }: Extract<Content, { kind: "na" }>): JsonObject {
  const { target, targetMac, router, solicited, override, checksumOk } = neighbor;
  return {
    target: formatIp(target),
    ...targetMac === undefined ? {} : { target_mac: formatMac(targetMac) },
    router,
    solicited,
    override,
    checksum_ok: checksumOk,
  };
}
