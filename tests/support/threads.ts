/** Where each thread of a process stands, for the failure of a test that waits for it in vain. */
export function describeThreads(pid: number): string[] {
  try {
    const threads = Array.from(Deno.readDirSync(`/proc/${pid}/task`), ({ name }) => name);
    return ["its threads:", ...threads.map((thread) => `  ${describeThread(pid, thread)}`)];
  } catch {
    // It ends at this moment.
    return [];
  }
}

function describeThread(pid: number, thread: string): string {
  const read = (file: string) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${thread}/${file}`).trim();
  const [state] = read("stat").replace(/^.*\) /, "").split(" ");
  // The number of the system call that it is in, or "running".
  const [systemCall] = read("syscall").split(" ");
  return `${read("comm")}: state ${state}, in ${read("wchan")}, system call ${systemCall}`;
}
