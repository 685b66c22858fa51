import { fileURLToPath } from "node:url";
import { attempt, type CommandResult } from "../support/command.ts";
import type { World } from "../support/world.ts";
import { NEAR, type VictimOptions, WIRE } from "./cable.ts";

const VICTIM = fileURLToPath(new URL("./victim.ts", import.meta.url));

/** Adds the cable to r1; gives the index of its far end. */
export async function layCable(world: World): Promise<number> {
  await world.ip(
    "r1",
    `link add ${NEAR} address 02:00:00:00:00:07 type veth peer name ${WIRE.name} address ${WIRE.mac}`,
    `addr add 10.8.0.1/24 dev ${NEAR}`,
    `link set ${NEAR} up`,
    `link set ${WIRE.name} up`,
  );
  const [link] = JSON.parse(await world.run("r1", ["ip", "-j", "link", "show", WIRE.name]));
  return link.ifindex;
}

/** Runs the test program on r1 to its end, whatever that is. */
export function runVictim(world: World, options: VictimOptions): Promise<CommandResult> {
  const deno = [Deno.execPath(), "run", "--allow-all", "--quiet", "--no-check", "--no-lock"];
  const namespace = world.namespace("r1");
  return attempt([
    ...["ip", "netns", "exec", namespace] as const,
    ...deno,
    VICTIM,
    JSON.stringify(options),
  ]);
}
