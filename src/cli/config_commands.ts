import type { Command, CommandOutcome } from "../api/messages.ts";
import type { Change } from "../config/changes.ts";
import type { Fault } from "../config/fault.ts";
import type { Control } from "../runtime/companion.ts";
import { countObjects } from "./change_limits.ts";
import { isOver } from "../daemon/second_process.ts";
import type { NewConfig } from "../runtime/reload.ts";
import { detailsOf, refusal, TOO_LATE } from "./command_refusal.ts";
import type { ReadConfig } from "./config_file.ts";
import { draftConfigElsewhere, putConfigElsewhere } from "./config_process.ts";
import type { PutAnswer, Refused } from "./config_putting.ts";
import type { WriteAnswer } from "./config_writing.ts";
import type { RvrrpdOptions } from "./options.ts";

export interface ConfigCommandsParts {
  readonly control: Control;
  readonly options: RvrrpdOptions;
  /** Those that are in force. */
  readonly changes: Change[];
  /** The configuration that is in force. */
  readonly current: () => Pick<ReadConfig, "digest"> & { readonly revision: string };
  /** This one was written and takes its place; gives what of it waits for a restart. */
  readonly written: (read: ReadConfig) => readonly string[];
  /** Finds what the file is to hold. */
  readonly draft?: typeof draftConfigElsewhere;
  /** Writes it. */
  readonly put?: typeof putConfigElsewhere;
}

type WriteCommand = Extract<Command, { do: "writeConfig" }>;
type Done = Extract<WriteAnswer, { done: true }>;

/** How far it has come. */
interface Progress {
  answer?: WriteAnswer;
  /** From now on the file may be the new one. */
  isPutting?: boolean;
  put?: PutAnswer;
  /** The daemon goes by it; what there is to say of that. */
  remarks?: readonly string[];
}

/** Writes the configuration file as clients want it, and goes on under it. */
export class ConfigCommands {
  readonly #parts: ConfigCommandsParts;
  readonly #draft: typeof draftConfigElsewhere;
  readonly #put: typeof putConfigElsewhere;

  constructor(parts: ConfigCommandsParts) {
    this.#parts = parts;
    this.#draft = parts.draft ?? draftConfigElsewhere;
    this.#put = parts.put ?? putConfigElsewhere;
  }

  /** In turn with every other change of the configuration; begins nothing after `deadlineMs`. */
  async run(command: WriteCommand, deadlineMs: number): Promise<CommandOutcome> {
    const progress: Progress = {};
    try {
      await this.#parts.control.take(() => this.#draftAndPut(progress, command, deadlineMs));
    } catch (error) {
      return failure(progress, error instanceof Error ? error.message : String(error));
    }
    const { answer, put, remarks } = progress;
    if (answer?.done === false) return refusalOf(answer);
    if (put?.done === false) return refusalOf(put);
    if (remarks === undefined) {
      return put === undefined ? refusal("unable", ENDS) : failure(progress, "it ends");
    }
    return { done: true, remarks, revision: this.#parts.current().revision };
  }

  async #draftAndPut(
    progress: Progress,
    command: WriteCommand,
    deadlineMs: number,
  ): Promise<NewConfig | undefined> {
    const answer = progress.answer = await this.#answer(command, deadlineMs);
    const { config } = answer.done ? answer.read : {};
    if (!answer.done || config === undefined) return undefined;
    const prepare = async () => {
      const { draft } = answer;
      progress.isPutting = draft !== undefined;
      progress.put = draft === undefined
        ? { done: true, remarks: [] }
        : await this.#put(draft, deadlineMs);
      return progress.put.done;
    };
    const takeOver = () => {
      const later = progress.put?.done ? progress.put.remarks : [];
      progress.remarks = [...later, ...this.#takeOver(answer)];
    };
    return { ...config, prepare, takeOver };
  }

  async #answer(
    { what, text, ifMatch, isLocal }: WriteCommand,
    deadlineMs: number,
  ): Promise<WriteAnswer> {
    const { control, options, changes, current } = this.#parts;
    const { revision, digest } = current();
    if (isOver(deadlineMs)) return LATE;
    if (ifMatch !== undefined && !ifMatch.includes(revision)) return STALE;
    const objects = countObjects(control.routers.map((router) => router.config));
    // Whoever has the control socket may also write over what somebody else has written there.
    const takesAny = isLocal && ifMatch === undefined && what !== "save";
    const order = { what, text, isLocal, digest: takesAny ? undefined : digest, objects };
    return await this.#draft({ options, changes, order, deadlineMs });
  }

  #takeOver({ read, changes: kept, remarks }: Done): readonly string[] {
    const { changes, written } = this.#parts;
    changes.splice(0, changes.length, ...kept);
    const later = written(read);
    return [...remarks, ...read.warnings.map(({ text }) => text), ...later];
  }
}

const WRITTEN_ONLY = "The file is written, but the running daemon does not go by it";

const ENDS = "The daemon ends: nothing has changed";

/** What has become of one that was neither refused nor carried out. */
function failure({ answer, isPutting, put }: Progress, why: string): CommandOutcome {
  if (put?.done) return refusal("unable", isPutting ? `${WRITTEN_ONLY}: ${why}` : why);
  if (isPutting) return refusal("unable", `Nobody knows whether the file is written: ${why}`);
  if (answer?.done) return refusal("invalid", `The daemon cannot go on with that: ${why}`);
  return refusal("unable", why);
}

const STALE: WriteAnswer = {
  done: false,
  why: "stale",
  message: "The configuration has changed since: read it again",
  faults: [],
};

const LATE: WriteAnswer = { done: false, why: "unable", message: TOO_LATE, faults: [] };

function refusalOf({ why, message, faults }: Refused): CommandOutcome {
  return refusal(why, message, detailsOf(faults.map((fault: Fault) => ({ text: "", fault }))));
}
