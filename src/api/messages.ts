import type { Change } from "../config/changes.ts";
import type { ConfigPart } from "../config/rewrite.ts";
import type { PublisherNews, RouterName } from "../runtime/snapshot.ts";
import type { ApiSettings } from "./settings.ts";

/*
 * What goes back and forth between the engine's thread and the one that answers clients. Nothing that
 * a client has sent is trusted on the engine's side because it was checked on the other.
 */

export type Command =
  | {
    readonly do: "force";
    readonly router: RouterName;
    readonly to: "Master" | "Backup" | "auto";
  }
  | {
    readonly do: "change";
    readonly change: Change;
    /** Asked for by the control socket's owner, whom nothing limits. */
    readonly isLocal: boolean;
  }
  | {
    /** Into its file: one part of the configuration, or all of it with the changes in force. */
    readonly do: "writeConfig";
    readonly what: "save" | ConfigPart;
    /** The part as JSON: a text costs the engine nothing that is worth mentioning. */
    readonly text: string;
    /** Revisions of the configuration of which it has to be one; absent: whichever it is. */
    readonly ifMatch?: readonly string[] | undefined;
    readonly isLocal: boolean;
  }
  | { readonly do: "reload" }
  | { readonly do: "stop" };

export interface Detail {
  /** A key, such as `vrouter[0].priority`; "" for the whole. */
  readonly path: string;
  readonly message: string;
}

export type CommandOutcome =
  | {
    readonly done: true;
    /** What else there is to be said, for people. */
    readonly remarks?: readonly string[];
    /** Of the configuration that is in force now. */
    readonly revision?: string;
  }
  | {
    readonly done: false;
    readonly why: "missing" | "conflict" | "stale" | "invalid" | "unable";
    readonly message: string;
    readonly details: readonly Detail[];
  };

/** To the engine. */
export type EngineRequest = {
  readonly ask: "command";
  readonly id: number;
  readonly command: Command;
};

/** To the engine's thread. */
export type ApiRequest =
  | { readonly ask: "command"; readonly id: number; readonly command: Command }
  /** The control socket is there. */
  | { readonly ask: "opened" }
  | {
    readonly ask: "log";
    readonly level: "information" | "warning" | "error";
    readonly text: string;
  };

/** From the engine's thread. */
export type ApiNews =
  | {
    readonly tell: "start";
    readonly bell: number;
    readonly settings: ApiSettings;
    /**
     * Sessions that began up to this moment of the wall clock are refused: an earlier thread of this
     * process knew which of them had ended.
     */
    readonly refusedUpToMs?: number;
  }
  | { readonly tell: "settings"; readonly settings: ApiSettings }
  | { readonly tell: "outcome"; readonly id: number; readonly outcome: CommandOutcome }
  | PublisherNews;
