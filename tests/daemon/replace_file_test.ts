import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { libc } from "../../ffi/libc.ts";
import { FileHasChanged, replaceFile } from "../../src/daemon/replace_file.ts";
import { attempt } from "../support/command.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const INSIDE = fileURLToPath(new URL("./replace_file_inside.ts", import.meta.url));

/** A directory with a file in it, removed at the end of the test. */
class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync();
  readonly file = `${this.path}/x.conf`;

  constructor() {
    Deno.writeTextFileSync(this.file, "old");
  }

  get names(): string[] {
    return Array.from(Deno.readDirSync(this.path), ({ name }) => name).toSorted();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

function replace(path: string, text: string, isExpected = (_: Uint8Array) => true): void {
  replaceFile({ path, bytes: new TextEncoder().encode(text), isExpected });
}

function ownership(path: string) {
  const { uid, gid, mode } = Deno.statSync(path);
  return { uid, gid, mode: (mode ?? 0) & 0o7777 };
}

Deno.test("replaceFile() leaves the old file beside the new one, both as the old one was", () => {
  using folder = new Folder();
  Deno.chmodSync(folder.file, 0o640);
  Deno.chownSync(folder.file, 1, 2);
  const before = ownership(folder.file);
  replace(folder.file, "new");
  assert.deepEqual(folder.names, ["x.conf", "x.conf.bak"]);
  assert.equal(Deno.readTextFileSync(folder.file), "new");
  assert.equal(Deno.readTextFileSync(`${folder.file}.bak`), "old");
  assert.deepEqual(ownership(folder.file), before);
  assert.deepEqual(ownership(`${folder.file}.bak`), before);
  replace(folder.file, "newer");
  assert.equal(Deno.readTextFileSync(`${folder.file}.bak`), "new");
});

Deno.test("replaceFile() writes what a symbolic link leads to, and the link stays", () => {
  using folder = new Folder();
  using elsewhere = new Folder();
  const link = `${folder.path}/link`;
  Deno.symlinkSync(elsewhere.file, link);
  replace(link, "new");
  assert.equal(Deno.readLinkSync(link), elsewhere.file);
  assert.equal(Deno.readTextFileSync(elsewhere.file), "new");
  assert.deepEqual(elsewhere.names, ["x.conf", "x.conf.bak"]);
  assert.deepEqual(folder.names, ["link", "x.conf"]);
});

Deno.test("replaceFile() puts nothing through a link that has the backup's name", () => {
  using folder = new Folder();
  using victim = new Folder();
  Deno.symlinkSync(victim.file, `${folder.file}.bak`);
  replace(folder.file, "new");
  assert.ok(Deno.lstatSync(`${folder.file}.bak`).isFile);
  assert.equal(Deno.readTextFileSync(victim.file), "old");
});

Deno.test("replaceFile() writes nothing over what somebody else has written, at whatever moment", () => {
  using folder = new Folder();
  for (const changedBefore of [1, 2]) {
    let looks = 0;
    const isExpected = () => ++looks < changedBefore;
    assert.throws(() => replace(folder.file, "new", isExpected), FileHasChanged);
    assert.deepEqual([folder.names, Deno.readTextFileSync(folder.file)], [["x.conf"], "old"]);
  }
});

Deno.test("replaceFile() sees that the file is another one, even with the same in it", () => {
  using folder = new Folder();
  let looks = 0;
  const isExpected = () => {
    if (++looks === 1) {
      Deno.renameSync(folder.file, `${folder.path}/away`);
      Deno.writeTextFileSync(folder.file, "old");
    }
    return true;
  };
  assert.throws(() => replace(folder.file, "new", isExpected), FileHasChanged);
  assert.deepEqual(folder.names, ["away", "x.conf"]);
});

Deno.test("replaceFile() takes away what a killed one has left behind", () => {
  using folder = new Folder();
  for (const name of ["x.conf", "x.conf.bak"]) {
    Deno.writeTextFileSync(`${folder.path}/.${name}.rvrrpd-draft`, "secret", { mode: 0o644 });
  }
  replace(folder.file, "new");
  assert.deepEqual(folder.names, ["x.conf", "x.conf.bak"]);
  assert.equal(Deno.readTextFileSync(folder.file), "new");
});

Deno.test("replaceFile() leaves the file to somebody who is replacing it", () => {
  using folder = new Folder();
  let inner: unknown;
  const begin = () => {
    try {
      replace(folder.file, "other");
    } catch (error) {
      inner = error;
    }
  };
  replaceFile({ path: folder.file, bytes: new Uint8Array(1), isExpected: () => true, begin });
  assert.match(String(inner), /somebody else does so now/);
  assert.deepEqual(Deno.readFileSync(folder.file), new Uint8Array(1));
});

Deno.test("replaceFile() changes nothing where its beginning is refused", () => {
  using folder = new Folder();
  const begin = () => {
    throw new Error("too late");
  };
  const replacement = { path: folder.file, bytes: new Uint8Array(1), isExpected: () => true };
  assert.throws(() => replaceFile({ ...replacement, begin }), /too late/);
  assert.deepEqual([folder.names, Deno.readTextFileSync(folder.file)], [["x.conf"], "old"]);
});

Deno.test("replaceFile() has replaced the file also where the directory cannot be brought to the disk", () => {
  using folder = new Folder();
  const calls = libc();
  const before = Object.getOwnPropertyDescriptor(calls, "fsync");
  assert.ok(before !== undefined);
  let syncs = 0;
  // After the two files comes the directory.
  const value = (fd: number) => ++syncs === 3 ? -1 : before.value(fd);
  Object.defineProperty(calls, "fsync", { ...before, value });
  try {
    const { remark } = replaceFile({
      ...{ path: folder.file, bytes: new Uint8Array(1), isExpected: () => true },
    });
    assert.match(remark ?? "", /^The file is written, but may not outlive a loss of power: /);
  } finally {
    Object.defineProperty(calls, "fsync", before);
  }
  assert.deepEqual(Deno.readFileSync(folder.file), new Uint8Array(1));
});

Deno.test("replaceFile() refuses what is no file", () => {
  using folder = new Folder();
  assert.throws(() => replace(folder.path, "new"), /it is no file/);
  assert.throws(() => replace(`${folder.path}/none`, "new"), Deno.errors.NotFound);
});

/** Runs it on a file system of its own, of 64 KiB. */
async function insideSmallDisk(folder: Folder, script: string): Promise<string> {
  const { path } = folder;
  const run = `${Deno.execPath()} run -A --no-lock ${INSIDE} ${path}/x.conf`;
  const text = `mount -t tmpfs -o size=64k none ${path} && echo old > ${path}/x.conf && ${script}`;
  const whole = `${text}; ls -A ${path}; cat ${path}/x.conf`;
  const { stdout, stderr } = await attempt([
    "unshare",
    "--mount",
    "sh",
    "-c",
    whole.replaceAll("RUN", run),
  ]);
  return `${stdout}${stderr}`;
}

Deno.test("replaceFile() leaves all as it was where the disk is full or read-only, and says so", async () => {
  using folder = new Folder();
  assert.equal(
    await insideSmallDisk(folder, "RUN 100000"),
    `Cannot write ${folder.file}: ENOSPC, the disk is full\nx.conf\nold\n`,
  );
  const readOnly = await insideSmallDisk(folder, `mount -o remount,ro ${folder.path} && RUN 1`);
  assert.match(
    readOnly,
    /: EROFS, it is read-only for the daemon: .*ReadWritePaths.*\nx.conf\nold\n$/,
  );
});
