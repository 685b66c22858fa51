// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { ChangeDialog } from "./change_dialog.js";
import { byId, setText } from "./dom.js";
import { force, setPriority } from "./server.js";

/** @typedef {import("./server.js").RouterDetail} RouterDetail */

const LABELS = new Map([
  ["master", "Force Master"],
  ["backup", "Force Backup"],
  ["auto", "Let the election decide"],
]);

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
  forceForm.addEventListener("change", () => label(forceForm));
  return {
    close: () => {
      priorities.close();
      states.close();
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
  };
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
