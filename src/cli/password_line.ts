const KEY = {
  interrupt: 0x03,
  endOfInput: 0x04,
  eraseOther: 0x08,
  newline: 0x0a,
  enter: 0x0d,
  eraseLine: 0x15,
  erase: 0x7f,
} as const;

/** One line as it is typed at a terminal that does nothing by itself. */
export class PasswordLine {
  #bytes: number[] = [];
  #open = true;
  #interrupted = false;

  /** Whether the line goes on. */
  get open(): boolean {
    return this.#open;
  }

  get interrupted(): boolean {
    return this.#interrupted;
  }

  get text(): string {
    return new TextDecoder().decode(Uint8Array.from(this.#bytes));
  }

  /** Nothing more comes. */
  end(): void {
    this.#open = false;
  }

  /** Takes what was typed; keys after the end of the line are lost, as they are of no line yet. */
  take(typed: Uint8Array): void {
    for (const key of typed) {
      if (!this.#open) return;
      this.#press(key);
    }
  }

  #press(key: number): void {
    switch (key) {
      case KEY.interrupt:
        this.#interrupted = true;
        return this.end();
      case KEY.enter:
      case KEY.newline:
      case KEY.endOfInput:
        return this.end();
      case KEY.erase:
      case KEY.eraseOther:
        return this.#eraseCharacter();
      case KEY.eraseLine:
        this.#bytes = [];
        return;
      default:
        this.#bytes.push(key);
    }
  }

  /** A character of UTF-8 is its first byte and all that continue it. */
  #eraseCharacter(): void {
    let last = this.#bytes.pop();
    while (last !== undefined && (last & 0xc0) === 0x80) last = this.#bytes.pop();
  }
}
