/**
 * Removes the network namespaces that killed tests left behind, and the processes in them. Those of
 * tests that still run, started by somebody else, must stay: see {@linkcode leftBehind}.
 *
 * Usage, as root: deno run --allow-all scripts/sweep_namespaces.ts
 */

const DIRECTORY = "/run/netns";
const PREFIX = "rv-";
/** Between two processes a world may be empty, but never for long. */
const EMPTY_FOR_MS = 10 * 60_000;
const INIT = 1;

export interface Namespace {
  readonly name: string;
  readonly ageMs: number;
  /** The processes in it. */
  readonly pids: readonly number[];
}

export interface Process {
  readonly parent: number;
  /** As in /proc/PID/comm. */
  readonly name: string;
}

/**
 * Those of `namespaces` whose world nobody looks after: `rv-ID-*` are one world, and it is left behind
 * when all its processes are orphans, or when it has had none for long.
 */
export function leftBehind(
  namespaces: readonly Namespace[],
  processes: ReadonlyMap<number, Process>,
): Namespace[] {
  const worlds = Map.groupBy(namespaces, ({ name }) => name.replace(/-[^-]*$/, ""));
  return Array.from(worlds.values()).filter((world) => isLeftBehind(world, processes)).flat();
}

function isLeftBehind(
  world: readonly Namespace[],
  processes: ReadonlyMap<number, Process>,
): boolean {
  const pids = new Set(world.flatMap((namespace) => namespace.pids));
  if (pids.size === 0) return world.every(({ ageMs }) => ageMs >= EMPTY_FOR_MS);
  return Array.from(pids).every((pid) => isOrphan(pid, pids, processes));
}

/** Whether the first process above `pid` outside of its world is the one that takes in orphans. */
function isOrphan(
  pid: number,
  world: ReadonlySet<number>,
  processes: ReadonlyMap<number, Process>,
): boolean {
  const parent = processes.get(pid)?.parent;
  if (parent === undefined || parent <= INIT) return true;
  if (world.has(parent)) return isOrphan(parent, world, processes);
  // A user's systemd takes in the orphans of that user's terminals.
  return processes.get(parent)?.name === "systemd";
}

async function readNamespaces(): Promise<Namespace[]> {
  const namespaces: Namespace[] = [];
  for (const name of await namesIn(DIRECTORY)) {
    if (!name.startsWith(PREFIX)) continue;
    const info = await Deno.stat(`${DIRECTORY}/${name}`).catch(ignoreMissing);
    if (info === undefined) continue;
    const ageMs = Date.now() - (info.mtime?.getTime() ?? Date.now());
    namespaces.push({ name, ageMs, pids: await pidsIn(name) });
  }
  return namespaces;
}

async function pidsIn(namespace: string): Promise<number[]> {
  return (await ip(["netns", "pids", namespace])).split("\n").filter((pid) => pid !== "").map(
    Number,
  );
}

async function readProcesses(): Promise<Map<number, Process>> {
  const processes = new Map<number, Process>();
  for (const pid of (await namesIn("/proc")).map(Number).filter(Number.isInteger)) {
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    const name = /^Name:\t(.*)$/m.exec(status)?.[1];
    const parent = /^PPid:\t(\d+)$/m.exec(status)?.[1];
    if (name !== undefined && parent !== undefined) {
      processes.set(pid, { name, parent: Number(parent) });
    }
  }
  return processes;
}

async function namesIn(directory: string): Promise<string[]> {
  const names = Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
  return await names.catch(ignoreMissing) ?? [];
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** What it prints; nothing where it fails, as the namespace may just have gone. */
async function ip(args: string[]): Promise<string> {
  const output = await new Deno.Command("ip", { args, stderr: "null" }).output();
  return output.success ? new TextDecoder().decode(output.stdout) : "";
}

async function remove(namespace: Namespace): Promise<void> {
  for (const pid of await pidsIn(namespace.name)) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch (error) {
      ignoreMissing(error);
    }
  }
  await ip(["netns", "delete", namespace.name]);
}

if (import.meta.main) {
  for (const namespace of leftBehind(await readNamespaces(), await readProcesses())) {
    await remove(namespace);
    await Deno.stdout.write(new TextEncoder().encode(`Removed ${namespace.name}, left behind\n`));
  }
}
