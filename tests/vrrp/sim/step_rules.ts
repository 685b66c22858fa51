import type { step } from "../../../src/vrrp/machine.ts";
import type { LinkFacts, RouterEvent, RouterState, Step } from "../../../src/vrrp/types.ts";
import { type Contender, mustYield, priorityOf } from "./oracle.ts";
import type { Member } from "./scenario.ts";

export type StepFunction = typeof step;

/** One call of the core, before and after; times are the host's own. */
export interface StepRecord {
  readonly member: Member;
  readonly facts: LinkFacts;
  readonly before: RouterState;
  readonly event: RouterEvent;
  readonly after: Step;
  readonly nowMs: number;
}

const RULES = [endIsFinal, onlyMastersSpeak, leavingIsTheLastWord, betterOnesWin, timersMoveOn];

/** What one step alone can break; gives the broken promise in words. */
export function brokenByStep(record: StepRecord): string | undefined {
  for (const rule of RULES) {
    const problem = rule(record);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function onlyMastersSpeak({ member, after }: StepRecord): string | undefined {
  if (after.state.name === "Master") {
    const wrong = after.actions.some((action) => {
      return action.do === "sendAdvert" && action.priority !== priorityOf(member);
    });
    return wrong ? "a Master advertises another priority than its own" : undefined;
  }
  const speaks = after.actions.some((action) => {
    return action.do === "announce" || (action.do === "sendAdvert" && action.priority !== 0);
  });
  return speaks ? `speaks as ${after.state.name}` : undefined;
}

function leavingIsTheLastWord({ before, event, after }: StepRecord): string | undefined {
  const leaves = after.actions.some((action) =>
    action.do === "sendAdvert" && action.priority === 0
  );
  if (!leaves || (event.kind === "stop" && before.name === "Master")) return undefined;
  return `says that it leaves as ${before.name} on ${event.kind}`;
}

function betterOnesWin({ member, facts, before, event, after }: StepRecord): string | undefined {
  if (before.name !== "Master" || event.kind !== "advert") return undefined;
  const { priority, from: source, fromMac: mac } = event.advert;
  const ours: Contender = { ...facts, priority: priorityOf(member) };
  const yields = mustYield(ours, { priority, source, mac });
  if (yields === (after.state.name === "Backup")) return undefined;
  return yields ? "stays Master after hearing a better one" : "gives way to a lesser one";
}

/** Otherwise the daemon would spin at full load. */
function timersMoveOn({ event, after, nowMs }: StepRecord): string | undefined {
  if (event.kind !== "timer" || after.deadlineMs > nowMs) return undefined;
  return "the deadline that was served is due again";
}

function endIsFinal({ before, event, after }: StepRecord): string | undefined {
  if (before.name !== "Down" && event.kind !== "stop") return undefined;
  return after.state.name === "Down" ? undefined : `goes on as ${after.state.name} after its end`;
}
