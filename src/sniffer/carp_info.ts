import * as checksum from "../wire/checksum.ts";
import type { CarpInfo } from "./sighting.ts";

const AT = {
  versionAndType: 0,
  vhid: 1,
  advSkew: 2,
  authLength: 3,
  advBase: 5,
  checksum: 6,
} as const;
const MESSAGE_SIZE = 36;
/** Version 2, type 1: what VRRP version 2 begins with, too. */
const VERSION_AND_TYPE = 0x21;
/** Counter and digest in words of 4 bytes; VRRP has its number of addresses here. */
const AUTH_WORDS = 7;

/**
 * Recognises CARP by its length: it pretends to be VRRP of 7 addresses, which would take 44 bytes.
 * `undefined` for anything else.
 */
export function readCarp(message: DataView): CarpInfo | undefined {
  if (message.byteLength !== MESSAGE_SIZE) return undefined;
  if (message.getUint8(AT.versionAndType) !== VERSION_AND_TYPE) return undefined;
  if (message.getUint8(AT.authLength) !== AUTH_WORDS) return undefined;
  return {
    vhid: message.getUint8(AT.vhid),
    advSkew: message.getUint8(AT.advSkew),
    advBaseS: message.getUint8(AT.advBase),
    checksum: message.getUint16(AT.checksum),
    checksumOk: checksum.finish(checksum.sum(message)) === 0,
  };
}
