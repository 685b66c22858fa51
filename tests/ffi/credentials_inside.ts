import { keepCapabilities } from "../../ffi/capabilities.ts";
import { asUser } from "../../ffi/credentials.ts";
import { openNothing, readUpTo } from "../../ffi/files.ts";
import { openPipe, spawnSession, waitForEnd } from "../../ffi/spawn.ts";

/*
 * Runs with inheritable and ambient capabilities, as a service has them, and prints as JSON what the
 * kernel says of this thread before and after a program was started as another user, of the whole
 * process, and of the program.
 */

const LIMIT_BYTES = 1 << 16;
const [user, group] = Deno.args.map(Number);
if (user === undefined || group === undefined) throw new Error("usage: USER GROUP");

function programStatus(start: (work: () => number) => number): string {
  using nothing = openNothing();
  using pipe = openPipe();
  const pid = start(() =>
    spawnSession({
      program: "/bin/cat",
      words: ["cat", "/proc/self/status"],
      environment: {},
      descriptors: [nothing, pipe.writeEnd, nothing],
    })
  );
  pipe.writeEnd.close();
  const said = new TextDecoder().decode(readUpTo(pipe.readEnd, LIMIT_BYTES));
  waitForEnd(pid);
  return said;
}

function threadStatus(): string {
  return Deno.readTextFileSync("/proc/thread-self/status");
}

keepCapabilities();
const before = threadStatus();
const another = programStatus((work) => asUser({ user, group }, work));
const after = threadStatus();
const same = programStatus((work) => work());
const others = Array.from(Deno.readDirSync("/proc/self/task"), ({ name }) => {
  return Deno.readTextFileSync(`/proc/self/task/${name}/status`);
});
const limits = Deno.statSync("/proc/self/limits").uid;
console.log(JSON.stringify({ before, after, another, same, others, limits }));
