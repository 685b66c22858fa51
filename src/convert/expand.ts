import { Parameters } from "./parameters.ts";
import type { Place, Trouble } from "./place.ts";
import { MAX_LINE_CHARACTERS, type RawLine, rawLines } from "./raw_lines.ts";
import { type Repetition, repetition } from "./sequences.ts";

/** A file that an `include` names, with its text; `name` is shown and is what it includes itself is relative to. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** What an `include` gives: files in order, and what could not be read. */
export interface Included {
  readonly files: readonly SourceFile[];
  readonly problems: readonly string[];
}

export interface ExpandOptions {
  readonly source: SourceFile;
  /** What a line that begins with `@` is for; keepalived's `--config-id`, by default the host's name. */
  readonly configId: string;
  /** Finds the files of `include PATTERN` in the file `from`. */
  readonly include: (pattern: string, from: string) => Included;
}

/** One line of the configuration as keepalived would come to read it. */
export interface ConfigLine {
  readonly text: string;
  readonly place: Place;
  /** It begins with an `@` and is for a machine of another name. */
  readonly elsewhere?: true;
}

/** No file that people wrote comes near these; definitions that contain themselves would not end. */
const LIMIT = { steps: 200_000, depth: 40, includes: 16 } as const;

const RANDOM = /\$\{_RANDOM(?:\s+(\d+))?(?:\s+\d+)?\}/;

/** Reads a file with all it includes, its conditions, parameters and repetitions. Never throws. */
export function expand(options: ExpandOptions): {
  readonly lines: readonly ConfigLine[];
  readonly troubles: readonly Trouble[];
} {
  const expansion = new Expansion(options);
  expansion.file(options.source, 0);
  return expansion;
}

class Expansion {
  readonly lines: ConfigLine[] = [];
  readonly troubles: Trouble[] = [];
  readonly #options: ExpandOptions;
  readonly #parameters = new Parameters();
  #steps = 0;

  constructor(options: ExpandOptions) {
    this.#options = options;
    this.#parameters.define("_INSTANCE", options.configId);
    this.#parameters.define("_HASH", "#");
    this.#parameters.define("_BANG", "!");
  }

  file(source: SourceFile, includes: number): void {
    this.#parameters.define("_PWD", folderOf(source.file));
    for (const line of rawLines(source)) {
      const included = /^include[rmwba]?\s+(.+)$/.exec(line.text)?.[1];
      if (included === undefined) this.#line(line, 0);
      else this.#include(included, line.place, includes);
      if (this.#isExhausted) return;
    }
  }

  get #isExhausted(): boolean {
    return this.#steps > LIMIT.steps;
  }

  #include(pattern: string, place: Place, includes: number): void {
    if (includes >= LIMIT.includes) {
      this.#trouble(place, `include ${pattern}: not read, for the files include each other`);
      return;
    }
    if (!this.#step(place)) return;
    const { files, problems } = this.#options.include(unquote(pattern), place.file);
    for (const problem of problems) this.#trouble(place, `include ${pattern}: ${problem}`);
    for (const source of files) {
      this.file(source, includes + 1);
      this.#parameters.define("_PWD", folderOf(place.file));
    }
  }

  #line(line: RawLine, depth: number): void {
    if (line.text === "" || !this.#step(line.place)) return;
    if (depth > LIMIT.depth) {
      this.#trouble(line.place, "a definition contains itself: the line is left out");
      return;
    }
    const goOn = (text: string) => this.#line({ text: text.trim(), place: line.place }, depth + 1);
    const definition = /^\$([A-Za-z_]\w*)=([^]*)$/.exec(line.text);
    if (definition === null && line.text.length > MAX_LINE_CHARACTERS) {
      this.#trouble(line.place, "the line is too long: it is left out");
      return;
    }
    const condition = /^@(\^?)([^\s@^]+)\s+([^]*)$/.exec(line.text);
    const repeated = repetition(line.text);
    if (condition !== null) this.#conditional(line, condition, goOn);
    else if (definition !== null) {
      this.#parameters.define(definition[1] ?? "", (definition[2] ?? "").trim());
    } else if (repeated !== undefined) this.#repeat(repeated, goOn);
    else this.#substitute(line, goOn);
  }

  #conditional(line: RawLine, condition: RegExpExecArray, goOn: (text: string) => void): void {
    const [, negation, id, rest = ""] = condition;
    const isMeant = (id === this.#options.configId) === (negation === "");
    if (isMeant) goOn(rest);
    else this.lines.push({ ...line, elsewhere: true });
  }

  #repeat({ rounds, rest }: Repetition, goOn: (text: string) => void): void {
    for (const round of rounds) {
      for (const [name, value] of Object.entries(round)) this.#parameters.define(name, value);
      goOn(rest);
      if (this.#isExhausted) return;
    }
  }

  #substitute(line: RawLine, goOn: (text: string) => void): void {
    if (RANDOM.test(line.text)) {
      this.#trouble(line.place, "a random number becomes the least that it can be");
      return goOn(line.text.replace(RANDOM, (_, least: string = "0") => least));
    }
    const text = this.#parameters.substitute(line.text);
    if (text === undefined) this.#trouble(line.place, "the line grows too long: it is left out");
    else if (text === line.text && !text.includes("\n")) this.lines.push(line);
    else for (const part of text.split("\n")) goOn(part);
  }

  /** Whether to go on. */
  #step(place: Place): boolean {
    this.#steps++;
    if (this.#steps === LIMIT.steps) {
      this.#trouble(place, "the definitions have no end: the rest is left out");
    }
    return this.#steps < LIMIT.steps;
  }

  #trouble(place: Place, text: string): void {
    this.troubles.push({ place, text });
  }
}

function folderOf(file: string): string {
  return file.includes("/") ? file.replace(/\/[^/]*$/, "") || "/" : ".";
}

function unquote(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, "$2");
}
