// @ts-check
/// <reference lib="dom" />

import { byId, setText } from "./dom.js";
import { clockText } from "./words.js";

/** Says at every moment whether what the page shows is what there is. */
export class StatusLine {
  #line = byId("status", HTMLParagraphElement);
  /** @type {number | undefined} */
  #lostAtMs;

  /**
   * @param {string} text
   * @param {"live" | "idle"} connection
   */
  calm(text, connection) {
    this.#lostAtMs = undefined;
    this.#line.dataset["connection"] = connection;
    setText(this.#line, text);
  }

  /** Keeps to the time at which it was lost first. */
  lost() {
    this.#lostAtMs ??= Date.now();
    this.#line.dataset["connection"] = "lost";
    const since = clockText(this.#lostAtMs);
    setText(
      this.#line,
      `Not connected since ${since}. What you see may be old. Trying again…`,
    );
  }
}
