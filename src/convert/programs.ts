import type { Statement } from "./blocks.ts";
import type { Section } from "./section.ts";

/** Looks a program up as a shell would; `undefined` where there is none of that name. */
export type FindProgram = (name: string) => string | undefined;

export interface LocateOptions {
  readonly statement: Statement;
  readonly section: Section;
  readonly findProgram: FindProgram;
}

/**
 * The command with the whole path of its program, which ours needs; keepalived looks along PATH, and
 * turns a program off that it does not find, as `undefined` does here.
 */
export function locate(
  command: readonly string[],
  options: LocateOptions,
): readonly string[] | undefined {
  const { statement, section, findProgram } = options;
  const [program = "", ...words] = command;
  if (program.startsWith("/")) return command;
  const path = findProgram(program);
  if (path === undefined) {
    section.remark(statement, `there is no program "${program}" here: left out`);
    return undefined;
  }
  section.remark(statement, `"${program}" is ${path} here: the whole path is needed`);
  return [path, ...words];
}
