// @ts-check

/**
 * @typedef {import("./server.js").RouterDetail} RouterDetail
 * @typedef {import("./words.js").Transition} Transition
 */

/**
 * Names a virtual router for as long as it lives: `vif` is the same in every state.
 *
 * @param {RouterDetail} router
 */
export function keyOf({ family, group, vif }) {
  return `${group} ${vif} ${family}`;
}

/** All virtual routers as they were told last. */
export class Routers {
  /** @type {Map<string, RouterDetail>} */
  #byKey = new Map();

  /** In the order in which people look for them. */
  get all() {
    return Array.from(this.#byKey.values()).sort((a, b) =>
      a.group - b.group || a.family - b.family || a.vif.localeCompare(b.vif)
    );
  }

  /** @param {readonly RouterDetail[]} routers */
  replace(routers) {
    this.#byKey = new Map(routers.map((router) => [keyOf(router), router]));
  }

  /**
   * Takes what was asked for, unless a change that has been told since makes it old.
   *
   * @param {RouterDetail} router
   */
  put(router) {
    const known = this.#byKey.get(keyOf(router));
    if (known !== undefined && lastSequence(known) <= lastSequence(router)) {
      this.#byKey.set(keyOf(router), router);
    }
  }

  /**
   * Takes over what a change of state says. Gives the virtual router as it is then.
   *
   * @param {Transition} transition
   * @returns {RouterDetail | undefined}
   */
  apply(transition) {
    const router = this.all.find((one) => isOf(transition, one));
    if (router === undefined) return undefined;
    const { to, at, reason, fault, fault_text } = transition;
    const isKnown = transition.sequence <= lastSequence(router);
    const changed = isKnown ? router : {
      ...router,
      state: to,
      since: at,
      reason,
      fault,
      fault_text,
      transitions: [...router.transitions, transition],
    };
    this.#byKey.set(keyOf(router), changed);
    return changed;
  }
}

/** @param {RouterDetail} router */
function lastSequence({ transitions }) {
  return transitions.at(-1)?.sequence ?? 0;
}

/**
 * @param {Transition} transition
 * @param {RouterDetail} router
 */
function isOf({ group, family, interface: name }, router) {
  if (group !== router.group || family !== router.family) return false;
  return name === configuredInterface(router);
}

/**
 * A Master on a macvlan is listed under that one's name; what it has been through has the other.
 *
 * @param {RouterDetail} router
 */
export function configuredInterface(router) {
  return router.transitions.at(-1)?.interface ?? router.interface;
}
