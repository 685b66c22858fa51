import type { CommandOutcome, Detail } from "../api/messages.ts";
import type { ReadConfig } from "./config_file.ts";

export type CommandRefusal = Extract<CommandOutcome, { done: false }>;

const MOST_DETAILS = 1000;

export const TOO_LATE = "Other changes have taken too long: nothing has changed, try again later";

export function detailsOf(
  faults: readonly Pick<ReadConfig["faults"][number], "text" | "fault">[],
): Detail[] {
  return faults.slice(0, MOST_DETAILS).map(({ text, fault }) => ({
    path: fault?.path ?? "",
    message: fault === undefined ? text : `${fault.problem} (${fault.hint})`,
  }));
}

export function refusal(
  why: CommandRefusal["why"],
  message: string,
  details: readonly Detail[] = [],
): CommandRefusal {
  return { done: false, why, message, details };
}
