import { fileURLToPath } from "node:url";
import { TestProcess } from "../../tests/support/process.ts";
import type { World } from "../../tests/support/world.ts";

/** `burst`: all groups one after the other, once a second; `spread`: evenly over the second. */
export type Pace = "burst" | "spread";

const PROGRAM = fileURLToPath(new URL("./send_adverts.ts", import.meta.url));

/** A Master that exists as advertisements alone; the same one for every daemon that listens. */
export async function startGenerator(world: World, pace: Pace): Promise<void> {
  const links: [{ ifindex: number }] = JSON.parse(
    await world.run("r1", ["ip", "-j", "link", "show", "eth0"]),
  );
  const deno = [Deno.execPath(), "run", "--quiet", "--no-lock", "--no-config", "--allow-ffi"];
  const [command = "", ...args] = [...deno, PROGRAM, String(links[0].ifindex), pace];
  world.own(new TestProcess({ command, args, namespace: world.namespace("r1") }));
}
