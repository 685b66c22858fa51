import type { Change } from "../config/changes.ts";
import type { DaemonConfig } from "../config/types.ts";

/** Of all that is set in the kernel: so much a client may make of a configuration. */
const MOST_OBJECTS = 10_000;
/** All changes go to another process with each new one. */
const MOST_CHANGE_CHARACTERS = 1 << 20;

/** Virtual routers, with their addresses and routes. */
export function countObjects(routers: DaemonConfig["routers"]): number {
  return routers.reduce(
    (sum, { addresses, excludedAddresses, routes }) =>
      sum + 1 + addresses.length + excludedAddresses.length + routes.length,
    0,
  );
}

export interface Growth {
  readonly before: number;
  readonly after: number;
}

/** Whether a client has made it too large; one who makes it smaller has not. */
export function hasTooManyObjects({ before, after }: Growth): boolean {
  return after > MOST_OBJECTS && after > before;
}

/** Whether the changes that are in force would be too long as a text. */
export function areTooLong({ before, after }: {
  readonly before: readonly Change[];
  readonly after: readonly Change[];
}): boolean {
  const length = lengthOf(after);
  return length > MOST_CHANGE_CHARACTERS && length > lengthOf(before);
}

function lengthOf(changes: readonly Change[]): number {
  return changes.reduce((sum, change) => sum + JSON.stringify(change).length, 0);
}
