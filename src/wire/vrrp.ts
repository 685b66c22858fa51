import { type Family, ip, type IpAddress } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import { type Reject, reject } from "./reject.ts";

/** What all versions of a VRRP message begin with. */
export const AT = { versionAndType: 0, vrid: 1 } as const;
export const HEAD_SIZE = 2;

/** The only message type there is (RFC 3768 section 5.3.2). */
export const TYPE_ADVERTISEMENT = 1;

/** Sent with this TTL, and refused with any other: so it cannot come from beyond a router. */
export const VRRP_TTL = 255;

/** The groups that advertisements are sent to (RFC 9568 section 5.1). */
export const VRRP_GROUP: Readonly<Record<Family, IpAddress>> = {
  4: ip("224.0.0.18"),
  6: ip("ff02::12"),
};

export interface VrrpHead {
  /** 0–15: what the sender says, not yet checked. */
  readonly version: number;
  /** 0–15. */
  readonly type: number;
  /** 0–255. */
  readonly vrid: number;
}

/** Reads what is needed to find the virtual router, whose version then decides how to read on. */
export function peek(message: DataView): Result<VrrpHead, Reject> {
  if (message.byteLength < HEAD_SIZE) {
    return reject("vrrpLength", `VRRP message of ${message.byteLength} bytes`);
  }
  const versionAndType = message.getUint8(AT.versionAndType);
  return ok({
    version: versionAndType >> 4,
    type: versionAndType & 0x0f,
    vrid: message.getUint8(AT.vrid),
  });
}
