import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { openNothing, readUpTo } from "../../ffi/files.ts";
import { libc } from "../../ffi/libc.ts";
import { keepDescriptors } from "../../ffi/process.ts";
import { type Ending, openPipe, spawnSession, waitForEnd } from "../../ffi/spawn.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const LIMIT_BYTES = 100_000;

/** Runs a script of the shell; gives what it said and how it ended. */
function shell(
  script: string,
  { words = [], environment = {} }: {
    readonly words?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): { said: string; ending: Ending } {
  using nothing = openNothing();
  using pipe = openPipe();
  const pid = spawnSession({
    program: "/bin/sh",
    words: ["a name of its own", "-c", script, ...words],
    environment,
    descriptors: [nothing, pipe.writeEnd, pipe.writeEnd],
  });
  pipe.writeEnd.close();
  const said = new TextDecoder().decode(readUpTo(pipe.readEnd, LIMIT_BYTES));
  return { said, ending: waitForEnd(pid) };
}

Deno.test("spawnSession() hands words and environment over as they are, and nothing else", () => {
  const words = ["zero", "with blank", "", "grün", "$HOME `id` 'x'"];
  const { said } = shell('printf "%s|" "$0" "$@"; env', { words, environment: { A: "1", B: "" } });
  const [given = "", ...variables] = said.split(/(?=A=)|\n/);
  assert.equal(given, `${words.join("|")}|`);
  assert.deepEqual(
    variables.filter((line) => !/^(PWD|SHLVL|_)=|^$/.test(line)).toSorted(),
    ["A=1", "B="],
  );
});

Deno.test("spawnSession() makes a session of its own", () => {
  const { said } = shell("cat /proc/$$/stat; echo $$");
  const [stat = "", pid = ""] = said.split("\n");
  const [, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  assert.equal(session, pid);
});

Deno.test("spawnSession() lets no descriptor through but those that are named", () => {
  // Inherited by everything that is started, as a careless parent would leave one.
  using file = openNothing();
  libc().fcntl(file.number, 2, 0);
  keepDescriptors();
  // The shell's own reading of the directory is one more.
  const { said } = shell("cd /proc/$$/fd && echo *");
  assert.equal(said, "0 1 2 3\n");
});

Deno.test("waitForEnd() tells a code from a signal", () => {
  assert.deepEqual(shell("exit 3").ending, { code: 3 });
  assert.deepEqual(shell("exit 0").ending, { code: 0 });
  assert.deepEqual(shell("kill -9 $$").ending, { signal: 9 });
});

Deno.test("spawnSession() names a program that is not there", () => {
  assert.throws(
    () => spawnSession({ program: "/nonexistent", words: ["x"], environment: {}, descriptors: [] }),
    (error) =>
      error instanceof SyscallError && error.message === "Cannot start /nonexistent: ENOENT",
  );
});
