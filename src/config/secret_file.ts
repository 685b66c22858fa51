import type { Findings } from "./findings.ts";
import type { KeyPath } from "./key_path.ts";

/** Gives the text of a file, or throws an error that says why it cannot. */
export type ReadTextFile = (path: string) => string;

/** The secret in a file, without one newline at its end; a fault where it cannot be read. */
export function readSecretFile(
  file: string,
  { at, findings, readTextFile }: {
    readonly at: KeyPath;
    readonly findings: Findings;
    readonly readTextFile: ReadTextFile;
  },
): string | undefined {
  try {
    return readTextFile(file).replace(/\r?\n$/, "");
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    findings.fault({
      at,
      problem: `cannot read ${JSON.stringify(file)}: ${cause}`,
      hint: "a file that the daemon can read",
    });
    return undefined;
  }
}
