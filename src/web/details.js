// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { el, setText } from "./dom.js";
import { countersOf, factsOf } from "./facts.js";
import { timeLine } from "./time_line.js";
import { momentText, reasonText } from "./words.js";

/**
 * @typedef {import("./server.js").RouterDetail} RouterDetail
 *
 * @typedef {object} Actions
 * @property {(router: RouterDetail) => void} changePriority
 * @property {(router: RouterDetail) => void} force
 * @property {(router: RouterDetail) => void} changeInterval
 */

const MOST_CHANGES = 50;

/** All there is to know of one virtual router, below its row. */
export class Details {
  element = el("div", { class: "details" });
  #facts = new Facts("Now");
  #counters = new Facts("Counters");
  #line = el("div");
  #history = el("tbody");
  #shown = -1;
  /** @type {RouterDetail} */
  #router;

  /**
   * @param {RouterDetail} router
   * @param {Actions | undefined} actions `undefined` where this user may only read
   */
  constructor(router, actions) {
    this.#router = router;
    const states = el(
      "section",
      { class: "states" },
      el("h3", {}, "States"),
      this.#line,
      history(),
    );
    states.querySelector("table")?.append(this.#history);
    const now = el("section", {}, ...this.#facts.elements);
    if (actions !== undefined) now.append(this.#buttons(actions));
    const counters = el("section", { class: "counters" }, ...this.#counters.elements);
    this.element.append(now, counters, states);
  }

  /**
   * @param {RouterDetail} router
   * @param {number} nowMs on the server's clock
   */
  update(router, nowMs) {
    this.#router = router;
    this.#facts.show(factsOf(router));
    this.#counters.show(countersOf(router));
    this.#line.replaceChildren(timeLine(router.transitions, nowMs));
    const latest = router.transitions.at(-1)?.sequence ?? 0;
    if (latest === this.#shown) return;
    this.#shown = latest;
    const rows = router.transitions.slice(-MOST_CHANGES).reverse().map((one) =>
      el(
        "tr",
        {},
        el(
          "td",
          {},
          el("time", { datetime: one.at, title: one.at }, momentText(Date.parse(one.at))),
        ),
        el("td", {}, one.from === one.to ? `still ${one.to}` : `${one.from} → ${one.to}`),
        el("td", {}, reasonText(one)),
      )
    );
    this.#history.replaceChildren(...rows);
  }

  /** @param {Actions} actions */
  #buttons({ changePriority, force, changeInterval }) {
    const priority = el("button", { type: "button" }, "Change priority…");
    priority.addEventListener("click", () => changePriority(this.#router));
    const state = el("button", { type: "button" }, "Force state…");
    state.addEventListener("click", () => force(this.#router));
    const interval = el("button", { type: "button" }, "Change interval…");
    interval.addEventListener("click", () => changeInterval(this.#router));
    return el("div", { class: "buttons actions" }, priority, state, interval);
  }
}

/** Names with values; only what changes is touched. */
class Facts {
  #list = el("dl");
  /** @type {Map<string, HTMLElement>} */
  #values = new Map();

  /** @param {string} title */
  constructor(title) {
    this.elements = [el("h3", {}, title), this.#list];
  }

  /** @param {readonly (readonly [name: string, value: string])[]} facts */
  show(facts) {
    if (facts.map(([name]) => name).join() !== Array.from(this.#values.keys()).join()) {
      this.#values = new Map(facts.map(([name]) => [name, el("dd")]));
      const rows = Array.from(
        this.#values,
        ([name, value]) => el("div", {}, el("dt", {}, name), value),
      );
      this.#list.replaceChildren(...rows);
    }
    for (const [name, value] of facts) {
      const element = this.#values.get(name);
      if (element !== undefined) setText(element, value);
    }
  }
}

function history() {
  const heads = ["Time", "Change", "Reason"].map((name) => el("th", { scope: "col" }, name));
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...heads)));
  return el(
    "div",
    { class: "history", tabindex: "0", role: "region", "aria-label": "Changes" },
    table,
  );
}
