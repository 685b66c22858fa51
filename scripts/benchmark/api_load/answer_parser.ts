const END_OF_HEAD = "\r\n\r\n";

/** Follows one HTTP/1.1 answer that has a Content-Length; the body is counted and not kept. */
export class AnswerParser {
  #head = "";
  #status: number | undefined;
  #leftBytes = 0;

  /** Takes what has come; gives the status once the answer is complete. Throws where it is no such answer. */
  take(bytes: Uint8Array): number | undefined {
    if (this.#status === undefined) this.#takeHead(bytes);
    else this.#leftBytes -= bytes.length;
    if (this.#status === undefined || this.#leftBytes > 0) return undefined;
    if (this.#leftBytes < 0) throw new Error("More has come than the answer's Content-Length");
    return this.#status;
  }

  #takeHead(bytes: Uint8Array): void {
    // One character each, so that what follows the head can be counted in bytes.
    this.#head += Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(this.#head) ?? [];
    const [, length] = /\r\ncontent-length: (\d+)\r\n/i.exec(this.#head) ?? [];
    if (status === undefined || length === undefined) {
      throw new Error(`Not an answer with a Content-Length: ${this.#head.slice(0, end)}`);
    }
    this.#status = Number(status);
    this.#leftBytes = Number(length) - (this.#head.length - end - END_OF_HEAD.length);
  }
}
