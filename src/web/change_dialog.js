// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { setText, within } from "./dom.js";
import { nameOf } from "./facts.js";

/** @typedef {import("./server.js").RouterDetail} RouterDetail */

/** Asks for a change of a virtual router, and stays until that has worked or somebody gives up. */
export class ChangeDialog {
  #dialog;
  #form;
  #problem;
  #subject;
  /** @type {RouterDetail | undefined} */
  #router;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {(router: RouterDetail) => Promise<void>} change throws an error that people can read
   */
  constructor(dialog, change) {
    this.#dialog = dialog;
    this.#form = within(dialog, "form", HTMLFormElement);
    this.#problem = within(dialog, ".problem", HTMLElement);
    this.#subject = within(dialog, ".subject", HTMLElement);
    within(dialog, "[value=cancel]", HTMLButtonElement)
      .addEventListener("click", () => dialog.close());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#router !== undefined) this.#submit(change(this.#router));
    });
  }

  /** @param {RouterDetail} router */
  open(router) {
    this.#router = router;
    this.#form.reset();
    setText(this.#problem, "");
    setText(
      this.#subject,
      `${
        nameOf(router)
      } (${router.virtual_ip}), now ${router.state} with priority ${router.effective_priority}`,
    );
    this.#dialog.showModal();
  }

  close() {
    this.#dialog.close();
  }

  /** @param {Promise<void>} changing */
  async #submit(changing) {
    const button = within(this.#form, ".primary", HTMLButtonElement);
    button.disabled = true;
    setText(this.#problem, "");
    try {
      await changing;
      this.#dialog.close();
    } catch (error) {
      setText(this.#problem, error instanceof Error ? error.message : String(error));
    } finally {
      button.disabled = false;
    }
  }
}
