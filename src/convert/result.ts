import type { Trouble } from "./place.ts";
import { tomlComment } from "../base/toml.ts";

/** By line; files as they come first. */
export function inOrder(troubles: readonly Trouble[]): Trouble[] {
  const files = [...new Set(troubles.map(({ place }) => place.file))];
  return troubles.toSorted(({ place: a }, { place: b }) =>
    files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line
  );
}

/** The first lines of the result. */
export function header(mainFile: string, holdsSecret: boolean): string {
  const lines = [
    `Made from ${mainFile} by rvrrpd convert; check it with rvrrpd -t -c FILE.`,
    'Comments that begin with "keepalived" say what is not as it was.',
    ...(holdsSecret
      ? ["Holds a secret: only its owner should be able to read it (chmod 600)."]
      : []),
  ];
  return lines.map((line) => `${tomlComment(line)}\n`).join("");
}
