// @ts-check

/** @typedef {import("../api/answer_schemas.ts").TransitionBody} Transition */

/** A sign beside each state's name, so that colour is never all that tells them apart. */
/** @type {Readonly<Record<Transition["to"], string>>} */
const SIGNS = { Init: "◌", Backup: "○", Master: "●", Fault: "▲", Down: "✕" };

/** @param {Transition["to"]} state */
export function signOf(state) {
  return SIGNS[state];
}

/**
 * The API's word for a reason or a fault, as people write it.
 *
 * @param {string} word such as `masterSilent`
 */
export function spelled(word) {
  const words = word.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return sentence(words.replace(/\bmaster\b/g, "Master").replace(/\bmac\b/g, "MAC"));
}

/** @param {string} text */
export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Why a state changed, with who had to do with it.
 *
 * @param {Pick<Transition, "reason" | "fault_text" | "peer">} transition
 */
export function reasonText({ reason, fault_text: wrong, peer }) {
  const why = wrong === null ? spelled(reason) : sentence(wrong);
  return peer === null ? why : `${why} (${peer.address}, priority ${peer.priority})`;
}

/** @param {number} ms since 1970 */
export function clockText(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}

/**
 * With the day, where that is another one than today.
 *
 * @param {number} ms since 1970
 */
export function momentText(ms) {
  const date = new Date(ms);
  if (date.toDateString() === new Date().toDateString()) return clockText(ms);
  const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
  return `${day}, ${clockText(ms)}`;
}

/**
 * A duration in its two largest units.
 *
 * @param {number} ms
 */
export function spanText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  if (minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}
