import { Refusal } from "./refusal.ts";

const MOST_STREAMS = 512;

/** The answers that go on until somebody ends them. */
export class Streams {
  readonly #open = new Map<AbortController, string | undefined>();

  get count(): number {
    return this.#open.size;
  }

  /**
   * Room for one more, of this session or of none; throws {@linkcode Refusal} where there is none. On
   * the control socket there always is: clients elsewhere must not keep its owner from looking.
   */
  open(session: string | undefined, { isLocal }: { readonly isLocal: boolean }): Stream {
    if (!isLocal && this.#open.size >= MOST_STREAMS) {
      throw new Refusal(503, "Too many event streams are open", {
        headers: { "retry-after": "10" },
      });
    }
    const controller = new AbortController();
    this.#open.set(controller, session);
    const { signal } = controller;
    return { signal, close: () => this.#end(controller) };
  }

  /** Ends those of a session that has ended. */
  endSession(session: string): void {
    for (const [controller, owner] of this.#open) if (owner === session) this.#end(controller);
  }

  endAll(): void {
    for (const controller of this.#open.keys()) this.#end(controller);
  }

  #end(controller: AbortController): void {
    this.#open.delete(controller);
    controller.abort();
  }
}

export interface Stream {
  /** Aborted when the stream is to end. */
  readonly signal: AbortSignal;
  /** Gives the room back. */
  close(): void;
}
