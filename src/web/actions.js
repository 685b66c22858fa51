// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { ChangeDialog } from "./change_dialog.js";
import { byId, setText } from "./dom.js";
import { force, setAdvertInterval, setPriority } from "./server.js";

/** @typedef {import("./server.js").RouterDetail} RouterDetail */

const LABELS = new Map([
  ["master", "Force Master"],
  ["backup", "Force Backup"],
  ["auto", "Let the election decide"],
]);

const CENTISECONDS = {
  min: "0.01",
  max: "40.95",
  step: "0.01",
  note: "0.01 to 40.95 in steps of 0.01. Backups of version 3 learn it from their Master.",
};
const WHOLE_SECONDS = {
  min: "1",
  max: "255",
  step: "1",
  note: "Whole seconds, 1 to 255. Version 2 needs the same on every router of the group.",
};

/**
 * The dialogs with which a user who may write changes virtual routers.
 *
 * @param {(router: RouterDetail) => void} onChanged
 */
export function changeDialogs(onChanged) {
  const priority = byId("priority-value", HTMLInputElement);
  const priorities = new ChangeDialog(
    byId("priority-dialog", HTMLDialogElement),
    async (router) => {
      await setPriority(router, priority.valueAsNumber);
      onChanged(router);
    },
  );
  const forceForm = byId("force-dialog", HTMLDialogElement);
  const states = new ChangeDialog(forceForm, async (router) => {
    await force(router, chosenState(forceForm) ?? "auto");
    onChanged(router);
  });
  const interval = byId("interval-value", HTMLInputElement);
  const intervals = new ChangeDialog(
    byId("interval-dialog", HTMLDialogElement),
    async (router) => {
      await setAdvertInterval(router, interval.valueAsNumber);
      onChanged(router);
    },
  );
  forceForm.addEventListener("change", () => label(forceForm));
  return {
    close: () => {
      priorities.close();
      states.close();
      intervals.close();
    },
    changePriority: (/** @type {RouterDetail} */ router) => {
      priorities.open(router);
      priority.value = `${router.priority}`;
      priority.select();
    },
    force: (/** @type {RouterDetail} */ router) => {
      states.open(router);
      label(forceForm);
    },
    changeInterval: (/** @type {RouterDetail} */ router) => {
      intervals.open(router);
      limit(interval, router.version === 3 ? CENTISECONDS : WHOLE_SECONDS);
      interval.value = `${router.advert_interval}`;
      interval.select();
    },
  };
}

/**
 * What the browser takes for a right interval, and what people read about it.
 *
 * @param {HTMLInputElement} input
 * @param {typeof CENTISECONDS | typeof WHOLE_SECONDS} limits
 */
function limit(input, { min, max, step, note }) {
  Object.assign(input, { min, max, step });
  setText(byId("interval-note", HTMLParagraphElement), note);
}

/** The button says what it does. @param {HTMLDialogElement} dialog */
function label(dialog) {
  const text = LABELS.get(chosenState(dialog) ?? "") ?? "Force";
  setText(byId("force-confirm", HTMLButtonElement), text);
}

/** @param {HTMLDialogElement} dialog */
function chosenState(dialog) {
  const chosen = dialog.querySelector("input:checked");
  return chosen instanceof HTMLInputElement ? chosen.value : undefined;
}
