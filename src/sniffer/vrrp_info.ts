import { type Family, type IpAddress, ipFromBytes } from "../base/ip.ts";
import { copyBytes, subView } from "../wire/bytes.ts";
import * as checksum from "../wire/checksum.ts";
import type { Ends } from "../wire/pseudo_header.ts";
import { TYPE_ADVERTISEMENT, VRRP_GROUP } from "../wire/vrrp.ts";
import * as vrrp2 from "../wire/vrrp2.ts";
import * as vrrp3 from "../wire/vrrp3.ts";
import { authProblems, readAuth } from "./auth_info.ts";
import { addressSize, HEADER_SIZE, type MessageSizes, sizesOf } from "./message_sizes.ts";
import type { AdvertInterval, ChecksumInfo, VrrpInfo } from "./sighting.ts";

export interface VrrpReading {
  readonly info: VrrpInfo;
  readonly problems: readonly string[];
}

/** A VRRP message, and what of its packet it cannot be read without. */
export interface VrrpPayload {
  readonly message: DataView;
  readonly ends: Ends;
  readonly behindAh: boolean;
  /** Bytes at the message's end that the capture or the frame lacks. */
  readonly missingBytes: number;
}

/** Reads as much as there is; `undefined` where not even the fixed part is. */
export function readVrrp(payload: VrrpPayload): VrrpReading | undefined {
  const { message } = payload;
  if (message.byteLength < HEADER_SIZE) return undefined;
  const sizes = sizesOf({ ...payload, family: payload.ends.source.family });
  const info: VrrpInfo = {
    version: message.getUint8(vrrp2.AT.versionAndType) >> 4,
    type: message.getUint8(vrrp2.AT.versionAndType) & 0x0f,
    vrid: message.getUint8(vrrp2.AT.vrid),
    priority: message.getUint8(vrrp2.AT.priority),
    addressCount: message.getUint8(vrrp2.AT.addressCount),
    ...readInterval(message),
    addresses: readAddresses(payload),
    messageBytes: sizes.have - sizes.trailer,
    checksum: readChecksum(payload, sizes),
    ...authTypeOf(message),
    auth: readAuth(message, sizes),
  };
  return { info, problems: problemsOf(info, payload, sizes) };
}

function readInterval(message: DataView): { interval?: AdvertInterval } {
  switch (message.getUint8(vrrp2.AT.versionAndType) >> 4) {
    case vrrp2.VERSION:
      return { interval: { unit: "s", value: message.getUint8(vrrp2.AT.advertInterval) } };
    case vrrp3.VERSION: {
      const field = message.getUint16(vrrp3.AT.advertInterval);
      const value = field & vrrp3.MAX_ADVERT_INTERVAL_CS;
      return { interval: { unit: "cs", value, reservedBits: field >> 12 } };
    }
    default:
      return {};
  }
}

function authTypeOf(message: DataView): { authType?: number } {
  if (message.getUint8(vrrp2.AT.versionAndType) >> 4 !== vrrp2.VERSION) return {};
  return { authType: message.getUint8(vrrp2.AT.authType) };
}

/** Those that are there as a whole, at most as many as the message says. */
function readAddresses({ message, ends }: VrrpPayload): IpAddress[] {
  const length = addressSize(ends.source.family);
  const room = Math.floor((message.byteLength - HEADER_SIZE) / length);
  const count = Math.min(room, message.getUint8(vrrp2.AT.addressCount));
  return Array.from({ length: count }, (_, index) => {
    return ipFromBytes(copyBytes(message, { at: HEADER_SIZE + index * length, length }));
  });
}

function readChecksum(payload: VrrpPayload, sizes: MessageSizes): ChecksumInfo {
  const { message, missingBytes } = payload;
  const value = message.getUint16(vrrp2.AT.checksum);
  const version = message.getUint8(vrrp2.AT.versionAndType) >> 4;
  if (missingBytes > 0 || (version !== vrrp2.VERSION && version !== vrrp3.VERSION)) {
    return { value, verdict: "unknown" };
  }
  const covered = subView(message, { at: 0, length: coveredBytes(payload, sizes) });
  if (version === vrrp3.VERSION) return { value, ...version3Verdict(covered, payload.ends) };
  const right = checksum.finish(checksum.sum(covered)) === 0;
  return { value, verdict: right ? "right" : "wrong" };
}

/** keepalived's kernel makes the checksum over IPv6 after signing, so it covers the trailer there. */
function coveredBytes({ message, ends }: VrrpPayload, { trailer }: MessageSizes): number {
  return ends.source.family === 6 ? message.byteLength : message.byteLength - trailer;
}

function version3Verdict(message: DataView, ends: Ends): Omit<ChecksumInfo, "value"> {
  const fits = (form: vrrp3.ChecksumForm, between = ends) =>
    vrrp3.checksumOf(message, { ...between, form }) === 0;
  if (ends.source.family === 6) return { verdict: fits("rfc5798") ? "right" : "wrong" };
  const readings = (["rfc5798", "rfc9568"] as const).filter((form) => fits(form));
  if (readings.length > 0) return { verdict: "right", readings };
  const toGroup = { source: ends.source, destination: VRRP_GROUP[4] };
  return { verdict: "wrong", readings: fits("rfc5798", toGroup) ? ["group"] : [] };
}

function problemsOf(info: VrrpInfo, payload: VrrpPayload, sizes: MessageSizes): string[] {
  const found = [...versionProblems(info, payload.ends.source.family)];
  if (info.type !== TYPE_ADVERTISEMENT) found.push(`VRRP type ${info.type}, must be 1`);
  if (info.vrid === 0) found.push("group 0: groups start at 1");
  found.push(...lengthProblems(info, sizes));
  if (info.checksum.verdict === "wrong") found.push(checksumProblem(info.checksum));
  if (info.interval?.value === 0) found.push("the interval is 0");
  found.push(...authProblems({ ...payload, sizes, auth: info.auth }));
  return found;
}

function versionProblems({ version }: VrrpInfo, family: Family): string[] {
  if (version === vrrp2.VERSION && family === 6) return ["VRRP version 2 has no IPv6"];
  if (version === vrrp2.VERSION || version === vrrp3.VERSION) return [];
  return [`VRRP version ${version} is unknown`];
}

function lengthProblems({ addressCount }: VrrpInfo, { have, want, trailer }: MessageSizes) {
  if (want === undefined) return [];
  if (addressCount === 0) return ["the list of addresses is empty"];
  if (have - trailer === want) return [];
  return [`VRRP length ${have}, must be ${want} for the number of addresses (${addressCount})`];
}

function checksumProblem({ readings }: ChecksumInfo): string {
  const known = "made for the group's address, as old_unicast_checksum of keepalived does";
  return readings?.includes("group")
    ? `the VRRP checksum is ${known}`
    : "the VRRP checksum is wrong";
}
