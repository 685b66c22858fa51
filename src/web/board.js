// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { byId, setText } from "./dom.js";
import { nameOf } from "./facts.js";
import { RouterRow } from "./router_row.js";
import { keyOf, Routers } from "./routers.js";
import { reread } from "./server.js";
import { reasonText } from "./words.js";

/**
 * @typedef {import("./server.js").RouterDetail} RouterDetail
 * @typedef {import("./words.js").Transition} Transition
 * @typedef {import("./details.js").Actions} Actions
 */

const TICK_MS = 1_000;
/** Counters go on without any event. */
const REREAD_MS = 2_000;
/** What the server says of a moment ago may be as old as this. */
const SETTLED_MS = 300;
/** The others come with all virtual routers, which are fetched anew before long. */
const MOST_AT_ONCE = 16;

/** The table of virtual routers. */
export class Board {
  #table = byId("routers", HTMLTableElement);
  #filter = byId("filter", HTMLInputElement);
  #nothing = byId("nothing", HTMLParagraphElement);
  #summary = byId("summary", HTMLParagraphElement);
  #announcer = byId("announcer", HTMLParagraphElement);
  #routers = new Routers();
  /** @type {Map<string, RouterRow>} */
  #rows = new Map();
  /** @type {Actions | undefined} */
  #actions;
  /** The keys of those that are to be asked for. @type {Set<string>} */
  #changed = new Set();
  #isConnected = false;
  #aheadMs = 0;
  #timers = [
    setInterval(() => this.#tick(), TICK_MS),
    setInterval(() => this.#rereadOpen(), REREAD_MS),
  ];
  #listening = new AbortController();

  /** @param {Actions | undefined} actions `undefined` where this user may only read */
  constructor(actions) {
    this.#actions = actions;
    const { signal } = this.#listening;
    this.#filter.addEventListener("input", () => this.#sift(), { signal });
  }

  close() {
    for (const timer of this.#timers) clearInterval(timer);
    this.#listening.abort();
    this.#isConnected = false;
    this.#routers.replace([]);
    this.#show();
    // Nobody is to read that there is none before it is known.
    this.#nothing.hidden = true;
  }

  /** @param {number} aheadMs how far the server's clock is ahead of this one */
  connected(aheadMs) {
    this.#isConnected = true;
    this.#aheadMs = aheadMs;
    this.#table.classList.remove("stale");
  }

  lost() {
    this.#isConnected = false;
    this.#table.classList.add("stale");
  }

  /** @param {readonly RouterDetail[]} routers */
  replace(routers) {
    this.#routers.replace(routers);
    this.#show();
  }

  /** @param {Transition} transition */
  apply(transition) {
    const router = this.#routers.apply(transition);
    if (router === undefined) return;
    const row = this.#rows.get(keyOf(router));
    row?.update(router, this.#nowMs);
    row?.flash();
    this.#sift();
    const change = `${transition.from} to ${transition.to}`;
    this.#announcer.textContent = `${nameOf(router)}: ${change}. ${reasonText(transition)}.`;
    if (this.#changed.size === 0) setTimeout(() => this.#rereadChanged(), SETTLED_MS);
    this.#changed.add(keyOf(router));
  }

  /**
   * Asks for one virtual router anew.
   *
   * @param {RouterDetail} router
   */
  async refresh(router) {
    try {
      this.#routers.put(await reread(router));
    } catch {
      // Whether it has gone or the connection has is told by others.
      return;
    }
    this.#update(keyOf(router));
  }

  get #nowMs() {
    return Date.now() + this.#aheadMs;
  }

  #show() {
    const all = this.#routers.all;
    const rows = new Map(all.map((router) => {
      const key = keyOf(router);
      return [key, this.#rows.get(key) ?? this.#newRow(router)];
    }));
    const isSameOrder = Array.from(rows.keys()).join() === Array.from(this.#rows.keys()).join();
    this.#rows = rows;
    if (!isSameOrder) {
      for (const body of Array.from(this.#table.tBodies)) body.remove();
      this.#table.append(...Array.from(rows.values(), ({ element }) => element));
    }
    for (const router of all) rows.get(keyOf(router))?.update(router, this.#nowMs);
    this.#sift();
  }

  /** @param {RouterDetail} router */
  #newRow(router) {
    const onOpen = (/** @type {RouterRow} */ row) => {
      row.update(row.router, this.#nowMs);
      this.refresh(row.router);
    };
    return new RouterRow(router, { actions: this.#actions, onOpen });
  }

  /** @param {string} key */
  #update(key) {
    const router = this.#routers.all.find((one) => keyOf(one) === key);
    if (router !== undefined) this.#rows.get(key)?.update(router, this.#nowMs);
    this.#sift();
  }

  #sift() {
    const text = this.#filter.value.trim().toLowerCase();
    const rows = Array.from(this.#rows.values());
    for (const row of rows) row.element.hidden = !row.matches(text);
    const shown = rows.filter((row) => !row.element.hidden).length;
    this.#nothing.hidden = shown > 0;
    setText(
      this.#nothing,
      rows.length === 0 ? "No virtual router is configured." : `Nothing here has “${text}” in it.`,
    );
    setText(this.#summary, summaryOf(this.#routers.all));
  }

  #tick() {
    if (this.#isConnected) { for (const row of this.#rows.values()) row.tick(this.#nowMs); }
  }

  #rereadOpen() {
    if (!this.#isConnected || document.hidden) return;
    const rows = Array.from(this.#rows.values());
    this.#reread(rows.filter((row) => row.isOpen || awaitsMaster(row.router)));
  }

  #rereadChanged() {
    const rows = Array.from(this.#changed, (key) => this.#rows.get(key));
    this.#changed.clear();
    this.#reread(rows.filter((row) => row !== undefined));
  }

  /** @param {readonly RouterRow[]} rows */
  #reread(rows) {
    for (const { router } of rows.slice(0, MOST_AT_ONCE)) this.refresh(router);
  }
}

/**
 * A Backup learns who is Master with the next advertisement, which is no event.
 *
 * @param {RouterDetail} router
 */
function awaitsMaster({ state, master }) {
  return state === "Backup" && master === null;
}

/**
 * How many there are of each state, such as `2 Master, 1 Fault`.
 *
 * @param {readonly RouterDetail[]} routers
 */
function summaryOf(routers) {
  const states = /** @type {const} */ (["Master", "Backup", "Fault", "Init", "Down"]);
  return states
    .map((state) => ({ state, count: routers.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`)
    .join(", ");
}
