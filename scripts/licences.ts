/**
 * Prints the notices that the program has to carry: of the runtime, from scripts/licences, and of each
 * package whose code is in the program, as the package itself has it.
 *
 * Usage: deno run --allow-all scripts/licences.ts
 */
import { RUNTIME_PARTS } from "./licences/parts.ts";

const ROOT = new URL("../", import.meta.url);
const RULE = "=".repeat(80);

interface Notice {
  readonly title: string;
  readonly text: string;
}

/** What `deno info --json main.ts` tells, as far as it is needed. */
export interface ModuleGraph {
  readonly modules: readonly { readonly kind: string; readonly npmPackage?: string }[];
  readonly npmPackages?: Readonly<Record<string, { readonly dependencies: readonly string[] }>>;
}

/** The packages that the program is made of, with their dependencies, as name@version, in order. */
export function packagesOf({ modules, npmPackages = {} }: ModuleGraph): string[] {
  const found = new Set<string>();
  const waiting = modules.flatMap(({ npmPackage }) => npmPackage === undefined ? [] : [npmPackage]);
  for (const id of waiting) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...npmPackages[id]?.dependencies ?? []);
  }
  return Array.from(found).toSorted();
}

async function readNotices(): Promise<Notice[]> {
  const runtime = RUNTIME_PARTS.map(async ({ title, file }) => ({
    title,
    text: await Deno.readTextFile(new URL(`scripts/licences/${file}`, ROOT)),
  }));
  const graph: ModuleGraph = await askDeno(["info", "--json", "main.ts"]);
  const { npmCache } = await askDeno<{ npmCache: string }>(["info", "--json"]);
  const packages = packagesOf(graph).map(async (id) => ({
    title: id,
    text: await licenceOf(id, npmCache),
  }));
  return await Promise.all([...runtime, ...packages]);
}

async function askDeno<T>(args: string[]): Promise<T> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`Cannot run "deno ${args.join(" ")}", see above`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The cache has a folder for each registry, named after it. */
async function licenceOf(id: string, npmCache: string): Promise<string> {
  const folder = id.replace(/@([^@]+)$/, "/$1");
  for await (const { name: registry } of Deno.readDir(npmCache)) {
    const text = await licenceIn(`${npmCache}/${registry}/${folder}`);
    if (text !== undefined) return text;
  }
  throw new Error(`Cannot find the licence of ${id}: its package has no such file`);
}

async function licenceIn(folder: string): Promise<string | undefined> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const file = entries.find(({ name }) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(name));
  return file === undefined ? undefined : await Deno.readTextFile(`${folder}/${file.name}`);
}

export function formatNotices(notices: readonly Notice[]): string {
  const parts = notices.map(({ title, text }) => {
    return `${RULE}\n${title}\n${RULE}\n\n${text.replaceAll("\r\n", "\n").trim()}\n`;
  });
  return ["What the program rvrrpd carries, and under which terms.\n", ...parts].join("\n");
}

if (import.meta.main) {
  await Deno.stdout.write(new TextEncoder().encode(formatNotices(await readNotices())));
}
