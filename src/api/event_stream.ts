import type { RouterSnapshot } from "../runtime/snapshot.ts";
import type { EnginePort } from "./engine_port.ts";
import { routerDetail, transitionBody } from "./router_views.ts";
import type { Stream } from "./streams.ts";

export const EVENT_STREAM_TYPE = "text/event-stream";

/** So often something is sent, whatever happens: who is gone is noticed, and who may not go on. */
const SIGN_OF_LIFE_MS = 15_000;

export interface EventStreamOptions {
  readonly engine: EnginePort;
  readonly stream: Stream;
  readonly mayGoOn: () => boolean;
  /** The id of the event that the client has seen last; `undefined` for one who is new. */
  readonly lastId: string | undefined;
}

/**
 * Server-Sent Events (the HTML standard, section 9.2): the virtual routers as they are, then each
 * change. Nothing waits here for a slow reader: it is sent the next event when it takes one, and where
 * that is forgotten by then it is sent all virtual routers anew.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { stream } = options;
  const text = new TextEncoder();
  const events = eventTexts(options);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await next(events);
      if (done) {
        stream.close();
        controller.close();
      } else {
        controller.enqueue(text.encode(value));
      }
    },
    cancel: () => stream.close(),
  }, { highWaterMark: 0 });
}

/** An engine that has fallen silent ends the stream; the client comes again. */
async function next(events: AsyncGenerator<string>): Promise<IteratorResult<string>> {
  try {
    return await events.next();
  } catch {
    return { done: true, value: undefined };
  }
}

async function* eventTexts(options: EventStreamOptions): AsyncGenerator<string> {
  const { engine, stream, mayGoOn, lastId } = options;
  const goesOn = () => !stream.signal.aborted && mayGoOn();
  const { process } = await engine.snapshot();
  const start = String(process.startedMs);
  let seen = lastId === undefined ? undefined : sequenceOf(lastId, start);
  let gap = lastId !== undefined;
  while (goesOn()) {
    const events = seen === undefined ? undefined : engine.events.after(seen);
    if (events === undefined) {
      const { routers, process: { sequence } } = await engine.snapshot();
      yield snapshotText(routers, { id: `${start}-${sequence}`, gap });
      seen = sequence;
      gap = true;
    } else if (events.length === 0) {
      const awaited = seen ?? 0;
      await until(engine.events.changed(awaited, SIGN_OF_LIFE_MS), stream.signal);
      if (engine.events.last === awaited && goesOn()) yield ": still here\n\n";
    }
    for (const event of events ?? []) {
      if (!goesOn()) return;
      seen = event.sequence;
      yield eventText("transition", `${start}-${seen}`, transitionBody(event));
    }
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

function snapshotText(
  routers: readonly RouterSnapshot[],
  { id, gap }: { readonly id: string; readonly gap: boolean },
): string {
  return eventText("snapshot", id, { gap, routers: routers.map(routerDetail) });
}

function eventText(name: string, id: string, data: unknown): string {
  return `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The number in an id of this process; `undefined` in those of another one. */
function sequenceOf(id: string, start: string): number | undefined {
  const [, idStart, sequence] = /^([0-9]+)-(0|[1-9][0-9]{0,14})$/.exec(id) ?? [];
  return idStart === start && sequence !== undefined ? Number(sequence) : undefined;
}
