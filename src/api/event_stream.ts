import type { TransitionEvent } from "../runtime/snapshot.ts";
import type { EnginePort } from "./engine_port.ts";
import { LOOK_MS, type RejectWatch } from "./reject_watch.ts";
import { transitionBody } from "./router_views.ts";
import type { ApiSettings } from "./settings.ts";
import { eventTail } from "./snapshot_views.ts";
import type { Stream } from "./streams.ts";

export const EVENT_STREAM_TYPE = "text/event-stream";

/** So often something is sent, whatever happens: who is gone is noticed, and who may not go on. */
const SIGN_OF_LIFE_MS = 15_000;
/** So long a client may take over one part before the rest is given up. */
const PATIENCE_MS = 30_000;
/** A part is so long that few are needed, and short enough that a slow client makes nothing pile up. */
const PART_BYTES = 16 * 1024;
const EVENTS_PER_PART = 50;

const NOTHING = new Uint8Array();
const TEXT = new TextEncoder();
const SIGN_OF_LIFE = TEXT.encode(": still here\n\n");

export interface EventStreamOptions {
  readonly engine: EnginePort;
  readonly stream: Stream;
  /** Those that are in force, which may be others while it goes on. */
  readonly settings: () => ApiSettings;
  readonly rejects: RejectWatch;
  readonly mayGoOn: () => boolean;
  /** The id of the event that the client has seen last; `undefined` for one who is new. */
  readonly lastId: string | undefined;
  /** So long a client may leave the rest of a snapshot unread, in milliseconds; else 30 s. */
  readonly patienceMs?: number;
  /** So often it is looked whether the client may go on, in milliseconds; else 15 s. */
  readonly checkMs?: number;
}

