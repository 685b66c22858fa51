import { AnswerParser } from "./answer_parser.ts";
import type { LoadPlan } from "./plan.ts";

const BUFFER_BYTES = 65_536;

/**
 * One TCP connection to the API, spoken to in plain HTTP/1.1: fetch() would need several times the
 * processor, which we share with what is measured.
 */
export class Connection implements Disposable {
  readonly #socket: Deno.TcpConn;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  static async open({ hostname, port }: Pick<LoadPlan, "hostname" | "port">): Promise<Connection> {
    return new Connection(await Deno.connect({ hostname, port }));
  }

  /** Sends a request and reads the answer to its end; gives its status. */
  async ask(request: Uint8Array): Promise<number> {
    await this.send(request);
    return await this.answer();
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#socket.write(bytes.subarray(sent));
  }

  async answer(): Promise<number> {
    const parser = new AnswerParser();
    for (;;) {
      const status = parser.take(await this.#read());
      if (status !== undefined) return status;
    }
  }

  /** Reads and forgets, until the other side ends it. */
  async drain(): Promise<void> {
    for (;;) await this.#read();
  }

  async #read(): Promise<Uint8Array> {
    const length = await this.#socket.read(this.#buffer);
    if (length === null) throw new Error("The connection was ended");
    return this.#buffer.subarray(0, length);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
