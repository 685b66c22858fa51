import type { IpAddress } from "../base/ip.ts";
import type { Result } from "../base/result.ts";
import { isSealedBy } from "../wire/ah_seal.ts";
import * as ah from "../wire/ah.ts";
import type { HmacKey } from "../wire/hmac.ts";
import { type Reject, reject } from "../wire/reject.ts";
import type { AhNumbers } from "./ah_numbers.ts";
import type { Candidate, Guard } from "./guard.ts";

/** Judges the header of `rfc2338-ah`. */
export class AhGuard implements Guard {
  readonly #key: HmacKey;
  readonly #numbers: AhNumbers;

  constructor(key: HmacKey, numbers: AhNumbers) {
    this.#key = key;
    this.#numbers = numbers;
  }

  check({ packet }: Candidate): Result<void, Reject> {
    const { ah: authenticated, source } = packet;
    if (authenticated === undefined) {
      return reject("authMissing", "it has no authentication header");
    }
    const { spi, icv, sequence } = authenticated.header;
    if (icv.length !== ah.ICV_SIZE) {
      return reject("authMalformed", `an integrity check value of ${icv.length} bytes`);
    }
    if (spi !== indexOf(source)) {
      return reject("authMalformed", "its security parameters are another sender's");
    }
    if (!isSealedBy(authenticated.packet, { key: this.#key, icv })) {
      return reject("authInvalid", "another secret");
    }
    return this.#numbers.accept(sequence);
  }
}

/** keepalived's security parameters index: the sender's address. */
function indexOf({ bytes }: IpAddress): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}
