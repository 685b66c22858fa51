import { EventRing } from "../base/event_ring.ts";
import type { RouterSnapshot, Snapshot, TransitionEvent } from "../runtime/snapshot.ts";
import { type EnginePort, EngineSilent, type EventSource } from "./engine_port.ts";
import type { ApiNews, ApiRequest, Command, CommandOutcome } from "./messages.ts";

/** An answer is as good as new for so long. */
const FRESH_MS = 200;
const SNAPSHOT_PATIENCE_MS = 1000;
/** A changed configuration is read whole, on a thread that has to start. */
const COMMAND_PATIENCE_MS = 30_000;
const KEPT_EVENTS = 1000;

export interface EngineLine {
  readonly send: (request: ApiRequest) => void;
  /** Wakes the engine to tell how things are. */
  readonly ask: () => void;
  /** Milliseconds on a clock that never goes back. */
  readonly clock: () => number;
}

/** The engine as it is seen from the thread of the API. */
export class RemoteEngine implements EnginePort {
  readonly events: EventSource;
  readonly #line: EngineLine;
  readonly #ring = new EventRing<TransitionEvent>(KEPT_EVENTS);
  readonly #eventWaiters = new Set<() => void>();
  readonly #outcomes = new Map<number, (outcome: CommandOutcome) => void>();
  #lastId = 0;
  #latest: { readonly snapshot: Snapshot; readonly atMs: number } | undefined;
  #asked: PromiseWithResolvers<Snapshot> | undefined;
  #parts: RouterSnapshot[] = [];

  constructor(line: EngineLine) {
    this.#line = line;
    const ring = this.#ring;
    this.events = {
      get last() {
        return ring.last;
      },
      after: (sequence) => ring.after(sequence),
      changed: (sequence, limitMs) => this.#changed(sequence, limitMs),
    };
  }

  snapshot(): Promise<Snapshot> {
    const { clock, ask } = this.#line;
    if (this.#latest !== undefined && clock() - this.#latest.atMs < FRESH_MS) {
      return Promise.resolve(this.#latest.snapshot);
    }
    if (this.#asked === undefined) {
      this.#asked = Promise.withResolvers();
      ask();
    }
    const asked = this.#asked;
    return within(asked.promise, SNAPSHOT_PATIENCE_MS, () => {
      // Others may wait by now for an answer that is asked for anew.
      if (this.#asked === asked) this.#asked = undefined;
    });
  }

  command(command: Command): Promise<CommandOutcome> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<CommandOutcome>();
    this.#outcomes.set(id, resolve);
    this.#line.send({ ask: "command", id, command });
    return within(promise, COMMAND_PATIENCE_MS, () => this.#outcomes.delete(id));
  }

  /** Takes what the engine tells. */
  take(news: Exclude<ApiNews, { tell: "start" | "settings" }>): void {
    switch (news.tell) {
      case "events":
        for (const event of news.events) this.#ring.push(event);
        for (const wake of this.#eventWaiters) wake();
        return;
      case "routers":
        if (news.first) this.#parts = [];
        this.#parts.push(...news.routers);
        if (news.process !== undefined) {
          this.#keep({ routers: this.#parts, process: news.process });
        }
        return;
      case "outcome":
        // What was known before is known no longer.
        this.#latest = undefined;
        this.#outcomes.get(news.id)?.(news.outcome);
        this.#outcomes.delete(news.id);
    }
  }

  #keep(snapshot: Snapshot): void {
    this.#latest = { snapshot, atMs: this.#line.clock() };
    this.#asked?.resolve(snapshot);
    this.#asked = undefined;
  }

  #changed(sequence: number, limitMs: number): Promise<void> {
    if (this.#ring.last > sequence) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#eventWaiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, limitMs);
      this.#eventWaiters.add(wake);
    });
  }
}

/** Throws {@linkcode EngineSilent} after that time. */
async function within<T>(promise: Promise<T>, limitMs: number, giveUp: () => void): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    giveUp();
    reject(new EngineSilent(`The engine has not answered for ${limitMs} ms`));
  }, limitMs);
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
