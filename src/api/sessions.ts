import { createHmac, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { MS_PER_S } from "../base/units.ts";
import type { User } from "./users.ts";

/** What stands in the cookies of these names. */
export interface SessionCookies {
  readonly user: string;
  /** When it began, in seconds since 1970. */
  readonly ts: string;
  readonly nonce: string;
  /** Names the session and proves the rest. */
  readonly token: string;
}

export interface Session {
  readonly id: string;
  readonly user: User;
  /** On the clock of every `nowMs` here. */
  readonly endsMs: number;
}

const ID_BYTES = 16;
const NONCE_LIMIT = 2 ** 47;
const SECRET_BYTES = 128;
const MOST_REVOKED = 10_000;

export interface SessionsOptions {
  /** Signs the cookies; without it sessions end with the process. */
  readonly secret?: string | undefined;
  readonly ttlS: number;
}

/**
 * Sessions that live in the cookies alone: nothing is kept of them here but which of them have ended
 * before their time.
 */
export class Sessions {
  readonly #secret: string | Buffer;
  readonly #ttlS: number;
  /** With the time of each one's beginning, in the order in which they were revoked. */
  readonly #revoked = new Map<string, number>();
  /** Sessions that began up to this second are refused: which of them were revoked is forgotten. */
  #forgottenUpToS = -Infinity;

  constructor({ secret, ttlS }: SessionsOptions) {
    this.#secret = secret ?? randomBytes(SECRET_BYTES);
    this.#ttlS = ttlS;
  }

  begin(user: User, nowMs: number): SessionCookies {
    const ts = String(Math.floor(nowMs / MS_PER_S));
    const nonce = String(randomInt(NONCE_LIMIT));
    const id = randomBytes(ID_BYTES).toString("hex");
    const proof = this.#proof({ user, ts, nonce, id }).toString("hex");
    return { user: user.name, ts, nonce, token: `${id}.${proof}` };
  }

  /** The session that these cookies prove; `undefined` for all others. */
  find(
    cookies: SessionCookies,
    { users, nowMs }: { readonly users: ReadonlyMap<string, User>; readonly nowMs: number },
  ): Session | undefined {
    const user = users.get(cookies.user);
    const ts = canonicalNumber(cookies.ts);
    const nonce = canonicalNumber(cookies.nonce);
    const [, id, proof] = /^([0-9a-f]{32})\.([0-9a-f]{64})$/.exec(cookies.token) ?? [];
    if (user === undefined || ts === undefined || nonce === undefined) return undefined;
    if (id === undefined || proof === undefined) return undefined;
    const expected = this.#proof({ user, ts: cookies.ts, nonce: cookies.nonce, id });
    if (!timingSafeEqual(expected, Buffer.from(proof, "hex"))) return undefined;
    const endsMs = (ts + this.#ttlS) * MS_PER_S;
    if (ts * MS_PER_S > nowMs || endsMs <= nowMs) return undefined;
    if (ts <= this.#forgottenUpToS || this.#revoked.has(id)) return undefined;
    return { id, user, endsMs };
  }

  /** Ends a session before its time. */
  revoke({ id, endsMs }: Session, nowMs: number): void {
    for (const [known, beganS] of this.#revoked) {
      if ((beganS + this.#ttlS) * MS_PER_S <= nowMs) this.#revoked.delete(known);
    }
    this.#revoked.set(id, endsMs / MS_PER_S - this.#ttlS);
    if (this.#revoked.size <= MOST_REVOKED) return;
    const [oldest] = this.#revoked;
    if (oldest === undefined) return;
    this.#revoked.delete(oldest[0]);
    this.#forgottenUpToS = Math.max(this.#forgottenUpToS, oldest[1]);
  }

  /** Each part with its length before it, so that nothing can move from one to the next. */
  #proof({ user, ts, nonce, id }: {
    readonly user: User;
    readonly ts: string;
    readonly nonce: string;
    readonly id: string;
  }): Buffer {
    const hmac = createHmac("sha3-256", this.#secret);
    for (const part of [user.name, ts, nonce, id, user.line]) {
      hmac.update(`${Buffer.byteLength(part)}:${part}`);
    }
    return hmac.digest();
  }
}

/** A whole number from 0 on without leading zeros, signs or blanks. */
function canonicalNumber(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
