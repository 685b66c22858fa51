import type { World } from "./world.ts";

const NOBODY = 65534;

/** Writes a program of the shell that everybody can run, and gives its path. */
export async function writeScript(world: World, name: string, text: string): Promise<string> {
  // Other users have to get to it.
  await Deno.chmod(world.directory, 0o755);
  const path = world.path(name);
  await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`);
  await Deno.chmod(path, 0o755);
  return path;
}

/** An empty file that everybody can write, and gives its path. */
export async function writeDiary(world: World, name: string): Promise<string> {
  const path = world.path(name);
  await Deno.writeTextFile(path, "");
  await Deno.chown(path, NOBODY, NOBODY);
  return path;
}

/** The whole lines of a file that programs write. */
export async function diaryLines(path: string): Promise<string[]> {
  return (await Deno.readTextFile(path)).split("\n").slice(0, -1);
}
