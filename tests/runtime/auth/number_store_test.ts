import assert from "node:assert/strict";
import { libc } from "../../../ffi/libc.ts";
import { type Found, NumberDirectory } from "../../../src/runtime/auth/number_store.ts";
import { StateDirectory } from "../../../src/runtime/undo/state_directory.ts";
import type { ReplayMemory } from "../../../src/vrrp/replay_memory.ts";
import { PaperLog } from "../fixtures.ts";

// Stays open for good, and would count as a leak of the test that happens to open it.
libc();

/** A directory on this machine that goes with the test. */
class Disk implements AsyncDisposable {
  readonly log = new PaperLog();
  #open: NumberDirectory[] = [];

  private constructor(readonly path: string) {}

  static async create(): Promise<Disk> {
    return new Disk(`${await Deno.makeTempDir()}/numbers`);
  }

  /** What another process would do; its file is free again only after it has been closed. */
  start(): { readonly store: NumberDirectory; readonly found: Found } {
    const store = new NumberDirectory({ path: this.path, log: this.log });
    this.#open.push(store);
    return { store, found: store.load() };
  }

  async names(): Promise<string[]> {
    const names = [];
    for await (const { name } of Deno.readDir(this.path)) names.push(name);
    return names.sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#open) store.close();
    await Deno.remove(this.path.replace(/\/numbers$/, ""), { recursive: true });
  }
}

