import type { Machine, World } from "./world.ts";

/** Settings of a machine by their path below /proc/sys. */
export type Sysctls = Readonly<Record<string, string>>;

export async function setSysctls(world: World, machine: Machine, values: Sysctls): Promise<void> {
  const lines = Object.entries(values).map(([key, value]) => `echo ${value} >/proc/sys/${key}`);
  await world.run(machine, ["sh", "-e", "-c", lines.join("\n")]);
}

/** In the order of `keys`. */
export async function sysctls(
  world: World,
  machine: Machine,
  keys: readonly string[],
): Promise<string[]> {
  const files = keys.map((key) => `/proc/sys/${key}`);
  return (await world.run(machine, ["cat", ...files])).trimEnd().split("\n");
}
