/** Escape sequences of xterm and all that follow it. */
const OTHER_SCREEN = "\x1b[?1049h\x1b[?25l";
const BACK = "\x1b[?25h\x1b[?1049l";
const CLEAR = "\x1b[H\x1b[2J";

/** The terminal's second screen: what was on the first one is there again afterwards. */
export class Screen implements Disposable {
  readonly #isTerminal = Deno.stdout.isTerminal();

  constructor() {
    if (this.#isTerminal) print(OTHER_SCREEN);
  }

  /** In place of what was shown before; where there is no terminal, after it. */
  draw(text: string): void {
    print(this.#isTerminal ? `${CLEAR}${text}` : `${text}\n`);
  }

  [Symbol.dispose](): void {
    if (this.#isTerminal) print(BACK);
  }
}

/** Without a line's end. */
export function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
}
