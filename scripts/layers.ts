/**
 * Checks what the design promises about the sources: which layer imports which, no cycle, and the words that
 * may stand in some layers only. Prints `file:line: rule` for each fault; exits 1 if there is one.
 *
 * Usage: deno run --allow-read=. scripts/layers.ts [checkout]
 */
import { checkLayers } from "./layers/check.ts";

const PARTS = ["main.ts", "ffi", "src", "tests", "scripts"];

async function readSources(root: string): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const part of PARTS) {
    for (const path of await typescriptFiles(root, part)) {
      sources.set(path, await Deno.readTextFile(`${root}/${path}`));
    }
  }
  return sources;
}

/** The paths at or under `path`, relative to `root`; none where there is no such file or directory. */
async function typescriptFiles(root: string, path: string): Promise<string[]> {
  const info = await Deno.lstat(`${root}/${path}`).catch(ignoreMissing);
  if (info?.isFile === true) return path.endsWith(".ts") ? [path] : [];
  if (info?.isDirectory !== true) return [];
  const names = await Array.fromAsync(Deno.readDir(`${root}/${path}`), ({ name }) => name);
  const nested = names.toSorted().map((name) => typescriptFiles(root, `${path}/${name}`));
  return (await Promise.all(nested)).flat();
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function main(root: string): Promise<number> {
  const sources = await readSources(root);
  const violations = checkLayers(sources);
  const lines = violations.map(({ path, line, problem }) => `${path}:${line}: ${problem}\n`);
  if (sources.size === 0) lines.push(`No sources under ${root}: name the checkout\n`);
  await Deno.stdout.write(new TextEncoder().encode(lines.join("")));
  return lines.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args[0] ?? "."));
