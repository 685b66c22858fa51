import type { Statement } from "./blocks.ts";
import type { GlobalDefs } from "./global_defs.ts";
import type { InstanceDraft } from "./instance_rules.ts";
import type { FindProgram } from "./programs.ts";
import type { Section } from "./section.ts";
import type { SyncGroup } from "./sync_groups.ts";
import type { Trackable } from "./tracking.ts";

/** What an instance needs to know of the rest of the files. */
export interface Surroundings extends Trackable {
  readonly global: GlobalDefs;
  readonly groups: readonly SyncGroup[];
  readonly findProgram: FindProgram;
  /** Names of virtual interfaces that are taken; the instance adds its own. */
  readonly interfaceNames: Set<string>;
}

/** An instance that is being written. */
export interface Writing {
  readonly statement: Statement;
  readonly draft: InstanceDraft;
  readonly section: Section;
  readonly around: Surroundings;
}
