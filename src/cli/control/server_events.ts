/** One of Server-Sent Events (the HTML standard, section 9.2). */
export interface ServerEvent {
  readonly name: string;
  /** JSON, parsed. */
  readonly data: unknown;
}

/** Reads a stream of events whose data is JSON on one line, as this daemon sends them. */
export async function* serverEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<ServerEvent> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const blocks = `${rest}${text}`.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== undefined) yield event;
    }
  }
}

/** `undefined` for a sign of life, which is a comment. */
function parseBlock(block: string): ServerEvent | undefined {
  const name = /^event: (.*)$/m.exec(block)?.[1];
  const data = /^data: (.*)$/m.exec(block)?.[1];
  return name === undefined || data === undefined ? undefined : { name, data: JSON.parse(data) };
}
