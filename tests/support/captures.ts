import { fromHex } from "./bytes.ts";

/** What an independent decoder read in a frame of the captures; only the parts that tests compare. */
export interface DecodedFrame {
  readonly src_mac: string;
  readonly dst_mac: string;
  readonly ethertype: string;
  readonly kind: string;
  readonly ip?: DecodedIp;
  readonly vrrp?: DecodedVrrp;
  readonly ah?: DecodedAh;
}

export interface DecodedIp {
  readonly version: number;
  readonly tos: string;
  readonly id: number;
  readonly flags_frag: string;
  readonly ttl: number;
  readonly proto: number;
  readonly src: string;
  readonly dst: string;
  /** IPv6 has these instead of the above, save version and addresses. */
  readonly tclass: string;
  readonly flow: string;
  readonly payload_len: number;
  readonly next_header: number;
  readonly hop_limit: number;
}

export interface DecodedAh {
  readonly next_header: number;
  readonly payload_len: number;
  readonly spi: string;
  readonly seq: number;
  readonly icv: string;
}

export interface DecodedVrrp {
  readonly version: number;
  readonly vrid: number;
  readonly priority: number;
  readonly auth_type: number;
  readonly adver_int_s: number;
  /** Version 3 has this instead of the two above. */
  readonly max_adver_cs: number;
  readonly addrs: readonly string[];
  readonly trailing_hex: string;
}

/** Fields of an ARP frame, which the index keeps beside the common ones. */
export interface DecodedArp extends DecodedFrame {
  readonly kind: "arp";
  readonly op: number;
  readonly sender_hw: string;
  readonly sender_ip: string;
  readonly target_hw: string;
  readonly target_ip: string;
}

export interface CapturedFrame {
  /** The pcap file and the frame's place among its kind in the index, for messages. */
  readonly name: string;
  readonly file: string;
  /** Seconds since the file's first VRRP frame or so; only differences mean something. */
  readonly atS: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly decoded: DecodedFrame;
}

export interface CapturedV2Frame extends CapturedFrame {
  readonly ip: DecodedIp;
  readonly vrrp: DecodedVrrp;
}

export interface CapturedV3Frame extends CapturedFrame {
  readonly ip: DecodedIp;
  readonly vrrp: DecodedVrrp;
  readonly message: Uint8Array<ArrayBuffer>;
}

export interface CapturedAhFrame extends CapturedFrame {
  readonly ah: DecodedAh;
}

export interface CapturedIpFrame extends CapturedFrame {
  readonly ip: DecodedIp;
}

interface IndexFrame {
  readonly t_rel: number;
  readonly hex: string;
  readonly decoded: DecodedFrame;
}

interface IndexFile {
  readonly file: string;
  readonly vrrp_frames: readonly IndexFrame[];
  readonly other_frames: readonly IndexFrame[];
}

function capturesDirectory(): URL {
  const configured = Deno.env.get("RVRRPD_CAPTURES");
  if (configured !== undefined) return new URL(`file://${configured.replace(/\/?$/, "/")}`);
  return new URL("../../../shared/captures/", import.meta.url);
}

function readIndex(): readonly IndexFile[] {
  const url = new URL("index.json", capturesDirectory());
  try {
    return JSON.parse(Deno.readTextFileSync(url)).pcaps;
  } catch (cause) {
    throw new Error(`Cannot read ${url.pathname}: set RVRRPD_CAPTURES to the captures' directory`, {
      cause,
    });
  }
}

/** Every frame of every capture: advertisements of all kinds, ARP, neighbour discovery. */
export function capturedFrames(): CapturedFrame[] {
  return readIndex().flatMap(({ file, vrrp_frames, other_frames }) =>
    [...vrrp_frames, ...other_frames].map(({ t_rel, hex, decoded }, index) => ({
      name: `${file} frame ${index}`,
      file,
      atS: t_rel,
      bytes: fromHex(hex),
      decoded,
    }))
  );
}

/** The version 2 advertisements without an authentication header: no authentication or password. */
export function capturedV2Frames(): CapturedV2Frame[] {
  return capturedFrames().flatMap((frame) => {
    const { kind, ip, vrrp } = frame.decoded;
    if (kind !== "vrrp" || ip === undefined || vrrp?.version !== 2) return [];
    return [{ ...frame, ip, vrrp }];
  });
}

/** The version 3 advertisements of both families, with their message cut out. */
export function capturedV3Frames(): CapturedV3Frame[] {
  return capturedFrames().flatMap((frame) => {
    const { ip, vrrp } = frame.decoded;
    if (ip === undefined || vrrp?.version !== 3) return [];
    const message = frame.bytes.subarray(ip.version === 4 ? 34 : 54);
    return [{ ...frame, ip, vrrp, message }];
  });
}

/** The advertisements behind an authentication header. */
export function capturedAhFrames(): CapturedAhFrame[] {
  return capturedFrames().flatMap((frame) => {
    const { ah } = frame.decoded;
    return ah === undefined ? [] : [{ ...frame, ah }];
  });
}

/** Everything over IPv6: advertisements and neighbour discovery. */
export function capturedIpv6Frames(): CapturedIpFrame[] {
  return capturedFrames().flatMap((frame) => {
    const { ip } = frame.decoded;
    return ip?.version === 6 ? [{ ...frame, ip }] : [];
  });
}

export function capturedArps(): (CapturedFrame & { readonly decoded: DecodedArp })[] {
  return capturedFrames().flatMap((frame) => {
    const { decoded } = frame;
    return isArp(decoded) ? [{ ...frame, decoded }] : [];
  });
}

function isArp(decoded: DecodedFrame): decoded is DecodedArp {
  return decoded.kind === "arp";
}

/** The names of the captured pcap files. */
export function captureFiles(): string[] {
  return readIndex().map(({ file }) => file);
}

/** Where a captured pcap file lies. */
export function capturePath(file: string): string {
  return new URL(file, capturesDirectory()).pathname;
}

export function readCapture(file: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(file, capturesDirectory()));
}
