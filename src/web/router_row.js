// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { Details } from "./details.js";
import { el, setText } from "./dom.js";
import { masterText, nameOf } from "./facts.js";
import { configuredInterface } from "./routers.js";
import { momentText, signOf, spanText } from "./words.js";

/**
 * @typedef {import("./server.js").RouterDetail} RouterDetail
 * @typedef {import("./details.js").Actions} Actions
 */

const COLUMNS = 7;
let rowsMade = 0;

/** One virtual router in the table: a row, and another one with the details while it is open. */
export class RouterRow {
  /** Both rows, so that they always are together. */
  element = el("tbody", { role: "rowgroup" });
  #row = el("tr", { role: "row", class: "router" });
  #sign = el("span", { class: "sign", "aria-hidden": "true" });
  #state = el("span");
  #forced = el("span", { class: "chip" }, "forced");
  #badge = el("span", { class: "badge" }, this.#sign, this.#state);
  #toggle = el("button", { type: "button", class: "toggle", "aria-expanded": "false" });
  #interface = el("span");
  #addresses = el("span");
  #priority = el("span");
  #configured = el("span", { class: "quiet" });
  #master = el("span");
  #since = el("time");
  #age = el("span", { class: "quiet" });
  /** @type {Details | undefined} */
  #details;
  /** @type {Actions | undefined} */
  #actions;
  /** @type {RouterDetail} */
  #router;
  #onOpen;

  /**
   * @param {RouterDetail} router
   * @param {{ readonly actions: Actions | undefined, readonly onOpen: (row: RouterRow) => void }} options
   */
  constructor(router, { actions, onOpen }) {
    this.#router = router;
    this.#actions = actions;
    this.#onOpen = onOpen;
    this.#row.append(
      cell("State", this.#badge, this.#forced),
      cell("Group", this.#toggle),
      cell("Interface", this.#interface),
      cell("Addresses", this.#addresses),
      cell("Priority", this.#priority, this.#configured),
      cell("Master", this.#master),
      cell("Since", this.#since, this.#age),
    );
    this.#row.addEventListener("click", () => this.#open(!this.isOpen));
    this.element.append(this.#row);
  }

  get isOpen() {
    return this.#details !== undefined;
  }

  get router() {
    return this.#router;
  }

  /**
   * @param {RouterDetail} router
   * @param {number} nowMs on the server's clock
   */
  update(router, nowMs) {
    this.#router = router;
    const { state, virtual_ips: [first = "", ...others] } = router;
    this.#badge.dataset["state"] = state;
    this.#row.dataset["family"] = `${router.family}`;
    setText(this.#sign, signOf(state));
    setText(this.#state, state);
    this.#forced.hidden = router.forced === null;
    setText(this.#toggle, `${router.group}`);
    const name = configuredInterface(router);
    this.#toggle.setAttribute("aria-label", `${nameOf(router)}, details`);
    setText(this.#interface, name);
    setText(this.#addresses, others.length === 0 ? first : `${first} +${others.length}`);
    this.#addresses.title = router.virtual_ips.join("\n");
    setText(this.#priority, `${router.effective_priority}`);
    const differs = router.effective_priority !== router.priority;
    setText(this.#configured, differs ? `of ${router.priority}` : "");
    setText(this.#master, masterText(router));
    this.#details?.update(router, nowMs);
    this.tick(nowMs);
  }

  /** @param {number} nowMs on the server's clock */
  tick(nowMs) {
    const sinceMs = Date.parse(this.#router.since);
    setText(this.#since, momentText(sinceMs));
    this.#since.dateTime = this.#router.since;
    setText(this.#age, spanText(nowMs - sinceMs));
  }

  /** Draws the eye to a change; the words of it are announced elsewhere. */
  flash() {
    this.#row.classList.remove("changed");
    // The animation begins anew only where the layout has been without it.
    void this.#row.offsetWidth;
    this.#row.classList.add("changed");
  }

  /** @param {string} text what people filter by, in lower case */
  matches(text) {
    const { state, group, vif, virtual_ips: addresses } = this.#router;
    const name = configuredInterface(this.#router);
    return [state, `group ${group}`, name, vif, ...addresses].join(" ").toLowerCase().includes(
      text,
    );
  }

  /** @param {boolean} isOpen */
  #open(isOpen) {
    this.#toggle.setAttribute("aria-expanded", String(isOpen));
    this.element.classList.toggle("open", isOpen);
    if (!isOpen) {
      this.element.replaceChildren(this.#row);
      this.#toggle.removeAttribute("aria-controls");
      this.#details = undefined;
      return;
    }
    this.#details = new Details(this.#router, this.#actions);
    const id = `details-${++rowsMade}`;
    const place = el("td", { role: "cell", colspan: `${COLUMNS}`, id }, this.#details.element);
    this.element.append(el("tr", { role: "row", class: "more" }, place));
    this.#toggle.setAttribute("aria-controls", id);
    this.#onOpen(this);
  }
}

/**
 * A table that is shown as cards is one no longer unless its cells say so.
 *
 * @param {string} label
 * @param {Node[]} children
 */
function cell(label, ...children) {
  return el("td", { role: "cell", "data-label": label }, ...children);
}
