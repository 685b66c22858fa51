import type { InterfaceTable } from "../interfaces.ts";
import type { Board } from "./board.ts";

/**
 * Reads tracked interfaces off the table: up is one that is switched on and has its carrier, down
 * any other, also one that is not there.
 */
export class InterfaceWatch {
  readonly #table: InterfaceTable;
  readonly #board: Pick<Board, "note">;
  #names: readonly string[] = [];

  constructor({ table, board }: { table: InterfaceTable; board: Pick<Board, "note"> }) {
    this.#table = table;
    this.#board = board;
  }

  replace(names: Iterable<string>): void {
    this.#names = [...new Set(names)];
    this.look();
  }

  /** The table has changed. A name may have gone to another interface, so all of them are looked up. */
  look(): void {
    for (const name of this.#names) {
      const link = this.#table.byName(name);
      const words = link === undefined ? "is missing" : link.up ? "is up" : "is down";
      this.#board.note(`interface ${name}`, link?.up ?? false, words);
    }
  }
}
