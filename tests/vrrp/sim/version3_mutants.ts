import { step } from "../../../src/vrrp/machine.ts";
import type { BackupState, HeardAdvert, RouterConfig, Step } from "../../../src/vrrp/types.ts";
import type { Mutant } from "./mutants.ts";

/** Mistakes that only version 3 lets one make: in version 2 all intervals are the same. */
export const VERSION_3_MUTANTS: readonly Mutant[] = [
  {
    mistake: "does not learn the interval",
    step: (config, state, event, nowMs) => {
      if (event.kind !== "advert") return step(config, state, event, nowMs);
      const intervalMs = config.advertIntervalMs;
      const advert = { ...event.advert, intervalMs };
      return step(config, state, { kind: "advert", advert }, nowMs);
    },
    caught: /too early|0 Masters/,
  },
  {
    mistake: "drops whatever has another interval",
    step: (config, state, event, nowMs) => {
      const differs = event.kind === "advert" &&
        event.advert.intervalMs !== config.advertIntervalMs;
      return step(config, state, differs ? { kind: "timer" } : event, differs ? -Infinity : nowMs);
    },
    caught: /too early|stays Master/,
  },
  {
    mistake: "takes its skew from a second, as in version 2",
    step: (config, state, event, nowMs) => {
      const result = step(config, state, event, nowMs);
      if (event.kind !== "advert") return result;
      return withMasterDown(result, (backup) => {
        return nowMs + 3 * backup.masterIntervalMs + 1000 * share(config, backup);
      });
    },
    caught: /too early|0 Masters|before its betters/,
  },
  {
    mistake: "takes its skew from its own interval",
    step: (config, state, event, nowMs) => {
      const result = step(config, state, event, nowMs);
      if (event.kind !== "advert") return result;
      return withMasterDown(result, (backup) => {
        return nowMs + 3 * backup.masterIntervalMs +
          config.advertIntervalMs * share(config, backup);
      });
    },
    caught: /too early|0 Masters|before its betters/,
  },
  {
    mistake: "keeps the learned interval as Master",
    step: (config, state, event, nowMs) => {
      const result = step(config, state, event, nowMs);
      if (state.name !== "Backup" || result.state.name !== "Master") return result;
      const nextAdvertAtMs = nowMs + state.masterIntervalMs;
      return { ...result, state: { ...result.state, nextAdvertAtMs }, deadlineMs: nextAdvertAtMs };
    },
    caught: /silent for more than an interval/,
  },
  {
    mistake: "compares the last 32 bits of two sources",
    step: (config, state, event, nowMs) => {
      const ours = state.name === "Master" ? state.facts.source : undefined;
      if (event.kind !== "advert" || ours?.family !== 6) return step(config, state, event, nowMs);
      const from = sameButForTheEnd(event.advert, ours.bytes);
      return step(config, state, { kind: "advert", advert: { ...event.advert, from } }, nowMs);
    },
    caught: /stays Master after hearing a better one|gives way to a lesser one/,
  },
];

/** Of a skew: what the priority leaves of the whole. */
function share({ priority }: RouterConfig, { facts }: BackupState): number {
  return (256 - (facts.owner ? 255 : priority)) / 256;
}

/** Arms the timer of a Backup that waits for the next advertisement to this time instead. */
function withMasterDown(result: Step, chosen: (backup: BackupState) => number): Step {
  const { state } = result;
  if (state.name !== "Backup" || state.waitingFor !== "nextAdvert") return result;
  const masterDownAtMs = chosen(state);
  const startMs = state.facts.owner ? -Infinity : state.startHeldUntilMs;
  return {
    ...result,
    state: { ...state, masterDownAtMs },
    deadlineMs: Math.max(masterDownAtMs, startMs),
  };
}

const END_SIZE = 4;

function sameButForTheEnd({ from }: HeardAdvert, ours: Uint8Array): HeardAdvert["from"] {
  const bytes = Uint8Array.from(ours);
  bytes.set(from.bytes.subarray(-END_SIZE), bytes.length - END_SIZE);
  return { family: from.family, bytes };
}
