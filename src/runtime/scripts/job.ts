import type { Command } from "../../config/types.ts";
import type { ScriptUser } from "./script_user.ts";

/** One run of a program. */
export interface Job {
  /** As the configuration has it. */
  readonly command: Command;
  /** What follows its own words. */
  readonly words: readonly string[];
  /** Beside what every program gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** After this it is ended. */
  readonly timeoutMs: number;
  /** What it is for, as the log says it. */
  readonly purpose: string;
  /** An exit code other than 0 is an answer as good as any, and nothing to complain about. */
  readonly codeIsAnswer: boolean;
}

/** One whose user is settled, which must not be another one by the time that its turn comes. */
export interface BoundJob extends Job {
  readonly user: ScriptUser;
}

/** How a run went. */
export type Outcome =
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: number }
  | { readonly kind: "timeout"; readonly afterMs: number }
  /** It never ran; `why` is the system's answer. */
  | { readonly kind: "refused"; readonly why: string };

export function isSuccess(outcome: Outcome): boolean {
  return outcome.kind === "code" && outcome.code === 0;
}

/** What went wrong, behind the name of the program. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "code":
      return `ended with code ${outcome.code}`;
    case "signal":
      return `was ended by signal ${outcome.signal}`;
    case "timeout":
      return `was ended after its time limit of ${outcome.afterMs / 1000} s`;
    case "refused":
      return `does not run: ${outcome.why}`;
  }
}
