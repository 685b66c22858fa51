/** So often connections are looked at. */
const LOOK_MS = 1000;
/** So long one may be open without a request that is being answered, or an answer that goes on. */
const QUIET_MS = 30_000;
/** So much may come on it in that time: the head of a request, and a handshake before it. */
const MOST_HEAD_BYTES = 64 * 1024;
/** What is found once may be a body that nobody has come to read. */
const MOST_TOO_LONG = 1;
/** Twice what event streams and a thousand idle clients take. */
const MOST_CONNECTIONS = 3000;

/** The other half of all descriptors is for those who run virtual routers. */
export function mostConnectionsOf(descriptorLimit: number): number {
  return Math.min(MOST_CONNECTIONS, Math.floor(descriptorLimit / 2));
}

/** A connection as the kernel knows it. */
export interface SeenConnection {
  /** Address and port of who has made it, as {@linkcode ConnectionWatch.begin} is told them. */
  readonly from: string;
  readonly receivedBytes: number;
  cut(): void;
}

export interface ConnectionWatchParts {
  /** Those that are open, in any order. */
  readonly list: () => readonly SeenConnection[];
  /** Milliseconds on a clock that nobody sets. */
  readonly steadyClock: () => number;
  /** Of all connections, those that are answered included; else 3,000. */
  readonly mostConnections?: number;
  /** Told once why nobody can look, until somebody can again. */
  readonly warn?: (text: string) => void;
}

interface Quiet {
  readonly sinceMs: number;
  /** What had been received by then; unset: what the next look finds. */
  readonly bytes?: number | undefined;
  /** So many looks in a row have found more than a head may have. */
  readonly tooLong: number;
}

/**
 * Ends connections on which no request comes: the runtime that accepts them waits for a head for ever,
 * and for as many as there are. What is being answered is left alone, and has limits of its own.
 */
export class ConnectionWatch {
  readonly #parts: ConnectionWatchParts;
  readonly #busy = new Map<string, number>();
  #quiet = new Map<string, Quiet>();
  #timer: number | undefined;
  #told = "";

  constructor(parts: ConnectionWatchParts) {
    this.#parts = parts;
  }

  /** A request has come; gives what is to be called when its answer is on its way. */
  begin(from: string): () => void {
    this.#busy.set(from, (this.#busy.get(from) ?? 0) + 1);
    return () => {
      const left = (this.#busy.get(from) ?? 0) - 1;
      if (left > 0) return void this.#busy.set(from, left);
      this.#busy.delete(from);
      this.#quiet.set(from, { sinceMs: this.#parts.steadyClock(), tooLong: 0 });
    };
  }

  /** Looks from now on, as long as there is something to look at. */
  follow(isListening: boolean): void {
    clearInterval(this.#timer);
    this.#timer = isListening ? setInterval(() => this.#lookOrTell(), LOOK_MS) : undefined;
  }

  /** Whatever it lacks, such as descriptors, may be there again the next time. */
  #lookOrTell(): void {
    try {
      this.look();
      this.#told = "";
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== this.#told) this.#parts.warn?.(`Cannot look at the API's connections: ${why}`);
      this.#told = why;
    }
  }

  /** Gives how many connections it has ended. */
  look(): number {
    const { list, mostConnections = MOST_CONNECTIONS } = this.#parts;
    const connections = list();
    const quiet = connections.filter(({ from }) => !this.#busy.has(from));
    this.#quiet = new Map(quiet.map((one) => [one.from, this.#judge(one)]));
    const over = quiet.filter(({ from }) => this.#isOver(from));
    const surplus = connections.length - over.length - mostConnections;
    const longest = surplus <= 0 ? [] : this.#longestQuiet(quiet, over).slice(0, surplus);
    for (const one of [...over, ...longest]) one.cut();
    return over.length + longest.length;
  }

  #judge({ from, receivedBytes }: SeenConnection): Quiet {
    // One that has never asked for anything has had nothing to send but a head.
    const known = this.#quiet.get(from) ??
      { sinceMs: this.#parts.steadyClock(), bytes: 0, tooLong: 0 };
    const { sinceMs, bytes = receivedBytes, tooLong } = known;
    const isTooLong = receivedBytes - bytes > MOST_HEAD_BYTES;
    return { sinceMs, bytes, tooLong: isTooLong ? tooLong + 1 : 0 };
  }

  #isOver(from: string): boolean {
    const quiet = this.#quiet.get(from);
    if (quiet === undefined) return false;
    return quiet.tooLong > MOST_TOO_LONG || this.#parts.steadyClock() - quiet.sinceMs >= QUIET_MS;
  }

  #longestQuiet(
    quiet: readonly SeenConnection[],
    over: readonly SeenConnection[],
  ): readonly SeenConnection[] {
    const known = new Set(over);
    const sinceMs = ({ from }: SeenConnection) => this.#quiet.get(from)?.sinceMs ?? 0;
    return quiet.filter((one) => !known.has(one)).toSorted((a, b) => sinceMs(a) - sinceMs(b));
  }
}
