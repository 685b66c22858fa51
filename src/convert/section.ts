import type { Statement } from "./blocks.ts";
import type { Place, Trouble } from "./place.ts";
import { showPlace, showStatement, showWhole } from "./show.ts";
import { tomlComment, tomlEntry, type TomlValue } from "../base/toml.ts";

/** A statement that went over, and into which key or behaviour of ours. */
export interface Carried {
  readonly place: Place;
  readonly keyword: string;
  readonly to: string;
}

/** What all sections of one conversion report to. */
export interface Report {
  readonly mainFile: string;
  /** What is not as it was. */
  readonly warnings: Trouble[];
  readonly carried: Carried[];
}

interface Entry {
  readonly value: TomlValue;
  readonly note?: string;
}

/** A part of the result: the general keys, a `[[vrouter]]` table, or comments alone. */
export class Section {
  readonly #report: Report;
  readonly #head: string[] = [];
  readonly #header: string | undefined;
  readonly #entries = new Map<string, Entry>();
  readonly #remarks: string[] = [];
  #isDisabled = false;

  /** `header` is TOML's own, such as `[[vrouter]]`. */
  constructor(report: Report, header?: string) {
    this.#report = report;
    this.#header = header;
  }

  /** A comment above the section that names what it comes from. */
  title(statement: Statement, text = ""): void {
    const place = showPlace(statement.place, this.#report.mainFile);
    this.#head.push(`${showStatement(statement)} (${place})${text}`);
  }

  /** A comment of its own above the section. */
  note(text: string): void {
    this.#head.push(text);
  }

  /** `note` stands behind the value. */
  set(key: string, value: TomlValue, note?: string): void {
    this.#entries.set(key, { value, ...(note === undefined ? {} : { note }) });
  }

  /** The statement is in the result, as `to`. */
  carry(statement: Statement, to: string): void {
    const { place, words: [keyword = ""] } = statement;
    this.#report.carried.push({ place, keyword, to });
  }

  /** Says in the result and as a warning what is not as it was. */
  remark(statement: Statement, text: string): void {
    this.#warn(statement, text);
    const place = showPlace(statement.place, this.#report.mainFile);
    this.#remarks.push(`keepalived: ${showStatement(statement)} (${place}): ${text}`);
  }

  /** The same for a whole block, which is shown line by line. */
  quote(statement: Statement, text: string): void {
    if (statement.block === undefined) return this.remark(statement, text);
    this.#warn(statement, text);
    const place = showPlace(statement.place, this.#report.mainFile);
    this.#remarks.push(`keepalived (${place}): ${text}`);
    this.#remarks.push(...showWhole(statement).map((line) => `  ${line}`));
  }

  /** The same for something that is no statement. */
  trouble({ place, text }: Trouble): void {
    this.#report.warnings.push({ place, text });
    this.#remarks.push(`keepalived (${showPlace(place, this.#report.mainFile)}): ${text}`);
  }

  /** The table cannot run: it stays in the result as a comment. */
  disable(statement: Statement, why: string): void {
    this.#isDisabled = true;
    this.#warn(statement, `left out: ${why}`);
    this.#head.push(`Left out: ${why}`);
  }

  /** With `keys` first and in their order. */
  text(keys: readonly string[]): string {
    const lines = [
      ...(this.#header === undefined ? [] : [this.#header]),
      ...[...this.#entries].toSorted(([a], [b]) => keys.indexOf(a) - keys.indexOf(b))
        .flatMap(([key, entry]) => entryText(key, entry).split("\n")),
    ];
    const body = this.#isDisabled ? lines.map(tomlComment) : lines;
    return [...this.#head.map(tomlComment), ...body, ...this.#remarks.map(tomlComment)]
      .map((line) => `${line}\n`).join("");
  }

  #warn(statement: Statement, text: string): void {
    const warning = { place: statement.place, text: `${showStatement(statement)}: ${text}` };
    this.#report.warnings.push(warning);
  }
}

function entryText(key: string, { value, note }: Entry): string {
  const text = tomlEntry(key, value);
  return note === undefined ? text : `${text} ${tomlComment(note)}`;
}
