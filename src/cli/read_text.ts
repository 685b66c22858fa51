import { EXIT, ExitError } from "./exit.ts";

/** The text of a file that the user named. Throws {@linkcode ExitError} with what is wrong with it. */
export function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new ExitError(EXIT.wrongUse, `Cannot read ${path}: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
    return "there is no such file";
  }
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "permission denied (run as root or let this user read it)";
  }
  return error instanceof Error ? error.message : String(error);
}
