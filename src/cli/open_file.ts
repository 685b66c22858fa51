import { EXIT, ExitError } from "./exit.ts";

/** Something to read from until it is disposed of. */
export interface OpenFile extends Disposable {
  read(into: Uint8Array): Promise<number | null>;
}

/**
 * Opens a file that the user named; `-` is standard input. Throws {@linkcode ExitError} with what is
 * wrong with it.
 */
export async function openForReading(path: string): Promise<OpenFile> {
  if (path === "-") return standardInput();
  try {
    const file = await Deno.open(path);
    // A directory can be opened, too, and only reading fails.
    if (!(await file.stat()).isDirectory) return file;
    file.close();
  } catch (error) {
    throw readingError(path, error);
  }
  throw new ExitError(EXIT.wrongUse, `Cannot read ${path}: it is a directory`);
}

function standardInput(): OpenFile {
  return { read: (into) => Deno.stdin.read(into), [Symbol.dispose]: () => {} };
}

function readingError(path: string, error: unknown): ExitError {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
    return new ExitError(EXIT.wrongUse, `Cannot read ${path}: there is no such file`);
  }
  if (error instanceof Deno.errors.IsADirectory) {
    return new ExitError(EXIT.wrongUse, `Cannot read ${path}: it is a directory`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    const mend = "run as root or let this user read it";
    return new ExitError(EXIT.refused, `Cannot read ${path}: permission denied (${mend})`);
  }
  const why = error instanceof Error ? error.message : String(error);
  return new ExitError(EXIT.refused, `Cannot read ${path}: ${why}`);
}
