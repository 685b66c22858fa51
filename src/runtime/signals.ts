import type { ForcedState } from "../vrrp/types.ts";

/** What the signals ask for. */
export interface SignalTarget {
  stop(): void;
  reload(): void;
  force(to: ForcedState, signal: Deno.Signal): void;
}

/** Every signal whose default would end the process without an orderly stop. */
const MEANINGS: readonly (readonly [Deno.Signal, (target: SignalTarget) => void])[] = [
  ["SIGINT", (target) => target.stop()],
  ["SIGTERM", (target) => target.stop()],
  ["SIGHUP", (target) => target.reload()],
  // As the classic vrrpd takes them, on every virtual router of the process.
  ["SIGUSR1", (target) => target.force("Master", "SIGUSR1")],
  ["SIGUSR2", (target) => target.force("Backup", "SIGUSR2")],
];

/**
 * Takes the signals for as long as it lives, which is to be from before anybody can know the process
 * until nothing is left to put in order: what comes too early is done later, and what comes when the
 * target has ended has no effect.
 */
export class Signals implements Disposable {
  readonly #handlers: readonly (readonly [Deno.Signal, () => void])[];
  #target: SignalTarget | undefined;
  #early: ((target: SignalTarget) => void)[] = [];

  constructor() {
    this.#handlers = MEANINGS.map(([signal, meaning]) => [signal, () => this.#take(meaning)]);
    for (const [signal, handler] of this.#handlers) Deno.addSignalListener(signal, handler);
  }

  #take(meaning: (target: SignalTarget) => void): void {
    if (this.#target === undefined) this.#early.push(meaning);
    else meaning(this.#target);
  }

  /** From now on `target` is told, first of what came before. */
  follow(target: SignalTarget): void {
    this.#target = target;
    for (const meaning of this.#early.splice(0)) meaning(target);
  }

  /** The target has ended: there is nothing that a signal could still ask of it. */
  ignore(): void {
    this.#target = NOBODY;
    this.#early = [];
  }

  [Symbol.dispose](): void {
    for (const [signal, handler] of this.#handlers) Deno.removeSignalListener(signal, handler);
  }
}

const NOBODY: SignalTarget = { stop: () => {}, reload: () => {}, force: () => {} };
