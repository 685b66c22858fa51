import { fromHex } from "./bytes.ts";

/** What an independent decoder read in a frame of the captures; only the parts that tests compare. */
export interface DecodedFrame {
  readonly src_mac: string;
  readonly dst_mac: string;
  readonly ethertype: string;
  readonly kind: string;
  readonly ip?: DecodedIp;
  readonly vrrp?: DecodedVrrp;
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
}

export interface DecodedVrrp {
  readonly version: number;
  readonly vrid: number;
  readonly priority: number;
  readonly auth_type: number;
  readonly adver_int_s: number;
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

export function readCapture(file: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(file, capturesDirectory()));
}
