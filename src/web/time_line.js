// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { el } from "./dom.js";
import { momentText, signOf, spanText } from "./words.js";

/** @typedef {import("./words.js").Transition} Transition */

/** @typedef {{ readonly state: Transition["to"], readonly fromMs: number, readonly toMs: number }} Stretch */

/** The one that matters most on top. */
const LANES = /** @type {const} */ (["Master", "Backup", "Fault", "Init", "Down"]);

/**
 * The states of a virtual router on a lane each, from the first change that is remembered until now.
 *
 * @param {readonly Transition[]} transitions the oldest first
 * @param {number} nowMs
 */
export function timeLine(transitions, nowMs) {
  const stretches = stretchesOf(transitions, nowMs);
  const beginMs = stretches[0]?.fromMs ?? nowMs;
  const range = { beginMs, lengthMs: Math.max(1, nowMs - beginMs) };
  const lanes = LANES.filter((state) => stretches.some((one) => one.state === state));
  return el(
    "div",
    { class: "time-line" },
    ...lanes.map((state) => lane(state, stretches, range)),
    el(
      "p",
      { class: "axis quiet" },
      el("span", {}, momentText(beginMs)),
      el("span", {}, "now"),
    ),
  );
}

/**
 * @param {readonly Transition[]} transitions
 * @param {number} nowMs
 * @returns {readonly Stretch[]}
 */
function stretchesOf(transitions, nowMs) {
  return transitions.map(({ to, at }, index) => {
    const next = transitions[index + 1];
    const fromMs = Date.parse(at);
    return { state: to, fromMs, toMs: next === undefined ? nowMs : Date.parse(next.at) };
  });
}

/**
 * @param {Transition["to"]} state
 * @param {readonly Stretch[]} stretches
 * @param {{ readonly beginMs: number, readonly lengthMs: number }} range
 */
function lane(state, stretches, { beginMs, lengthMs }) {
  const own = stretches.filter((one) => one.state === state);
  const sumMs = own.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const bars = own.map(({ fromMs, toMs }) => {
    const title = `${state} from ${momentText(fromMs)} for ${spanText(toMs - fromMs)}`;
    const bar = el("span", { class: "stretch", "data-state": state, title });
    // By the object model: the page's policy refuses a style attribute.
    bar.style.left = `${100 * (fromMs - beginMs) / lengthMs}%`;
    bar.style.width = `${100 * (toMs - fromMs) / lengthMs}%`;
    return bar;
  });
  const times = own.length === 1 ? "once" : `${own.length} times`;
  const label = `${state} ${times}, ${spanText(sumMs)} in all`;
  return el(
    "div",
    { class: "lane" },
    el("span", { class: "lane-name" }, `${signOf(state)} ${state}`),
    el("span", { class: "track", role: "img", "aria-label": label }, ...bars),
    el("span", { class: "lane-sum quiet" }, spanText(sumMs)),
  );
}
