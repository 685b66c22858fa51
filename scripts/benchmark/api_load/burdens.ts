import { delay } from "../../../tests/support/wait.ts";
import { Connection } from "./connection.ts";
import type { LoadPlan } from "./plan.ts";
import { chunk, endlessHead, endlessSignIn, eventsRequest, headerLine } from "./requests.ts";

/** So many connections are opened at a time: more would not fit the listener's queue. */
const AT_A_TIME = 50;

const CHUNK_BYTES = 16 * 1024;
/** A body passes 1 MiB after seven seconds. */
const HEADER_BYTES = 4 * 1024;
const CHUNK_EVERY_MS = 100;

/** What weighs on the API without asking for anything. */
export class Burdens {
  readonly #plan: LoadPlan;
  /** An open connection whose object is collected is closed. */
  readonly #kept: Connection[] = [];
  #refusedBodies = 0;
  #endedHeads = 0;
  #endedStreams = 0;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
  }

  get refusedBodies(): number {
    return this.#refusedBodies;
  }

  get endedHeads(): number {
    return this.#endedHeads;
  }

  get endedStreams(): number {
    return this.#endedStreams;
  }

  /** Returns when all is open; it stays so for as long as the program runs. */
  async open(): Promise<void> {
    const { streams, unreadStreams, idle, slowBodies, slowHeads = 0 } = this.#plan;
    await this.#openMany(idle);
    await this.#sendEvents(await this.#openMany(unreadStreams));
    const read = await this.#openMany(streams);
    await this.#sendEvents(read);
    for (const connection of read) {
      // It ends with an error only, also where the daemon ends it in order.
      connection.drain().catch(() => this.#endedStreams++);
    }
    for (let index = 0; index < slowBodies; index++) this.#sendBodies();
    for (let index = 0; index < slowHeads; index++) this.#sendHeads();
  }

  async #openMany(count: number): Promise<Connection[]> {
    const opened: Connection[] = [];
    while (opened.length < count) {
      const length = Math.min(AT_A_TIME, count - opened.length);
      opened.push(
        ...await Promise.all(Array.from({ length }, () => Connection.open(this.#plan))),
      );
    }
    this.#kept.push(...opened);
    return opened;
  }

  async #sendEvents(connections: readonly Connection[]): Promise<void> {
    const request = eventsRequest(this.#plan);
    for (const connection of connections) await connection.send(request);
  }

  async #sendBodies(): Promise<never> {
    for (;;) {
      if (await this.#sendBody()) this.#refusedBodies++;
      await delay(CHUNK_EVERY_MS);
    }
  }

  async #sendHeads(): Promise<never> {
    for (;;) {
      await this.#sendHead().catch(() => this.#endedHeads++);
      await delay(CHUNK_EVERY_MS);
    }
  }

  /** Fails when the daemon ends the connection. */
  async #sendHead(): Promise<never> {
    using connection = await Connection.open(this.#plan);
    await connection.send(endlessHead(this.#plan));
    for (;;) {
      await connection.send(headerLine(HEADER_BYTES));
      await delay(CHUNK_EVERY_MS);
    }
  }

  /** Whether the daemon refused it; the connection may also just have been cut off. */
  async #sendBody(): Promise<boolean> {
    try {
      using connection = await Connection.open(this.#plan);
      await connection.send(endlessSignIn(this.#plan));
      const answered = connection.answer();
      // It may fail while nobody waits for it yet.
      answered.catch(() => {});
      const piece = chunk(CHUNK_BYTES);
      for (;;) {
        await connection.send(piece);
        const status = await Promise.race([answered, after(CHUNK_EVERY_MS)]);
        if (status !== undefined) return status === 413 || status === 408;
      }
    } catch {
      return false;
    }
  }
}

async function after(ms: number): Promise<undefined> {
  await delay(ms);
  return undefined;
}
