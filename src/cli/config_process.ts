import v8 from "node:v8";
import type { Change } from "../config/changes.ts";
import {
  answerBy,
  answerLater,
  askSecondProcess,
  beSecondProcess,
  isOver,
  isSecondProcess,
  NobodyToAsk,
} from "../daemon/second_process.ts";
import { type ReadConfig, readConfig, type Remark } from "./config_file.ts";
import { type Order, orderBytes, readOrder } from "./config_order.ts";
import { type ConfigDraft, type PutAnswer, putConfig } from "./config_putting.ts";
import { draftConfig, type WriteAnswer, type WriteOrder } from "./config_writing.ts";
import { ExitError } from "./exit.ts";
import type { RvrrpdOptions } from "./options.ts";

/** The configuration with all remarks, what has become of it, or why there is none to be read. */
type Answer =
  | { readonly read: ReadConfig }
  | { readonly drafted: WriteAnswer }
  | { readonly written: PutAnswer }
  | { readonly refused: string };

/** Whether this is the process that {@linkcode readConfigElsewhere} asks. */
export function isConfigProcess(): boolean {
  return isSecondProcess();
}

/** The whole life of that process. */
export function serveConfig(): void {
  beSecondProcess((question) => {
    const order = readOrder(question);
    if (order.deadlineMs !== undefined) answerBy(order.deadlineMs);
    return v8.serialize(answer(order));
  });
}

const MOST_REMARKS = 1000;

function answer(order: Order): Answer {
  try {
    if ("put" in order) return { written: putConfig(order.put, () => beginToPut(order)) };
    const { options, changes, draft } = order;
    if (draft !== undefined) return { drafted: bounded(draftConfig(options, changes, draft)) };
    return { read: boundedRead(readConfig(options, changes)) };
  } catch (error) {
    if (error instanceof ExitError) return { refused: error.message };
    throw error;
  }
}

/** Throws where nobody waits for it any more. */
function beginToPut({ deadlineMs }: Order): void {
  if (deadlineMs === undefined) return;
  if (isOver(deadlineMs)) throw new Error("it has taken too long: nothing is written");
  answerLater();
}

function bounded(answer: WriteAnswer): WriteAnswer {
  return answer.done ? { ...answer, read: boundedRead(answer.read) } : answer;
}

/** Each remark costs the process that runs virtual routers a moment, and people read a few. */
function boundedRead(read: ReadConfig): ReadConfig {
  return { ...read, faults: firstOf(read.faults), warnings: firstOf(read.warnings) };
}

function firstOf(remarks: readonly Remark[]): readonly Remark[] {
  if (remarks.length <= MOST_REMARKS) return remarks;
  const text = `${remarks.length - MOST_REMARKS} more of the like are not told`;
  return [...remarks.slice(0, MOST_REMARKS), { text, failsCheck: false }];
}

/**
 * Reads the configuration in a process of its own: a large one takes longer than an advertisement
 * may wait. Throws {@linkcode Error} where there is none to be read, or not until `deadlineMs`.
 */
export async function readConfigElsewhere(
  options: RvrrpdOptions,
  changes: readonly Change[] = [],
  deadlineMs?: number,
): Promise<ReadConfig> {
  const answer = await askOrAnswer({ options, changes, deadlineMs });
  if ("read" in answer) return answer.read;
  throw unexpected(answer);
}

/**
 * Finds what to write in a process of its own. Throws {@linkcode Error} where there is no such process,
 * no file, or no answer until `deadlineMs`.
 */
export async function draftConfigElsewhere(
  { options, changes, order, deadlineMs }: {
    readonly options: RvrrpdOptions;
    readonly changes: readonly Change[];
    readonly order: WriteOrder;
    readonly deadlineMs: number;
  },
): Promise<WriteAnswer> {
  const answer = await ask({ options, changes, draft: order, deadlineMs });
  if ("drafted" in answer) return answer.drafted;
  throw unexpected(answer);
}

/**
 * Writes the configuration in a process of its own, as a disk may take its time. Throws
 * {@linkcode Error} where that has ended without an answer.
 */
export async function putConfigElsewhere(
  put: ConfigDraft,
  deadlineMs: number,
): Promise<PutAnswer> {
  const answer = await ask({ put, deadlineMs });
  if ("written" in answer) return answer.written;
  throw unexpected(answer);
}

async function askOrAnswer(order: Order): Promise<Answer> {
  try {
    return await ask(order);
  } catch (error) {
    if (!(error instanceof NobodyToAsk)) throw error;
    // The program was replaced by another version since: this one still knows how to do it.
    return answer(order);
  }
}

async function ask(order: Order): Promise<Answer> {
  return v8.deserialize(await askSecondProcess(orderBytes(order)));
}

function unexpected(answer: Answer): Error {
  return new Error("refused" in answer ? answer.refused : "the answer is to another question");
}
