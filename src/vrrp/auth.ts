import { unreachable } from "../base/assert.ts";
import { ok, type Result } from "../base/result.ts";
import { AUTH_TYPE, equalAuthData, noAuthData, p0Data, p1Data } from "../wire/auth.ts";
import { type Reject, reject } from "../wire/reject.ts";
import * as vrrp2 from "../wire/vrrp2.ts";
import type { AuthConfig } from "./types.ts";

const TYPE_BYTE: Readonly<Record<AuthConfig["type"], number>> = {
  "none": AUTH_TYPE.none,
  "rfc2338-simple": AUTH_TYPE.simplePassword,
  "p0-t8-sha256": AUTH_TYPE.p0,
  "p1-b8-shake256": AUTH_TYPE.p1,
  "rfc2338-ah": AUTH_TYPE.ipsecAh,
  "hmac-sha256": AUTH_TYPE.none,
};

/** The advertisement with the authentication that the virtual router asks of others. */
export function authenticated(
  auth: AuthConfig,
  content: Omit<vrrp2.Vrrp2Fields, "authType">,
): vrrp2.Vrrp2Advert {
  const fields = { ...content, authType: TYPE_BYTE[auth.type] };
  return { ...fields, authData: authData(auth, () => vrrp2.authenticatedPart(fields)) };
}

/**
 * Whether a received advertisement carries that authentication in its own fields (RFC 2338 section
 * 7.1). Of `rfc2338-ah` and `hmac-sha256` these hold the type only: the rest is a guard's to judge.
 */
export function checkAuth(
  auth: AuthConfig,
  received: Pick<vrrp2.Vrrp2View, "authType" | "authData" | "message">,
): Result<void, Reject> {
  const expected = TYPE_BYTE[auth.type];
  if (received.authType !== expected) {
    return reject("authType", `authentication type ${received.authType}, ours is ${expected}`);
  }
  // Without authentication the data is ignored (RFC 3768 section 5.3.10).
  if (
    auth.type === "none" || needsGuard(auth) ||
    equalAuthData(
      received.authData,
      authData(auth, () => vrrp2.authenticatedBytes(received.message)),
    )
  ) {
    return ok(undefined);
  }
  return reject("authData", auth.type === "rfc2338-simple" ? "another password" : "another secret");
}

/** Whether an advertisement is right only once. */
export function needsGuard({ type }: AuthConfig): boolean {
  return type === "rfc2338-ah" || type === "hmac-sha256";
}

/** `covered` gives the part of the message that a key is applied to. */
function authData(
  auth: AuthConfig,
  covered: () => Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  switch (auth.type) {
    case "none":
    case "rfc2338-ah":
    case "hmac-sha256":
      return noAuthData();
    case "rfc2338-simple":
      return auth.data;
    case "p0-t8-sha256":
      return p0Data(auth.key, covered());
    case "p1-b8-shake256":
      return p1Data(auth.key, covered());
    default:
      return unreachable(auth);
  }
}
