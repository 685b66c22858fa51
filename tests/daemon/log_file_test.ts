import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { LogFile } from "../../src/daemon/log_file.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const bytes = (text: string) => new TextEncoder().encode(text);

async function inDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("LogFile appends to what is there", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/x.log`;
    await Deno.writeTextFile(path, "before\n");
    const file = new LogFile(path);
    assert.equal(await file.write(bytes("now\n")), 4);
    assert.equal(await Deno.readTextFile(path), "before\nnow\n");
  });
});

Deno.test("LogFile.reopen() goes on in a new file where the old one was moved away", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/x.log`;
    const file = new LogFile(path);
    await file.write(bytes("one\n"));
    await Deno.rename(path, `${path}.1`);
    await file.write(bytes("two\n"));
    await file.reopen();
    assert.equal(await Deno.readTextFile(path), "");
    await file.write(bytes("three\n"));
    assert.equal(await Deno.readTextFile(`${path}.1`), "one\ntwo\n");
    assert.equal(await Deno.readTextFile(path), "three\n");
  });
});

Deno.test("LogFile puts everything somewhere that is written while it is opened anew", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/x.log`;
    const file = new LogFile(path);
    const work: Promise<unknown>[] = [];
    for (let index = 0; index < 50; index++) {
      work.push(file.reopen());
      work.push(file.write(bytes("line\n")));
    }
    await Promise.all(work);
    assert.equal(await Deno.readTextFile(path), "line\n".repeat(50));
  });
});

Deno.test("LogFile stays with the old file where the new one cannot be opened", async () => {
  await inDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/log`);
    const file = new LogFile(`${directory}/log/x.log`);
    await file.write(bytes("one\n"));
    await Deno.rename(`${directory}/log`, `${directory}/old`);
    await assert.rejects(
      file.reopen(),
      /^Error: a directory of its path does not exist \(ENOENT\)/,
    );
    await file.write(bytes("two\n"));
    assert.equal(await Deno.readTextFile(`${directory}/old/x.log`), "one\ntwo\n");
  });
});

Deno.test("LogFile tries again with each write where it could not be opened", async () => {
  await inDirectory(async (directory) => {
    const file = new LogFile(`${directory}/log/x.log`);
    await assert.rejects(file.reopen(), /ENOENT/);
    await assert.rejects(file.write(bytes("one\n")), /a directory of its path does not exist/);
    await Deno.mkdir(`${directory}/log`);
    await file.write(bytes("two\n"));
    assert.equal(await Deno.readTextFile(`${directory}/log/x.log`), "two\n");
  });
});

Deno.test("LogFile names a full disk", async () => {
  const file = new LogFile("/dev/full");
  await assert.rejects(file.write(bytes("x")), /^Error: the disk is full \(ENOSPC\)/);
});

Deno.test("LogFile names a directory in its place", async () => {
  await assert.rejects(new LogFile("/tmp").reopen(), /^Error: it is a directory \(EISDIR\)/);
});
