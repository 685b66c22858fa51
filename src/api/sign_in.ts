import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
import { isPasswordOf } from "./password.ts";
import type { Credentials } from "./sign_in_body.ts";
import { Throttle } from "./throttle.ts";
import type { User } from "./users.ts";

/** So many passwords wait while one is checked. */
const MOST_WAITING = 16;
/** A password that was right is right for so long without being hashed again. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 256;

export type SignInOutcome =
  | { readonly kind: "right"; readonly user: User }
  | { readonly kind: "wrong" }
  /** Too many wait already. */
  | { readonly kind: "busy" }
  | { readonly kind: "throttled"; readonly waitMs: number };

export interface SignInAttempt extends Credentials {
  /** Where it comes from. */
  readonly address: string;
  /** Whether a password that was right a moment ago need not be hashed again. */
  readonly mayRemember: boolean;
}

interface Remembered {
  readonly line: string;
  readonly untilMs: number;
}

/** Checks passwords, one at a time and never on this thread. */
export class SignIn {
  /** Milliseconds; it must not be set back, or those who were throttled would wait for ever. */
  readonly #clock: () => number;
  readonly #throttle = new Throttle();
  readonly #key = randomBytes(32);
  readonly #remembered = new Map<string, Remembered>();
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  async check(attempt: SignInAttempt, users: ReadonlyMap<string, User>): Promise<SignInOutcome> {
    const waitMs = this.#waitMs(attempt);
    if (waitMs > 0) return { kind: "throttled", waitMs };
    const user = users.get(attempt.user);
    if (user !== undefined && attempt.mayRemember && this.#knows(attempt, user)) {
      return { kind: "right", user };
    }
    if (this.#waiting >= MOST_WAITING) return { kind: "busy" };
    const isRight = await this.#inTurn(attempt, { user, users });
    if (isRight === "throttled") return { kind: "throttled", waitMs: this.#waitMs(attempt) };
    if (user === undefined || !isRight) return { kind: "wrong" };
    if (attempt.mayRemember) this.#remember(attempt, user);
    return { kind: "right", user };
  }

  /** Why nobody from this address need try at the moment. */
  refusal(address: string): Extract<SignInOutcome, { kind: "busy" | "throttled" }> | undefined {
    const waitMs = this.#waitMs({ address });
    if (waitMs > 0) return { kind: "throttled", waitMs };
    return this.#waiting >= MOST_WAITING ? { kind: "busy" } : undefined;
  }

  #waitMs({ address }: Pick<SignInAttempt, "address">): number {
    return this.#throttle.waitMs(address, this.#clock());
  }

  /** Those that came together with five wrong ones are not checked any more when their turn comes. */
  async #inTurn(
    attempt: SignInAttempt,
    { user, users }: {
      readonly user: User | undefined;
      readonly users: ReadonlyMap<string, User>;
    },
  ): Promise<boolean | "throttled"> {
    this.#waiting++;
    const turn = this.#queue.then(async () => {
      if (this.#waitMs(attempt) > 0) return "throttled";
      const isRight = await this.#isRight(attempt, user ?? standIn(users));
      if (user === undefined || !isRight) {
        this.#throttle.noteFailure(attempt.address, this.#clock());
      }
      return isRight;
    });
    this.#queue = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }

  /** Somebody unknown takes as long as a user, and is never right. */
  #isRight({ password }: SignInAttempt, user: User | undefined): Promise<boolean> {
    return user === undefined ? Promise.resolve(false) : isPasswordOf(user, password);
  }

  #knows(attempt: SignInAttempt, user: User): boolean {
    const found = this.#remembered.get(this.#mark(attempt));
    return found !== undefined && found.line === user.line && this.#clock() < found.untilMs;
  }

  #remember(attempt: SignInAttempt, { line }: User): void {
    const mark = this.#mark(attempt);
    this.#remembered.delete(mark);
    this.#remembered.set(mark, { line, untilMs: this.#clock() + REMEMBERED_MS });
    if (this.#remembered.size <= MOST_REMEMBERED) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }

  /** The password itself is not kept. */
  #mark({ user, password }: Credentials): string {
    const name = `${Buffer.byteLength(user)}:${user}`;
    return createHmac("sha256", this.#key).update(name).update(password).digest("base64");
  }
}

/** Whose password is checked in place of that of somebody unknown. */
function standIn(users: ReadonlyMap<string, User>): User | undefined {
  const [first] = users.values();
  return first;
}
