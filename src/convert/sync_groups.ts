import type { Statement } from "./blocks.ts";
import { type Notifications, NOTIFY_RULES } from "./notify.ts";
import type { Rules } from "./rules.ts";
import { TRACKED, type TrackLines, trackLines } from "./tracking.ts";
import { linesOf } from "./values.ts";

/** A `vrrp_sync_group`. */
export interface SyncGroup {
  readonly name: string;
  readonly statement: Statement;
  /** Names of instances, in order. */
  readonly members: string[];
  readonly tracks: TrackLines;
  readonly notifications: Notifications;
  /** Members may have weights of their own. */
  allowsWeights: boolean;
}

export function syncGroup(statement: Statement): SyncGroup {
  return {
    name: statement.words[1] ?? "",
    statement,
    members: [],
    tracks: trackLines(),
    notifications: {},
    allowsWeights: false,
  };
}

export const SYNC_GROUP_RULES: Rules<SyncGroup> = {
  ...NOTIFY_RULES,
  group: {
    to: "sync_group",
    values: 0,
    block: true,
    repeats: true,
    read: ({ block = [] }, draft) => {
      draft.members.push(...block.flatMap(({ words }) => words));
      const strange = block.find((line) =>
        line.block !== undefined || line.elsewhere !== undefined
      );
      return strange && "a line in it is for another machine, or a block: left out";
    },
  },
  ...Object.fromEntries(TRACKED.map((kind) => [kind, {
    to: kind,
    values: 0,
    block: true,
    repeats: true,
    read: (statement: Statement, draft: SyncGroup) => {
      draft.tracks[kind].push(...linesOf(statement));
      return undefined;
    },
  }])),
  sync_group_tracking_weight: {
    to: "weight",
    values: 0,
    read: (_, draft) => void (draft.allowsWeights = true),
  },
  global_tracking: { because: "what one member tracks moves all of them" },
  track_process: { because: "only interfaces, programs, routes and files are tracked" },
  track_bfd: { because: "only interfaces, programs, routes and files are tracked" },
};
