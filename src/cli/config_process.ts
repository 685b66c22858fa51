import v8 from "node:v8";
import type { Change } from "../config/changes.ts";
import {
  askSecondProcess,
  beSecondProcess,
  isSecondProcess,
  NobodyToAsk,
} from "../daemon/second_process.ts";
import type { ReadConfig } from "./config_file.ts";
import { readConfig } from "./config_file.ts";
import { ExitError } from "./exit.ts";
import type { RvrrpdOptions } from "./options.ts";

/** What is to be read, and what to change of it. */
interface Question {
  readonly options: RvrrpdOptions;
  readonly changes: readonly Change[];
}

/** The configuration with all remarks, or why there is none to be read. */
type Answer = { readonly read: ReadConfig } | { readonly refused: string };

/** Whether this is the process that {@linkcode readConfigElsewhere} asks. */
export function isConfigProcess(): boolean {
  return isSecondProcess();
}

/** The whole life of that process. */
export function serveConfig(): void {
  beSecondProcess((question) => v8.serialize(answer(v8.deserialize(question))));
}

function answer({ options, changes }: Question): Answer {
  try {
    return { read: readConfig(options, changes) };
  } catch (error) {
    if (error instanceof ExitError) return { refused: error.message };
    throw error;
  }
}

/**
 * Reads the configuration in a process of its own: a large one takes longer than an advertisement
 * may wait. Throws {@linkcode Error} where there is none to be read.
 */
export async function readConfigElsewhere(
  options: RvrrpdOptions,
  changes: readonly Change[] = [],
): Promise<ReadConfig> {
  const question: Question = { options, changes };
  const answer = await ask(question);
  if ("refused" in answer) throw new Error(answer.refused);
  return answer.read;
}

async function ask(question: Question): Promise<Answer> {
  try {
    return v8.deserialize(await askSecondProcess(v8.serialize(question)));
  } catch (error) {
    if (!(error instanceof NobodyToAsk)) throw error;
    // The program was replaced by another version since: this one still knows how to do it.
    return answer(question);
  }
}
