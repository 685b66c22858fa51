import { assert } from "../base/assert.ts";
import type { IpPrefix } from "../base/ip.ts";
import { checkedAddress } from "./addresses.ts";
import type { RawRouter } from "./schema_vrouter.ts";
import { toMs } from "./seconds.ts";
import type { Command, TrackedScript, TrackingConfig } from "./types.ts";
import { commandWords } from "./words.ts";

type RawScript = NonNullable<RawRouter["track_script"]>[number];

/** What a virtual router tracks; its keys have passed checkTracking(). */
export function resolveTracking(keys: RawRouter): TrackingConfig {
  const { track_interface = [], track_route = [], track_file = [], track_script = [] } = keys;
  return {
    interfaces: track_interface.map(({ name, weight }) => ({ name, weight })),
    routes: track_route.map(({ route, weight }) => ({ destination: destinationOf(route), weight })),
    files: track_file.map(({ file, weight }) => ({ path: file, weight })),
    scripts: track_script.map(trackedScript),
  };
}

function destinationOf(route: string): IpPrefix {
  const { address, prefixLength } = checkedAddress(route);
  assert(prefixLength !== undefined, "checkTracking() lets only routes with a length through");
  return { address, length: prefixLength };
}

/** Without a time limit of its own a run may last until the next one is due. */
function trackedScript(script: RawScript): TrackedScript {
  const { name, interval, timeout = interval, rise, fall, weight } = script;
  return {
    name,
    command: commandOf(script),
    intervalMs: toMs(interval),
    timeoutMs: toMs(timeout),
    rise,
    fall,
    weight,
  };
}

function commandOf({ command }: RawScript): Command {
  const [program, ...words] = commandWords(command);
  assert(program !== undefined, "the schema lets no empty command through");
  return [program, ...words];
}
