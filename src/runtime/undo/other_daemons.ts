import type { VirtualRouterConfig } from "../../config/types.ts";
import type { IpPrefix } from "../../base/ip.ts";
import { type Identity, sameNamespace } from "./identity.ts";
import { readRecord, type UndoRecord } from "./record.ts";
import type { StateFiles } from "./state_directory.ts";
import { isUndoFileName } from "./undo_file.ts";

/** The process that has what a virtual router needs to itself, and what that is. */
export interface Occupant {
  readonly pid: number;
  readonly has: "router" | "mac";
}

/** Living daemons of ours in the same network namespace, and what is theirs. */
export interface OtherDaemons {
  /**
   * Takes those virtual routers that nobody else runs, and the MACs that they replace. Gives who is
   * in the way of each of the others.
   */
  claim(
    routers: readonly VirtualRouterConfig[],
  ): ReadonlyMap<VirtualRouterConfig, Occupant>;
  /** Gives back what {@linkcode claim} has taken. */
  release(routers: readonly VirtualRouterConfig[]): void;
  haveAddress(address: { readonly ifindex: number; readonly prefix: IpPrefix }): boolean;
  haveLinks(group: number): boolean;
}

/** What living processes of this namespace have written down, without the file of the name `own`. */
export function livingRecords(
  files: StateFiles,
  { identity, own }: { readonly identity: Identity; readonly own?: string },
): UndoRecord[] {
  return files.names().flatMap((name) => {
    if (name === own || !isUndoFileName(name)) return [];
    const found = files.inspect(name);
    if (found.state !== "held") return [];
    const record = readRecord(found.text);
    if (record === undefined || record === "unbegun") return [];
    return sameNamespace(record.identity, identity) ? [record] : [];
  });
}
