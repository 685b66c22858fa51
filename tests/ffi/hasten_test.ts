import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { openNothing, readUpTo } from "../../ffi/files.ts";
import { hasten } from "../../ffi/hasten.ts";
import { libc } from "../../ffi/libc.ts";
import {
  enterRealTime,
  keepRealTime,
  leaveRealTime,
  makeOrdinary,
  scheduleSelf,
} from "../../ffi/real_time.ts";
import { openPipe, spawnSession, waitForEnd } from "../../ffi/spawn.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const ORDINARY = 0;
const ROUND_ROBIN = 2;
const RESET_ON_FORK = 0x4000_0000;
/** Field of /proc/PID/stat behind the name, counted from 1; proc_pid_stat(5). */
const POLICY_FIELD = 39;
const LIMIT_BYTES = 1000;

function ownPolicy(): number {
  return libc().sched_getscheduler(0);
}

/** Does `work` in real time where the machine allows it, which not every container does. */
function inRealTime(work: (isGranted: boolean) => void): void {
  let isGranted = true;
  try {
    enterRealTime();
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    isGranted = false;
  }
  try {
    work(isGranted);
  } finally {
    if (isGranted) leaveRealTime();
  }
}

/** What a program says of how it is scheduled, and of how a program is that it starts itself. */
function saidByProgram(): { readonly said: string; readonly asked: number[] } {
  const policy = `sed 's/^.*) //' /proc/$1/stat | cut -d' ' -f${POLICY_FIELD}`;
  // The first of them begins at once, the second long after.
  const script = `policy() { ${policy}; }; policy self; sleep 0.2; policy $$`;
  using nothing = openNothing();
  using pipe = openPipe();
  const asked: number[] = [];
  const pid = hasten((scheduling) => {
    asked.push(scheduling?.policy ?? ORDINARY, ownPolicy());
    return spawnSession({
      ...{
        program: "/bin/sh",
        words: ["sh", "-c", script],
        environment: { PATH: "/bin:/usr/bin" },
      },
      descriptors: [nothing, pipe.writeEnd, nothing],
      scheduling,
    });
  });
  pipe.writeEnd.close();
  const said = new TextDecoder().decode(readUpTo(pipe.readEnd, LIMIT_BYTES));
  assert.deepEqual(waitForEnd(pid), { code: 0 });
  return { said, asked };
}

Deno.test("hasten() has a program loaded in real time and run ordinarily, with all that it starts", () => {
  inRealTime((isGranted) => {
    const before = ownPolicy();
    const { said, asked } = saidByProgram();
    assert.equal(said, `${ORDINARY}\n${ORDINARY}\n`);
    const inHaste = [ROUND_ROBIN | RESET_ON_FORK, ROUND_ROBIN];
    assert.deepEqual(asked, isGranted ? inHaste : [ORDINARY, before]);
    assert.equal(ownPolicy(), before);
  });
});

Deno.test("hasten() comes back from a program that cannot be started", () => {
  inRealTime(() => {
    const before = ownPolicy();
    const options = { program: "/nonexistent", words: ["x"], environment: {}, descriptors: [] };
    assert.throws(
      () => hasten((scheduling) => spawnSession({ ...options, scheduling })),
      /^SyscallError: Cannot start \/nonexistent: ENOENT$/,
    );
    assert.equal(ownPolicy(), before);
  });
});

Deno.test("keepRealTime() has what others have put in real time start ordinary programs", () => {
  inRealTime((isGranted) => {
    // As chrt(1) does it.
    if (isGranted) scheduleSelf({ policy: ROUND_ROBIN, priority: 3 });
    keepRealTime();
    const kept = isGranted ? ROUND_ROBIN | RESET_ON_FORK : ORDINARY;
    assert.equal(ownPolicy() & (isGranted ? ~0 : ROUND_ROBIN), kept);
    using nothing = openNothing();
    const options = { program: "/bin/cat", words: ["cat"], environment: {} };
    using pipe = openPipe();
    const pid = spawnSession({ ...options, descriptors: [pipe.readEnd, nothing, nothing] });
    assert.equal(libc().sched_getscheduler(pid), ORDINARY);
    makeOrdinary(pid);
    pipe.writeEnd.close();
    waitForEnd(pid);
  });
});
