import { Refusal } from "./refusal.ts";

const MOST_STREAMS = 512;
/** One user's clients leave room for those of others. */
const MOST_OF_USER = 256;

/** Whose answer it is that goes on. */
export interface StreamOwner {
  /** Absent where nobody had to sign in. */
  readonly user?: string | undefined;
  /** The id of a session; absent where there is none. */
  readonly session?: string | undefined;
  readonly isLocal: boolean;
}

/**
 * Settles when nothing of an answer is kept for its client any more. One that has been broken off may
 * lie in the kernel's buffers for as long as its client keeps the connection and does not read.
 */
export type WhenGone = () => Promise<unknown>;

/** The answers that go on until somebody ends them. */
export class Streams {
  readonly #open = new Map<AbortController, StreamOwner>();

  get count(): number {
    return this.#open.size;
  }

  /**
   * Room for one more; throws {@linkcode Refusal} where there is none. On the control socket there
   * always is: clients elsewhere must not keep its owner from looking.
   */
  open(owner: StreamOwner, whenGone?: WhenGone): Stream {
    if (!owner.isLocal && !this.#hasRoom(owner)) {
      throw new Refusal(503, "Too many event streams are open", {
        headers: { "retry-after": "10" },
      });
    }
    const controller = new AbortController();
    this.#open.set(controller, owner);
    const { signal } = controller;
    const free = () => {
      this.#open.delete(controller);
      controller.abort();
    };
    whenGone?.().then(free, free);
    return { signal, close: whenGone === undefined ? free : () => controller.abort() };
  }

  /** Has those of a session end that has ended. */
  endSession(session: string): void {
    for (const [controller, owner] of this.#open) {
      if (owner.session === session) controller.abort();
    }
  }

  /** Has all of them end; each keeps its room until it has. */
  endAll(): void {
    for (const controller of this.#open.keys()) controller.abort();
  }

  #hasRoom({ user }: StreamOwner): boolean {
    if (this.#open.size >= MOST_STREAMS) return false;
    if (user === undefined) return true;
    const own = this.#open.values().filter((owner) => !owner.isLocal && owner.user === user);
    return own.reduce((count) => count + 1, 0) < MOST_OF_USER;
  }
}

export interface Stream {
  /** Aborted when the stream is to end. */
  readonly signal: AbortSignal;
  /** The stream has ended: its room is given back, or will be when the answer is gone. */
  close(): void;
}
