import { MAX_LINE_CHARACTERS } from "./raw_lines.ts";

/** The parameters of a configuration: what `$NAME=value` defines, and those that are always there. */
export class Parameters {
  readonly #values = new Map<string, string>();

  define(name: string, value: string): void {
    this.#values.set(name, value);
  }

  /**
   * Replaces `${NAME}`, and `$NAME` before a blank or the end, once; a name that is not defined stays
   * as it stands, as a script may mean it. Gives `undefined` where the line would grow beyond measure.
   */
  substitute(line: string): string | undefined {
    const text = line.replaceAll(
      /\$(?:\{(\w+)\}|(\w+)(?=\s|$))/g,
      (written: string, braced?: string, bare?: string) =>
        this.#values.get(braced ?? bare ?? "") ?? written,
    );
    return text.length > MAX_LINE_CHARACTERS ? undefined : text;
  }
}