async function permissions(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

function memory(seconds: number): ReplayMemory {
  const sequence = { seconds, ticks: 0 };
  return { last: sequence, reserved: sequence, marks: new Map() };
}

function entries(routers: Readonly<Record<string, ReplayMemory>>) {
  return Object.entries(routers).map(([name, one]) => [name, () => one] as const);
}

Deno.test("NumberDirectory keeps what is saved, in one file that only its owner can read", async () => {
  await using disk = await Disk.create();
  const { store, found } = disk.start();
  assert.deepEqual(found, { memories: new Map(), lost: false });
  assert.equal(await store.save(entries({ "4 7 eth0": memory(1) })), true);
  assert.equal(await store.save(entries({ "4 7 eth0": memory(2) })), true);
  const [name, ...others] = await disk.names();
  assert.deepEqual(others, []);
  assert.match(name ?? "", /^numbers-[0-9a-f]{8}$/);
  assert.equal(await permissions(disk.path), 0o700);
  assert.equal(await permissions(`${disk.path}/${name}`), 0o600);
  store.close();
  const { memories } = disk.start().found;
  assert.deepEqual(memories, new Map([["4 7 eth0", memory(2)]]));
});

Deno.test("NumberDirectory takes over what nobody holds, and removes it when it is safe", async () => {
  await using disk = await Disk.create();
  for (const seconds of [1, 2]) {
    const { store } = disk.start();
    await store.save(entries({ "4 7 eth0": memory(seconds), [`4 ${seconds} eth1`]: memory(9) }));
    store.close();
  }
  assert.equal((await disk.names()).length, 1, "the second has taken the first over");
  const { store, found } = disk.start();
  assert.equal((await disk.names()).length, 1, "not before its numbers are in another file");
  assert.deepEqual(found.memories.get("4 7 eth0"), memory(2));
  await store.save(entries({ "4 7 eth0": memory(3) }));
  assert.equal((await disk.names()).length, 1);
  assert.equal(disk.log.lines.length, 0);
});

Deno.test("NumberDirectory leaves the file of a process that lives alone", async () => {
  await using disk = await Disk.create();
  const first = disk.start();
  await first.store.save(entries({ "4 7 eth0": memory(1) }));
  const second = disk.start();
  await second.store.save(entries({ "4 8 eth0": memory(2) }));
  assert.equal((await disk.names()).length, 2);
  // It has written another file by now, and holds that as well.
  await first.store.save(entries({ "4 7 eth0": memory(3) }));
  const third = disk.start();
  await third.store.save(entries({ "4 9 eth0": memory(4) }));
  assert.equal((await disk.names()).length, 3);
  assert.deepEqual(disk.log.lines, []);
});

Deno.test("NumberDirectory finds what another process that lives has taken over", async () => {
  await using disk = await Disk.create();
  const first = disk.start();
  await first.store.save(entries({ "4 7 eth0": memory(1) }));
  first.store.close();
  const other = disk.start();
  await other.store.save(other.found.memories.entries().map(([name, one]) => [name, () => one]));
  assert.deepEqual(disk.start().found.memories.get("4 7 eth0"), memory(1));
});

Deno.test("NumberDirectory clears nothing up while another process has the directory locked", async () => {
  await using disk = await Disk.create();
  const first = disk.start();
  await first.store.save(entries({ "4 7 eth0": memory(1) }));
  first.store.close();
  const [name = ""] = await disk.names();
  using directory = StateDirectory.open(disk.path);
  const lock = directory.lock(0);
  const { store, found } = disk.start();
  assert.deepEqual(found.memories.get("4 7 eth0"), memory(1));
  assert.match(disk.log.lines.join(), /^warning: Left the files in .* as they are: it is locked$/);
  assert.equal(await store.save(entries({ "4 7 eth0": memory(2) })), true);
  assert.ok((await disk.names()).includes(name));
  lock?.[Symbol.dispose]();
  assert.equal(await store.save(entries({ "4 7 eth0": memory(3) })), true);
  assert.ok((await disk.names()).includes(name), "it was not taken over");
});

Deno.test("save() removes what was taken over only when nobody else has the directory locked", async () => {
  await using disk = await Disk.create();
  const first = disk.start();
  await first.store.save(entries({ "4 7 eth0": memory(1) }));
  first.store.close();
  const { store } = disk.start();
  using directory = StateDirectory.open(disk.path);
  const lock = directory.lock(0);
  await store.save(entries({ "4 7 eth0": memory(2) }));
  assert.equal((await disk.names()).length, 2);
  lock?.[Symbol.dispose]();
  await store.save(entries({ "4 7 eth0": memory(3) }));
  assert.equal((await disk.names()).length, 1);
});

Deno.test("NumberDirectory goes on where something in the directory cannot be moved or removed", async () => {
  await using disk = await Disk.create();
  const { store } = disk.start();
  await store.save(entries({ "4 7 eth0": memory(1) }));
  store.close();
  const [name = ""] = await disk.names();
  await Deno.writeTextFile(`${disk.path}/${name}`, "not whole");
  // Nothing can be renamed to a directory.
  await Deno.mkdir(`${disk.path}/damaged-${name}`);
  const { found } = disk.start();
  assert.deepEqual(found, { memories: new Map(), lost: true });
  assert.match(disk.log.lines.join(), /is damaged and cannot be renamed \(EISDIR\): what was/);
});

Deno.test("NumberDirectory sets a damaged file aside and says what that means", async () => {
  await using disk = await Disk.create();
  const { store } = disk.start();
  await store.save(entries({ "4 7 eth0": memory(1) }));
  store.close();
  const [name = ""] = await disk.names();
  const text = await Deno.readTextFile(`${disk.path}/${name}`);
  await Deno.writeTextFile(`${disk.path}/${name}`, text.slice(0, -10));
  const { found } = disk.start();
  assert.deepEqual(found, { memories: new Map(), lost: true });
  assert.deepEqual(await disk.names(), [`damaged-${name}`]);
  assert.match(disk.log.lines.join("\n"), /^error: .* is damaged, and now called .*damaged-/);
});

Deno.test("NumberDirectory removes what a process left half written", async () => {
  await using disk = await Disk.create();
  disk.start().store.close();
  await Deno.writeTextFile(`${disk.path}/numbers-01234567.new`, "half", { mode: 0o600 });
  disk.start();
  assert.deepEqual(await disk.names(), []);
});

Deno.test("NumberDirectory refuses a directory that others may write to", async () => {
  await using disk = await Disk.create();
  await Deno.mkdir(disk.path);
  await Deno.chmod(disk.path, 0o777);
  assert.throws(() => disk.start(), {
    name: "StateDirectoryError",
    message: /numbers of hmac-sha256 .* others may write to it; set replay_dir/,
  });
});

Deno.test("save() tells where the disk refuses, and the old numbers stay", async () => {
  await using disk = await Disk.create();
  const { store } = disk.start();
  await store.save(entries({ "4 7 eth0": memory(1) }));
  const [name = ""] = await disk.names();
  // Where the unfinished file would go there is a directory.
  await Deno.mkdir(`${disk.path}/${name}.new`);
  assert.equal(await store.save(entries({ "4 7 eth0": memory(2) })), false);
  await Deno.remove(`${disk.path}/${name}.new`);
  store.close();
  assert.deepEqual(disk.start().found.memories, new Map([["4 7 eth0", memory(1)]]));
});

Deno.test("save() writes hundreds of virtual routers in pieces", async () => {
  await using disk = await Disk.create();
  const { store } = disk.start();
  const routers = Array.from({ length: 300 }, (_, index) => [`4 7 eth${index}`, memory(index)]);
  assert.equal(await store.save(entries(Object.fromEntries(routers))), true);
  store.close();
  assert.equal(disk.start().found.memories.size, 300);
});
