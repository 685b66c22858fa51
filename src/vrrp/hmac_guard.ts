import { ok, type Result } from "../base/result.ts";
import { HmacKey } from "../wire/hmac.ts";
import { isSignedBy } from "../wire/hmac_seal.ts";
import * as hmacTrailer from "../wire/hmac_trailer.ts";
import { type Reject, reject } from "../wire/reject.ts";
import type { Candidate, Guard } from "./guard.ts";
import type { Replay } from "./replay.ts";
import type { Instant } from "./stamp_clock.ts";
import type { HmacAuthConfig } from "./types.ts";

/** Judges the trailer of `hmac-sha256`. */
export class HmacGuard implements Guard {
  readonly #config: HmacAuthConfig;
  readonly #replay: Replay;
  readonly #keys: ReadonlyMap<number, HmacKey>;

  constructor(config: HmacAuthConfig, replay: Replay) {
    this.#config = config;
    this.#replay = replay;
    this.#keys = new Map(config.keys.map(({ id, key }) => [id, new HmacKey("sha256", key)]));
  }

  check({ packet, message, trailer }: Candidate, arrival: Instant): Result<void, Reject> {
    if (trailer === undefined) {
      if (this.#config.mode !== "enforce") return ok(undefined);
      return reject("authMissing", "it is not signed");
    }
    const parsed = hmacTrailer.parse(trailer);
    if (!parsed.ok) return parsed;
    const { type, keyId, reserved } = parsed.value;
    if (type !== hmacTrailer.TYPE_HMAC_SHA256) {
      return reject("authMalformed", `authentication trailer of type ${type}`);
    }
    if (reserved !== 0) return reject("authMalformed", "reserved bits of the trailer are set");
    const key = this.#keys.get(keyId);
    if (key === undefined) return reject("authUnknownKey", `key ${keyId} is none of auth_keys`);
    // Before its time is looked at: of what was forged, nothing is worth to be told.
    if (!isSignedBy({ message, source: packet.source }, trailer, key)) {
      return reject("authInvalid", `not signed with our key ${keyId}`);
    }
    return this.#replay.accept(packet.source, hmacTrailer.sequenceOf(parsed.value), arrival);
  }
}
