import { createHmac, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { MS_PER_S } from "../base/units.ts";
import { Revocations, type SessionMark } from "./revocations.ts";
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

export interface Session extends SessionMark {
  readonly user: User;
  /** On the clock of every `nowMs` here. */
  readonly endsMs: number;
}

const ID_BYTES = 16;
const NONCE_LIMIT = 2 ** 47;
const SECRET_BYTES = 128;

export interface SessionsOptions {
  /** Signs the cookies; without it sessions end with the process. */
  readonly secret?: string | undefined;
  readonly ttlS: number;
  /** Sessions that began up to this moment are refused; unset: none for that reason. */
  readonly refusedUpToMs?: number | undefined;
}

/**
 * Sessions that live in the cookies alone: nothing is kept of them here but which of them have ended
 * before their time.
 */
export class Sessions {
  readonly #secret: string | Buffer;
  readonly #revocations: Revocations;
  #ttlS: number;

  constructor({ secret, ttlS, refusedUpToMs = -Infinity }: SessionsOptions) {
    this.#secret = secret ?? randomBytes(SECRET_BYTES);
    this.#revocations = new Revocations(Math.floor(refusedUpToMs / MS_PER_S));
    this.#ttlS = ttlS;
  }

  /** From now on sessions last so long, those that have begun included. */
  setTtl(ttlS: number): void {
    this.#ttlS = ttlS;
  }

  begin(user: User, nowMs: number): SessionCookies {
    const beganS = Math.floor(nowMs / MS_PER_S);
    const ts = String(beganS);
    const nonce = String(randomInt(NONCE_LIMIT));
    const id = randomBytes(ID_BYTES).toString("hex");
    const proof = this.#proof({ user, ts, nonce, id }).toString("hex");
    this.#revocations.admit({ id, beganS });
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
    const mark = { id, beganS: ts };
    return this.#revocations.has(mark) ? undefined : { ...mark, user, endsMs };
  }

  /** Ends a session before its time. */
  revoke(session: SessionMark, nowMs: number): void {
    this.#revocations.forgetUpTo(Math.floor(nowMs / MS_PER_S) - this.#ttlS);
    this.#revocations.add(session);
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
