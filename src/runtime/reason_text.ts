import type { TransitionReason } from "../vrrp/types.ts";

const WORDS: Readonly<Record<TransitionReason, string>> = {
  started: "started",
  ownsAddresses: "the virtual addresses are the interface's own",
  noMasterHeard: "no Master was heard",
  masterSilent: "the Master is silent",
  masterLeft: "the Master has left",
  preempting: "the Master has a lower priority",
  higherPriorityHeard: "a higher priority was heard",
  higherAddressHeard: "a greater address of the same priority was heard",
  otherOwnerHeard: "another owner was heard",
  forced: "forced",
  groupMoved: "follows its sync group",
  linkFault: "cannot run",
  stopped: "stopped",
};

/** Why a state was entered, for people; a word of a newer daemon stays as it is. */
export function reasonText(reason: string): string {
  return isKnown(reason) ? WORDS[reason] : reason;
}

function isKnown(reason: string): reason is TransitionReason {
  return Object.hasOwn(WORDS, reason);
}
