import { assert } from "../../base/assert.ts";
import type { IpAddress } from "../../base/ip.ts";
import type { VirtualRouterConfig } from "../../config/types.ts";
import { AhGuard } from "../../vrrp/ah_guard.ts";
import type { AhNumbers } from "../../vrrp/ah_numbers.ts";
import type { Guard } from "../../vrrp/guard.ts";
import { HmacGuard } from "../../vrrp/hmac_guard.ts";
import type { Replay } from "../../vrrp/replay.ts";
import type { Instant } from "../../vrrp/stamp_clock.ts";
import type { AuthConfig, HmacAuthConfig, ReplayRules } from "../../vrrp/types.ts";
import { sealAh } from "../../wire/ah_seal.ts";
import { type SealableFrame, type SealKind, sumUpSigned } from "../../wire/frame.ts";
import { HmacKey } from "../../wire/hmac.ts";
import { emitTrailer } from "../../wire/hmac_seal.ts";

/** The numbers that one virtual router has sent and accepted: they outlive its configuration. */
export interface RouterNumbers {
  readonly ah: AhNumbers;
  replay(rules: ReplayRules): Replay;
  /** Both clocks now. */
  now(): Instant;
}

/** Where each virtual router has its own. */
export interface NumberSource {
  of(config: Pick<VirtualRouterConfig, "interface" | "protocol" | "unicast">): RouterNumbers;
}

/** The part of a virtual router's authentication that is done anew for each advertisement. */
export interface Authenticator {
  readonly guard: Guard;
  /** What frames are to have room for; `undefined`: they go out as they are. */
  readonly room: SealKind | undefined;
  /** What is sent from now on has this source. */
  sendFrom(source: IpAddress): void;
  /** Gives all copies of one advertisement its number, and each its signature. */
  seal(copies: readonly SealableFrame[]): void;
}

/** `undefined` for authentication that is the same in each advertisement. */
export function authenticator(
  auth: AuthConfig,
  numbers: RouterNumbers,
): Authenticator | undefined {
  switch (auth.type) {
    case "rfc2338-ah":
      return new AhAuthenticator(auth.key, numbers.ah);
    case "hmac-sha256":
      return new HmacAuthenticator(auth, numbers);
    default:
      return undefined;
  }
}

class AhAuthenticator implements Authenticator {
  readonly guard: Guard;
  readonly room = "ah";
  readonly #key: HmacKey;
  readonly #numbers: AhNumbers;

  constructor(secret: Uint8Array, numbers: AhNumbers) {
    this.#key = new HmacKey("md5", secret);
    this.#numbers = numbers;
    this.guard = new AhGuard(this.#key, numbers);
  }

  /** The source stands in the frames. */
  sendFrom(): void {}

  seal(copies: readonly SealableFrame[]): void {
    const sequence = this.#numbers.next();
    for (const { packet } of copies) sealAh(packet, { key: this.#key, sequence });
  }
}

class HmacAuthenticator implements Authenticator {
  readonly guard: Guard;
  readonly room: SealKind | undefined;
  readonly #replay: Replay;
  readonly #now: () => Instant;
  readonly #keyId: number;
  readonly #key: HmacKey;
  #source: IpAddress | undefined;

  constructor(config: HmacAuthConfig, numbers: RouterNumbers) {
    const { activeKey, keys, mode } = config;
    const active = keys.find(({ id }) => id === activeKey);
    assert(active !== undefined, "the configuration has the key that signs");
    this.#replay = numbers.replay(config);
    this.#now = () => numbers.now();
    this.#keyId = activeKey;
    this.#key = new HmacKey("sha256", active.key);
    this.guard = new HmacGuard(config, this.#replay);
    this.room = mode === "receive-only" ? undefined : "trailer";
  }

  sendFrom(source: IpAddress): void {
    this.#source = source;
    this.#replay.sendFrom(source);
  }

  /** The tag does not depend on whom a copy is for. */
  seal(copies: readonly SealableFrame[]): void {
    const [first] = copies;
    const source = this.#source;
    if (first === undefined || source === undefined || this.room === undefined) return;
    const sequence = this.#replay.next(this.#now());
    const signing = { key: this.#key, keyId: this.#keyId, sequence };
    emitTrailer({ message: first.message, source }, first.trailer, signing);
    for (const { trailer } of copies.slice(1)) copyView(first.trailer, trailer);
    for (const copy of copies) sumUpSigned(copy);
  }
}

function copyView(from: DataView, to: DataView): void {
  new Uint8Array(to.buffer, to.byteOffset, to.byteLength).set(
    new Uint8Array(from.buffer, from.byteOffset, from.byteLength),
  );
}
