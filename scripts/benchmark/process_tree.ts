/** A process and all that came of it, as far as it runs; parents before their children. */
export async function processTree(pid: number): Promise<number[]> {
  const pids = [pid];
  // Children are appended while the list is walked.
  for (const parent of pids) {
    for (const thread of await threadsOf(parent)) {
      const children = await readProc(`${parent}/task/${thread}/children`);
      pids.push(...children.split(" ").filter((word) => word !== "").map(Number));
    }
  }
  return pids;
}

export async function threadsOf(pid: number): Promise<number[]> {
  try {
    return await Array.fromAsync(Deno.readDir(`/proc/${pid}/task`), ({ name }) => Number(name));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** The text of a file under /proc; empty where the process or thread has ended. */
export async function readProc(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${path}`);
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

/** What was there when it was opened may be gone when it is read: ESRCH. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Error && "code" in error && error.code === "ESRCH";
}