/**
 * Server-Sent Events (the HTML standard, section 9.2): the virtual routers as they are, then each
 * change. Nothing waits here for a slow reader: it is sent the next event when it takes one, and where
 * that is forgotten by then it is sent all virtual routers anew. One that stops in the middle of those
 * is let go, as it would hold on to them.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  return new ReadableStream(new EventBody(options), { highWaterMark: 0 });
}

class EventBody implements UnderlyingDefaultSource<Uint8Array> {
  readonly #options: EventStreamOptions;
  readonly #feed: Feed;
  /** Somebody waits for the next part, and is told the end in place of it. */
  #isAwaited = false;
  #patience: number | undefined;
  #check: number | undefined;
  #unlisten: () => void = () => {};

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#feed = new Feed(options);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { stream: { signal }, mayGoOn, checkMs = SIGN_OF_LIFE_MS } = this.#options;
    const breakOff = () => this.#breakOff(controller, "The session has ended");
    this.#check = setInterval(() => mayGoOn() || breakOff(), checkMs);
    signal.addEventListener("abort", breakOff);
    this.#unlisten = () => signal.removeEventListener("abort", breakOff);
    if (signal.aborted) breakOff();
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    clearTimeout(this.#patience);
    this.#isAwaited = true;
    const part = await nextPart(this.#feed);
    this.#isAwaited = false;
    if (part === undefined) {
      this.cancel();
      controller.close();
      return;
    }
    controller.enqueue(part);
    // It may have been told to end just before, when the part was on its way already.
    if (this.#options.stream.signal.aborted) {
      return this.#breakOff(controller, "The session has ended");
    }
    if (!this.#feed.isAmidSnapshot) return;
    const { patienceMs = PATIENCE_MS } = this.#options;
    const why = "The client has stopped to read";
    this.#patience = setTimeout(() => this.#breakOff(controller, why), patienceMs);
  }

  cancel(): void {
    clearTimeout(this.#patience);
    clearInterval(this.#check);
    this.#unlisten();
    this.#feed.forget();
    this.#options.stream.close();
  }

  /** Not closed: half an event must not look like the end of an answer. */
  #breakOff(controller: ReadableStreamDefaultController<Uint8Array>, why: string): void {
    if (this.#isAwaited) return;
    this.cancel();
    controller.error(new Error(why));
  }
}

/** An engine that has fallen silent ends the stream; the client comes again. */
async function nextPart(feed: Feed): Promise<Uint8Array | undefined> {
  try {
    return await feed.next();
  } catch {
    return undefined;
  }
}

/** What one client is sent, part by part. While it waits for an event it holds on to no snapshot. */
class Feed {
  readonly #options: EventStreamOptions;
  /** Of this process; it begins each id. */
  #start: string | undefined;
  #seen: number | undefined;
  #gap = false;
  /** The number of the report of dropped packets that it was sent last. */
  #reported: number;
  #quietMs = 0;
  /** What is left of a snapshot that has been begun, in bytes that are everybody's. */
  #rest: Uint8Array = NOTHING;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#reported = options.rejects.last;
  }

  get isAmidSnapshot(): boolean {
    return this.#rest.length > 0;
  }

  forget(): void {
    this.#rest = NOTHING;
  }

  /** `undefined` at the end. Throws where the engine does not answer. */
  async next(): Promise<Uint8Array | undefined> {
    const { engine: { events }, stream } = this.#options;
    this.#start ??= await this.#begin();
    while (this.#goesOn()) {
      if (this.isAmidSnapshot) return this.#takeRest();
      const fresh = this.#seen === undefined ? undefined : events.after(this.#seen);
      if (this.#seen === undefined || fresh === undefined) return await this.#anew(this.#start);
      if (fresh.length > 0) return this.#tell(fresh.slice(0, EVENTS_PER_PART), this.#start);
      const report = await this.#report();
      if (report !== undefined) return report;
      const awaited = this.#seen;
      await until(events.changed(awaited, LOOK_MS), stream.signal);
      if (events.last === awaited && this.#goesOn() && this.#isTooQuiet()) return SIGN_OF_LIFE;
    }
    return undefined;
  }

  /** It has no id of its own: it is told once, and nobody asks for it again. */
  async #report(): Promise<Uint8Array | undefined> {
    const { rejects } = this.#options;
    await rejects.look();
    const body = rejects.after(this.#reported);
    this.#reported = rejects.last;
    return body && TEXT.encode(`event: rejects\ndata: ${JSON.stringify(body)}\n\n`);
  }

  /** Nothing has happened for another while. */
  #isTooQuiet(): boolean {
    this.#quietMs += LOOK_MS;
    if (this.#quietMs < SIGN_OF_LIFE_MS) return false;
    this.#quietMs = 0;
    return true;
  }

  #goesOn(): boolean {
    const { stream, mayGoOn } = this.#options;
    return !stream.signal.aborted && mayGoOn();
  }

  async #begin(): Promise<string> {
    const { engine, lastId } = this.#options;
    const start = String((await engine.snapshot()).process.startedMs);
    this.#seen = lastId === undefined ? undefined : sequenceOf(lastId, start);
    this.#gap = lastId !== undefined;
    return start;
  }

  /** The beginning of an event that tells all virtual routers. */
  async #anew(start: string): Promise<Uint8Array> {
    const snapshot = await this.#options.engine.snapshot();
    const { sequence } = snapshot.process;
    const head = `${eventHead("snapshot", `${start}-${sequence}`)}{"gap":${this.#gap},"routers":`;
    this.#rest = eventTail(snapshot, this.#options.settings());
    this.#seen = sequence;
    this.#gap = true;
    return TEXT.encode(head);
  }

  #takeRest(): Uint8Array {
    const part = this.#rest.subarray(0, PART_BYTES);
    this.#rest = this.#rest.subarray(PART_BYTES);
    return part;
  }

  #tell(events: readonly TransitionEvent[], start: string): Uint8Array {
    this.#seen = events.at(-1)?.sequence;
    const texts = events.map((event) =>
      `${eventHead("transition", `${start}-${event.sequence}`)}${
        JSON.stringify(transitionBody(event))
      }\n\n`
    );
    return TEXT.encode(texts.join(""));
  }
}

/** Settles with `promise`, or when the signal is given. */
async function until(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: given, resolve } = Promise.withResolvers<void>();
  const listener = () => resolve();
  signal.addEventListener("abort", listener, { once: true });
  if (signal.aborted) resolve();
  await Promise.race([promise, given]);
  signal.removeEventListener("abort", listener);
}

function eventHead(name: string, id: string): string {
  return `event: ${name}\nid: ${id}\ndata: `;
}

/** The number in an id of this process; `undefined` in those of another one. */
function sequenceOf(id: string, start: string): number | undefined {
  const [, idStart, sequence] = /^([0-9]+)-(0|[1-9][0-9]{0,14})$/.exec(id) ?? [];
  return idStart === start && sequence !== undefined ? Number(sequence) : undefined;
}
