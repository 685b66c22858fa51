import { fileURLToPath } from "node:url";
import { run } from "./command.ts";
import type { Machine, World } from "./world.ts";

const SENDER = fileURLToPath(new URL("./send_frames.ts", import.meta.url));

/** Puts whole Ethernet frames on the wire from eth0 of `machine`, `gapMs` apart, byte for byte. */
export async function inject(
  world: World,
  { machine, frames, gapMs = 0 }: {
    readonly machine: Machine;
    readonly frames: readonly Uint8Array[];
    readonly gapMs?: number;
  },
): Promise<void> {
  const links: [{ ifindex: number }] = JSON.parse(
    await world.run(machine, ["ip", "-j", "link", "show", "eth0"]),
  );
  const stdin = frames.map((frame) => frame.toHex()).join("\n");
  const sender = [Deno.execPath(), "run", "--quiet", "--allow-ffi", "--no-lock", SENDER];
  const namespace = world.namespace(machine);
  await run(
    ["ip", "netns", "exec", namespace, ...sender, String(links[0].ifindex), String(gapMs)],
    { stdin },
  );
}
