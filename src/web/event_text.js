// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/**
 * Reads Server-Sent Events as this server writes them: one line each of event, id and data. The
 * browser's own EventSource would do, but it tells neither the status of a refusal nor how long the
 * server has been silent.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<{ readonly name: string, readonly data: unknown }>}
 */
export async function* readEvents(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts) {
        const event = parseEvent(part);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * @param {string} text without the empty line at its end
 * @returns `undefined` for a comment
 */
function parseEvent(text) {
  const fields = new Map(
    text.split("\n").map((line) => {
      const [, name = "", value = ""] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
      return [name, value];
    }),
  );
  const name = fields.get("event");
  return name === undefined ? undefined : { name, data: JSON.parse(fields.get("data") ?? "null") };
}
