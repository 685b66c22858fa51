import assert from "node:assert/strict";
import { readFileStart } from "../../ffi/file_start.ts";
import { Inotify } from "../../ffi/inotify.ts";
import { libc } from "../../ffi/libc.ts";
import { eventually } from "../support/wait.ts";

// Opened on first use and kept: the test that comes first would seem to leak it.
libc();

async function withDirectory(work: (path: (name: string) => string) => Promise<void>) {
  const directory = await Deno.makeTempDir();
  try {
    await work((name) => `${directory}/${name}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Waits for an event of this watch and gives the name in it. */
function event(inotify: Inotify, watch: number): Promise<string> {
  return eventually(() => {
    const found = inotify.take().find((one) => one.watch === watch);
    return found && `"${found.name}"`;
  }, { what: "an event" });
}

Deno.test("Inotify tells of a file that is written, replaced and removed", async () => {
  await withDirectory(async (path) => {
    using inotify = new Inotify();
    await Deno.writeTextFile(path("a"), "1");
    const first = await inotify.watchFile(path("a"));
    assert.ok(first !== undefined);
    assert.deepEqual(inotify.take(), []);
    await Deno.writeTextFile(path("a"), "2");
    assert.equal(await event(inotify, first), '""');
    await Deno.writeTextFile(path("b"), "3");
    await Deno.rename(path("b"), path("a"));
    assert.equal(await event(inotify, first), '""');
    const second = await inotify.watchFile(path("a"));
    assert.ok(second !== undefined && second !== first);
    await Deno.remove(path("a"));
    assert.equal(await event(inotify, second), '""');
  });
});

Deno.test("Inotify tells by name what comes into a directory", async () => {
  await withDirectory(async (path) => {
    using inotify = new Inotify();
    const watch = await inotify.watchDirectory(path(""));
    assert.ok(watch !== undefined);
    await Deno.writeTextFile(path("new"), "");
    assert.equal(await event(inotify, watch), '"new"');
    inotify.unwatch(watch);
  });
});

Deno.test("Inotify cannot watch what is not there, nor a file as a directory", async () => {
  await withDirectory(async (path) => {
    using inotify = new Inotify();
    await Deno.writeTextFile(path("a"), "1");
    assert.equal(await inotify.watchFile(path("none")), undefined);
    assert.equal(await inotify.watchDirectory(path("a")), undefined);
  });
});

Deno.test("readFileStart() reads no more than it is to", async () => {
  await withDirectory(async (path) => {
    await Deno.writeTextFile(path("a"), "abcdef");
    assert.equal(new TextDecoder().decode(await readFileStart(path("a"), 3)), "abc");
    assert.equal(new TextDecoder().decode(await readFileStart(path("a"), 64)), "abcdef");
  });
});

Deno.test("readFileStart() waits for no writer of a named pipe", async () => {
  await withDirectory(async (path) => {
    await new Deno.Command("mkfifo", { args: [path("pipe")] }).output();
    assert.equal((await readFileStart(path("pipe"), 64)).length, 0);
  });
});

for (
  const { name, code } of [{ name: "none", code: "ENOENT" }, { name: "", code: "EISDIR" }]
) {
  Deno.test(`readFileStart() fails with ${code}`, async () => {
    await withDirectory(async (path) => {
      await assert.rejects(readFileStart(path(name), 64), { name: "SyscallError", code });
    });
  });
}
