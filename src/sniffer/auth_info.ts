import { AUTH_DATA_SIZE, AUTH_TYPE } from "../wire/auth.ts";
import { copyBytes, subView } from "../wire/bytes.ts";
import * as hmacTrailer from "../wire/hmac_trailer.ts";
import * as vrrp2 from "../wire/vrrp2.ts";
import type { AuthInfo } from "./sighting.ts";
import type { MessageSizes } from "./message_sizes.ts";

/** Which authentication a message carries. What cannot be told from the bytes there are is "none". */
export function readAuth(message: DataView, sizes: MessageSizes): AuthInfo {
  const trailer = readTrailer(message, sizes);
  if (trailer !== undefined) return { name: "hmac-sha256", trailer };
  if (versionOf(message) !== vrrp2.VERSION) return { name: "none" };
  const type = message.getUint8(vrrp2.AT.authType);
  switch (type) {
    case AUTH_TYPE.none:
      return { name: "none" };
    case AUTH_TYPE.simplePassword:
      return { name: "rfc2338-simple", ...passwordPresence(authData(message, sizes)) };
    case AUTH_TYPE.ipsecAh:
      return { name: "rfc2338-ah" };
    case AUTH_TYPE.p0:
      return { name: "p0-t8-sha256", digest: authData(message, sizes) };
    case AUTH_TYPE.p1:
      return { name: "p1-b8-shake256", digest: authData(message, sizes) };
    default:
      return { name: "unknown", type };
  }
}

function versionOf(message: DataView): number {
  return message.getUint8(vrrp2.AT.versionAndType) >> 4;
}

function readTrailer(message: DataView, { trailer, have }: MessageSizes) {
  if (trailer === 0 || message.byteLength < have) return undefined;
  const span = { at: have - trailer, length: trailer };
  const parsed = hmacTrailer.parse(subView(message, span));
  return parsed.ok ? parsed.value : undefined;
}

/** Empty where the message is not as long as it should be: what stands there may be anything. */
function authData(message: DataView, { have, want, trailer }: MessageSizes): Uint8Array {
  if (want === undefined || have - trailer !== want || message.byteLength < want) {
    return new Uint8Array(0);
  }
  return copyBytes(message, { at: want - AUTH_DATA_SIZE, length: AUTH_DATA_SIZE });
}

function passwordPresence(data: Uint8Array): { passwordPresent?: boolean } {
  return data.length === 0 ? {} : { passwordPresent: isAnySet(data) };
}

function isAnySet(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte !== 0);
}

/** What a receiver would object to, as far as that can be said without its secret. */
export function authProblems(
  { message, behindAh, sizes, auth }: {
    readonly message: DataView;
    readonly behindAh: boolean;
    readonly sizes: MessageSizes;
    readonly auth: AuthInfo;
  },
): string[] {
  const found: string[] = [];
  const hasType = versionOf(message) === vrrp2.VERSION;
  const type = hasType ? message.getUint8(vrrp2.AT.authType) : AUTH_TYPE.none;
  if (behindAh && type !== AUTH_TYPE.ipsecAh) {
    found.push(`an authentication header around authentication type ${type}`);
  }
  if (!behindAh && auth.name === "rfc2338-ah") found.push("the authentication header is missing");
  if (auth.name === "unknown") found.push(`authentication type ${auth.type} is unknown`);
  if (auth.name === "hmac-sha256") found.push(...trailerProblems(auth.trailer, type));
  if (hasType && auth.name === "none" && isAnySet(authData(message, sizes))) {
    found.push("the authentication data of type 0 is not zero");
  }
  return found;
}

function trailerProblems(trailer: hmacTrailer.HmacTrailer, authType: number): string[] {
  const found: string[] = [];
  if (authType !== AUTH_TYPE.none) {
    found.push(`an HMAC trailer behind authentication type ${authType}`);
  }
  if (trailer.type !== hmacTrailer.TYPE_HMAC_SHA256) {
    found.push(`HMAC trailer type ${trailer.type} is unknown`);
  }
  if (trailer.keyId === 0) found.push("HMAC key 0: keys start at 1");
  if (trailer.reserved !== 0) found.push("reserved bits of the HMAC trailer are set");
  return found;
}
