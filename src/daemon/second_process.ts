import { waitForEndElsewhere } from "../../ffi/children.ts";
import { boottimeMs } from "../../ffi/clock.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { Fd } from "../../ffi/fd.ts";
import { openNothing, readAll, rewind, writeAll } from "../../ffi/files.ts";
import { hasten } from "../../ffi/hasten.ts";
import { openMemoryFile } from "../../ffi/memory_file.ts";
import { commandLine, endAfter, environmentVariable } from "../../ffi/process.ts";
import { type Ending, putBehind, spawnSession } from "../../ffi/spawn.ts";

/*
 * Long work would keep the engine waiting, and so does even the beginning of a thread. So the program
 * starts itself once more, behind everything else that wants the processor:
 *
 *     asker ── question, a file in memory ──► second process
 *       ▲ ──── answer, another one ◄───────────── │ ends
 */

const MARK_VARIABLE = "RVRRPD_ANSWERS";
const QUESTION_DESCRIPTOR = 3;
const ANSWER_DESCRIPTOR = 4;
const STDERR_DESCRIPTOR = 2;
/** A file on a network disk that is gone, or one that somebody has to write first, never ends. */
const LIMIT_S = 60;
const MS_PER_S = 1000;
const PATIENCE_MS = (LIMIT_S + 5) * MS_PER_S;
const SIGALRM = 14;
const KEPT_VARIABLES = ["PATH", "HOME", "LD_LIBRARY_PATH", "DENO_DIR"];

/** Whether this is the process that {@linkcode askSecondProcess} has started. */
export function isSecondProcess(): boolean {
  return environmentVariable(MARK_VARIABLE) === "1";
}

/** The whole life of that process. Throws {@linkcode SyscallError}. */
export function beSecondProcess(answerTo: (question: Uint8Array) => Uint8Array): void {
  endAfter(LIMIT_S);
  using question = new Fd(QUESTION_DESCRIPTOR);
  using answer = new Fd(ANSWER_DESCRIPTOR);
  writeAll(answer, Uint8Array.from(answerTo(readAll(question))));
}

/** A moment so many milliseconds from now, on a clock that every process has. */
export function momentAfter(ms: number): number {
  return boottimeMs() + ms;
}

/** Whether that moment of {@linkcode momentAfter} is over. */
export function isOver(momentMs: number): boolean {
  return boottimeMs() >= momentMs;
}

/** This process ends where it has not answered by that moment. */
export function answerBy(momentMs: number): void {
  // With 0 it would never end.
  endAfter(Math.max(1, Math.ceil((momentMs - boottimeMs()) / MS_PER_S)));
}

/** It has its whole time again: half done is worse than late. */
export function answerLater(): void {
  endAfter(LIMIT_S);
}

/** There is no second process: the program was replaced by another version, or memory is short. */
export class NobodyToAsk extends Error {
  override readonly name = "NobodyToAsk";
}

/**
 * What {@linkcode beSecondProcess} has answered in a process of its own, which gets our standard
 * error. Throws {@linkcode NobodyToAsk}, and {@linkcode Error} where it ends without an answer.
 */
export async function askSecondProcess(question: Uint8Array): Promise<Uint8Array> {
  // One that asked another would be asked itself, and never come to an end.
  if (isSecondProcess()) throw new NobodyToAsk("it is the second process itself");
  using questionFile = openMemoryFile("question");
  writeAll(questionFile, Uint8Array.from(question));
  rewind(questionFile);
  using answerFile = openMemoryFile("answer");
  const ending = await endingInTime(start(questionFile, answerFile));
  if (!("code" in ending) || ending.code !== 0) throw new Error(howItEnded(ending));
  rewind(answerFile);
  return readAll(answerFile);
}

/** A process that waits for a disk ends by no signal; whenever it does, it is waited for. */
async function endingInTime(pid: number): Promise<Ending> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("the disk does not answer")), PATIENCE_MS);
  try {
    return await Promise.race([waitForEndElsewhere(pid), promise]);
  } finally {
    clearTimeout(timer);
  }
}

function start(question: Fd, answer: Fd): number {
  try {
    return startHere(question, answer);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    throw new NobodyToAsk(error.message);
  }
}

function startHere(question: Fd, answer: Fd): number {
  using nothing = openNothing();
  // Ours, which stays open.
  const errors = new Fd(STDERR_DESCRIPTOR);
  const options = {
    program: Deno.execPath(),
    words: commandLine(),
    environment: { ...keptEnvironment(), [MARK_VARIABLE]: "1" },
    descriptors: [nothing, nothing, errors, question, answer],
  };
  const pid = hasten((scheduling) => spawnSession({ ...options, scheduling }));
  putBehind(pid);
  return pid;
}

function keptEnvironment(): Record<string, string> {
  return Object.fromEntries(KEPT_VARIABLES.flatMap((name) => {
    const value = environmentVariable(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

function howItEnded(ending: Ending): string {
  if ("signal" in ending && ending.signal === SIGALRM) {
    return "the process that was to answer has taken too long";
  }
  const how = "signal" in ending ? `by signal ${ending.signal}` : `with code ${ending.code}`;
  return `the process that was to answer has ended ${how}`;
}
