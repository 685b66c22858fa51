// @ts-check

import { Board } from "./board.js";
import { Connection } from "./connection.js";

/**
 * @typedef {import("./server.js").RouterDetail} RouterDetail
 *
 * @typedef {object} SessionParts
 * @property {import("./details.js").Actions | undefined} actions `undefined` for who may only read
 * @property {import("./status_line.js").StatusLine} status
 * @property {() => void} onConnected comes again and again
 * @property {() => void} onSignedOut the server knows the session no more
 */

/** From signing in to signing out: the table, and what keeps it true. */
export class Session {
  #board;
  #connection;

  /** @param {SessionParts} parts */
  constructor({ actions, status, onConnected, onSignedOut }) {
    const board = new Board(actions);
    this.#board = board;
    this.#connection = new Connection({
      onSnapshot: (routers) => board.replace(routers),
      onTransition: (transition) => board.apply(transition),
      onConnected: (aheadMs) => {
        status.calm("Connected: changes appear as they happen.", "live");
        board.connected(aheadMs);
        onConnected();
      },
      onLost: () => {
        status.lost();
        board.lost();
      },
      onSignedOut,
    });
    this.#connection.run();
  }

  hurry() {
    this.#connection.hurry();
  }

  /** @param {RouterDetail} router */
  refresh(router) {
    this.#board.refresh(router);
  }

  close() {
    this.#connection.close();
    this.#board.close();
  }
}
