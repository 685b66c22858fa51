import assert from "node:assert/strict";
import { endingOf, openPidfd, signalGroup } from "../../ffi/children.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { neverWait, openNothing, readSome, readWhatIsThere } from "../../ffi/files.ts";
import { libc } from "../../ffi/libc.ts";
import { FIRST_TOKEN, Poller } from "../../ffi/poller.ts";
import { openPipe, spawnSession, waitForEnd } from "../../ffi/spawn.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

function shell(script: string): number {
  using nothing = openNothing();
  return spawnSession({
    program: "/bin/sh",
    words: ["sh", "-c", script],
    environment: {},
    descriptors: [nothing, nothing, nothing],
  });
}

async function endOf(pid: number) {
  using poller = new Poller();
  using end = openPidfd(pid);
  poller.add(end, FIRST_TOKEN);
  assert.deepEqual(await poller.wait(), [FIRST_TOKEN]);
  const ending = endingOf(pid);
  poller.remove(end);
  return ending;
}

Deno.test("openPidfd() becomes ready at the end of the process", async () => {
  assert.deepEqual(await endOf(shell("exit 7")), { code: 7 });
  assert.deepEqual(await endOf(shell("kill -9 $$")), { signal: 9 });
});

Deno.test("endingOf() knows nothing of a process that runs", () => {
  const pid = shell("exec sleep 1000");
  assert.equal(endingOf(pid), undefined);
  signalGroup(pid, "SIGKILL");
  assert.deepEqual(waitForEnd(pid), { signal: 9 });
});

Deno.test("signalGroup() reaches what a program has started", async () => {
  using nothing = openNothing();
  using pipe = openPipe();
  const pid = spawnSession({
    program: "/bin/sh",
    words: ["sh", "-c", "(trap '' TERM; echo; exec sleep 1000) & exec sleep 1000"],
    environment: {},
    descriptors: [nothing, pipe.writeEnd, nothing],
  });
  pipe.writeEnd.close();
  assert.equal(readSome(pipe.readEnd).length, 1);
  signalGroup(pid, "SIGTERM");
  assert.deepEqual(await endOf(pid), { signal: 15 });
});

Deno.test("signalGroup() kills the rest of a group whose leader has ended", () => {
  using nothing = openNothing();
  using pipe = openPipe();
  const pid = spawnSession({
    program: "/bin/sh",
    words: ["sh", "-c", "sleep 1000 & echo"],
    environment: {},
    descriptors: [nothing, pipe.writeEnd, nothing],
  });
  pipe.writeEnd.close();
  assert.equal(readSome(pipe.readEnd).length, 1);
  signalGroup(pid, "SIGKILL");
  waitForEnd(pid);
  // The other one has held the pipe open until now.
  assert.equal(readSome(pipe.readEnd).length, 0);
});

Deno.test("signalGroup() has nothing to say about a group that is gone", () => {
  const pid = shell("exit 0");
  waitForEnd(pid);
  signalGroup(pid, "SIGTERM");
});

Deno.test("readWhatIsThere() never waits", () => {
  using pipe = openPipe();
  neverWait(pipe.readEnd);
  assert.equal(readWhatIsThere(pipe.readEnd).length, 0);
  libc().write(pipe.writeEnd.number, Uint8Array.of(1, 2), 2n);
  assert.deepEqual(readWhatIsThere(pipe.readEnd), Uint8Array.of(1, 2));
  pipe.writeEnd.close();
  assert.equal(readWhatIsThere(pipe.readEnd).length, 0);
});

Deno.test("openPidfd() refuses a process that is not there", () => {
  const pid = shell("exit 0");
  waitForEnd(pid);
  assert.throws(
    () => openPidfd(pid),
    (error) => error instanceof SyscallError && error.code === "ESRCH",
  );
});
