import { EXIT, ExitError } from "./exit.ts";
import { PasswordLine } from "./password_line.ts";

const MAX_LINE_BYTES = 4096;

/**
 * Asks twice without showing what is typed, or reads one line where nobody sits at a terminal.
 * Throws {@linkcode ExitError} where there is no password.
 */
export async function readPassword(): Promise<string> {
  const password = Deno.stdin.isTerminal() ? await askTwice() : await readLine();
  if (password === "") throw new ExitError(EXIT.wrongUse, "The password is empty: give one");
  return password;
}

async function askTwice(): Promise<string> {
  const first = await ask("Password: ");
  if (first !== await ask("Once more: ")) {
    throw new ExitError(EXIT.wrongUse, "The two passwords differ: try again");
  }
  return first;
}

/** The question goes to standard error: standard output is for the line alone. */
async function ask(question: string): Promise<string> {
  // Raw, so that an interrupt comes here as a character and the terminal is not left without echo;
  // before the question, because some type, or paste, as soon as they see it.
  Deno.stdin.setRaw(true);
  const line = new PasswordLine();
  try {
    await write(question);
    const chunk = new Uint8Array(256);
    while (line.open) {
      const count = await Deno.stdin.read(chunk);
      line.take(chunk.subarray(0, count ?? 0));
      if (count === null) line.end();
    }
  } finally {
    Deno.stdin.setRaw(false);
    await write("\n");
  }
  if (line.interrupted) throw new ExitError(EXIT.wrongUse, "Interrupted");
  return line.text;
}

async function write(text: string): Promise<void> {
  await Deno.stderr.write(new TextEncoder().encode(text));
}

async function readLine(): Promise<string> {
  const chunk = new Uint8Array(MAX_LINE_BYTES);
  const line: number[] = [];
  while (!line.includes(NEWLINE)) {
    const count = await Deno.stdin.read(chunk);
    if (count === null) break;
    line.push(...chunk.subarray(0, count));
    if (line.length > MAX_LINE_BYTES) {
      throw new ExitError(EXIT.wrongUse, `A password has at most ${MAX_LINE_BYTES} bytes`);
    }
  }
  const end = line.indexOf(NEWLINE);
  const bytes = Uint8Array.from(end < 0 ? line : line.slice(0, end));
  return new TextDecoder().decode(bytes).replace(/\r$/, "");
}

const NEWLINE = 0x0a;
