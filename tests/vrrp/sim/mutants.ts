import { ip } from "../../../src/base/ip.ts";
import { step } from "../../../src/vrrp/machine.ts";
import type { Action, RouterEvent, Step } from "../../../src/vrrp/types.ts";
import type { StepFunction } from "./step_rules.ts";

/** A core with one mistake, and what the simulator has to say about it. */
export interface Mutant {
  readonly mistake: string;
  readonly step: StepFunction;
  readonly caught: RegExp;
}

const LOWEST = ip("0.0.0.0");
const HIGHEST = ip("255.255.255.255");

export const MUTANTS: readonly Mutant[] = [
  {
    mistake: "resolves ties the wrong way round",
    step: (config, state, event, nowMs) => {
      if (event.kind !== "advert" || state.name !== "Master") {
        return step(config, state, event, nowMs);
      }
      const greater = event.advert.from.bytes.toHex() > state.facts.source.bytes.toHex();
      const from = greater ? LOWEST : HIGHEST;
      const advert: RouterEvent = { kind: "advert", advert: { ...event.advert, from } };
      return step(config, state, advert, nowMs);
    },
    caught: /stays Master after hearing a better one|gives way to a lesser one/,
  },
  {
    mistake: "waits without skew",
    step: (config, state, event, nowMs) => {
      const result = step(config, state, event, nowMs);
      if (result.state.name !== "Backup" || event.kind !== "advert") return result;
      const deadlineMs = Math.min(result.deadlineMs, nowMs + 3 * config.advertIntervalMs);
      return { ...result, deadlineMs, state: { ...result.state, masterDownAtMs: deadlineMs } };
    },
    caught: /too early/,
  },
  {
    mistake: "never re-arms the Backup's timer",
    step: (config, state, event, nowMs) => {
      if (event.kind === "advert" && state.name === "Backup" && event.advert.priority > 0) {
        return { state, actions: [], deadlineMs: state.masterDownAtMs };
      }
      return step(config, state, event, nowMs);
    },
    caught: /too early/,
  },
  {
    mistake: "leaves the addresses behind",
    step: withActions((action) => action.do !== "removeAddresses"),
    caught: /keeps the addresses/,
  },
  {
    mistake: "advertises as Master but never adds the addresses",
    step: withActions((action) => action.do !== "addAddresses"),
    caught: /lacks the addresses/,
  },
  {
    mistake: "keeps the virtual MAC",
    step: withActions((action) => action.do !== "releaseMac"),
    caught: /keeps the MAC/,
  },
  {
    mistake: "is deaf to a better Master",
    step: ignoring((event, state) => event.kind === "advert" && state === "Master"),
    caught: /stays Master after hearing a better one/,
  },
  {
    mistake: "is deaf to a leaving Master",
    step: ignoring((event) => event.kind === "advert" && event.advert.priority === 0),
    caught: /0 Masters after the loss/,
  },
  {
    mistake: "never preempts",
    step: (config, state, event, nowMs) => {
      return step({ ...config, preempt: false }, state, event, nowMs);
    },
    caught: /is Master in spite of/,
  },
  {
    mistake: "sleeps through the end of the Backup's timer",
    step: withDeadline((result) => result.state.name === "Backup" ? Infinity : result.deadlineMs),
    caught: /has 0 Masters/,
  },
  {
    mistake: "sleeps through the Master's own timer",
    step: withDeadline((result) => result.state.name === "Master" ? Infinity : result.deadlineMs),
    caught: /silent for more than an interval/,
  },
  {
    mistake: "wants to be called again at once",
    step: withDeadline((result, nowMs) => Math.min(result.deadlineMs, nowMs)),
    caught: /due again/,
  },
  {
    mistake: "takes no notice of having stood still",
    step: ignoring((event) => event.kind === "paused"),
    caught: /without listening|too early/,
  },
  {
    mistake: "says that it leaves when its interface fails",
    step: (config, state, event, nowMs) => {
      const result = step(config, state, event, nowMs);
      if (event.kind !== "linkFault" || state.name !== "Master") return result;
      const leaving: Action = { do: "sendAdvert", priority: 0 };
      return { ...result, actions: [leaving, ...result.actions] };
    },
    caught: /says that it leaves/,
  },
  {
    mistake: "takes the owner's own addresses away",
    step: (config, state, event, nowMs) => {
      const result = step(config, state, event, nowMs);
      if (event.kind !== "stop" || state.name !== "Master" || !state.facts.owner) return result;
      return { ...result, actions: [...result.actions, { do: "removeAddresses" }] };
    },
    caught: /removeAddresses where nothing is to do/,
  },
  {
    mistake: "comes back after its end",
    step: (config, state, event, nowMs) => {
      const result = step(config, state, event, nowMs);
      return event.kind === "stop" ? { ...result, state } : result;
    },
    caught: /goes on as \w+ after its end/,
  },
];

function withActions(wanted: (action: Action) => boolean): StepFunction {
  return (config, state, event, nowMs) => {
    const result = step(config, state, event, nowMs);
    return { ...result, actions: result.actions.filter(wanted) };
  };
}

function withDeadline(choose: (result: Step, nowMs: number) => number): StepFunction {
  return (config, state, event, nowMs) => {
    const result = step(config, state, event, nowMs);
    return { ...result, deadlineMs: choose(result, nowMs) };
  };
}

function ignoring(
  deaf: (event: RouterEvent, state: Step["state"]["name"]) => boolean,
): StepFunction {
  return (config, state, event, nowMs) => {
    if (!deaf(event, state.name)) return step(config, state, event, nowMs);
    // An event that changes nothing, whose answer still tells the deadline.
    return step(config, state, { kind: "timer" }, -Infinity);
  };
}
