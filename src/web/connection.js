// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { readEvents } from "./event_text.js";
import { HEADERS, refusal, Refused } from "./server.js";

/**
 * @typedef {import("./server.js").RouterDetail} RouterDetail
 * @typedef {import("./words.js").Transition} Transition
 *
 * @typedef {object} ConnectionEvents
 * @property {(routers: readonly RouterDetail[]) => void} onSnapshot
 * @property {(transition: Transition) => void} onTransition
 * @property {(aheadMs: number) => void} onConnected how far the server's clock is ahead of this one
 * @property {() => void} onLost may come again and again
 * @property {() => void} onSignedOut nothing comes after it
 */

/** The server begins with all virtual routers; whoever is silent for so long is not there. */
const PATIENCE_MS = 5_000;
/** So often all virtual routers are fetched anew: a priority that has changed is no event. */
const RENEWAL_MS = 15_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

const RENEWAL = new DOMException("All virtual routers are fetched anew", "AbortError");

/** Follows the server's events, and comes again whenever that breaks off. */
export class Connection {
  /** @type {ConnectionEvents} */
  #events;
  #end = new AbortController();
  #waitMs = FIRST_WAIT_MS;
  #hurry = () => {};

  /** @param {ConnectionEvents} events */
  constructor(events) {
    this.#events = events;
  }

  /** Goes on until {@linkcode close} or until the session has ended. */
  async run() {
    const { signal } = this.#end;
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused && error.status === 401) return this.#events.onSignedOut();
        this.#events.onLost();
        await this.#wait();
      }
    }
  }

  /** Tries at once where it would wait. */
  hurry() {
    this.#hurry();
  }

  close() {
    this.#end.abort();
    this.#hurry();
  }

  /**
   * Ends without error when it is time for a new beginning.
   *
   * @param {AbortSignal} end
   */
  async #follow(end) {
    const once = new AbortController();
    const give = (/** @type {DOMException} */ reason) => () => once.abort(reason);
    const silence = new DOMException("The server is silent", "TimeoutError");
    let timer = setTimeout(give(silence), PATIENCE_MS);
    try {
      const signal = AbortSignal.any([end, once.signal]);
      const response = await fetch("/run/events", { headers: HEADERS, signal });
      if (!response.ok || response.body === null) throw await refusal(response);
      for await (const { name, data } of readEvents(response.body)) {
        if (name === "snapshot") {
          clearTimeout(timer);
          timer = setTimeout(give(RENEWAL), RENEWAL_MS);
          this.#connected(response);
        }
        this.#tell(name, data);
      }
      throw new Error("The server has ended the stream");
    } catch (error) {
      if (once.signal.reason !== RENEWAL) throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {Response} response */
  #connected(response) {
    this.#waitMs = FIRST_WAIT_MS;
    const serverMs = Date.parse(response.headers.get("date") ?? "");
    // The header has whole seconds: less than one says nothing.
    const aheadMs = serverMs - Date.now();
    this.#events.onConnected(Math.abs(aheadMs) > 2_000 ? aheadMs : 0);
  }

  /**
   * A fault of this page's own is none of the connection's.
   *
   * @param {string} name
   * @param {unknown} data
   */
  #tell(name, data) {
    try {
      this.#take(name, data);
    } catch (error) {
      reportError(error);
    }
  }

  /**
   * @param {string} name
   * @param {unknown} data
   */
  #take(name, data) {
    if (name === "snapshot") {
      const { routers } = /** @type {{ routers: readonly RouterDetail[] }} */ (data);
      this.#events.onSnapshot(routers);
    } else if (name === "transition") {
      this.#events.onTransition(/** @type {Transition} */ (data));
    }
  }

  async #wait() {
    const { promise, resolve } = Promise.withResolvers();
    const timer = setTimeout(resolve, this.#waitMs);
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
    this.#hurry = () => resolve(undefined);
    await promise;
    clearTimeout(timer);
  }
}
