import type { Snapshot, TransitionEvent } from "../runtime/snapshot.ts";
import type { Command, CommandOutcome } from "./messages.ts";

/** The engine did not answer in time. */
export class EngineSilent extends Error {
  override readonly name = "EngineSilent";
}

/** All that the API has to do with the engine. */
export interface EnginePort {
  /** As it is now or was a moment ago. Throws {@linkcode EngineSilent}. */
  snapshot(): Promise<Snapshot>;
  /** Throws {@linkcode EngineSilent}; then nobody knows what has become of it. */
  command(command: Command): Promise<CommandOutcome>;
  readonly events: EventSource;
}

/** The changes of state, as far as they are remembered. */
export interface EventSource {
  /** The number of the latest one; 0 where there is none. */
  readonly last: number;
  /** All after the one of this number; `undefined` where some are forgotten or never were. */
  after(sequence: number): readonly TransitionEvent[] | undefined;
  /** Settles when there is a later one than this, or after `limitMs`. */
  changed(sequence: number, limitMs: number): Promise<void>;
}
