import assert from "node:assert/strict";
import { boottimeMs } from "../../../ffi/clock.ts";
import { Inotify } from "../../../ffi/inotify.ts";
import { libc } from "../../../ffi/libc.ts";
import type { Watcher } from "../../../src/runtime/attention.ts";
import { Batch } from "../../../src/runtime/batch.ts";
import type { Board } from "../../../src/runtime/tracking/board.ts";
import { FileWatch } from "../../../src/runtime/tracking/file_watch.ts";
import { delay, eventually } from "../../support/wait.ts";
import { PaperLog } from "../fixtures.ts";

// Opened on first use and kept: the test that comes first would seem to leak it.
libc();

/** A folder, what watches files in it, and what it has found. */
class Bench implements AsyncDisposable {
  readonly directory = Deno.makeTempDirSync();
  readonly log = new PaperLog();
  readonly notes: string[] = [];
  readonly #pending = new Set<Promise<void>>();
  #takeEvents: ((nowMs: number) => void) | undefined;
  readonly watch: FileWatch;

  constructor() {
    const note: Board["note"] = (_name, reading) => void this.notes.push(String(reading));
    const watcher: Watcher = {
      watch: (_fd, take) => this.#takeEvents = (nowMs) => take(new Batch(), nowMs),
      unwatch: () => this.#takeEvents = undefined,
    };
    this.watch = new FileWatch({
      board: { note },
      log: this.log,
      watcher,
      clock: boottimeMs,
      wake: () => {},
      alongside: (work) => this.#follow(work()),
    });
  }

  #follow(work: Promise<void>): Promise<void> {
    this.#pending.add(work);
    return work.finally(() => this.#pending.delete(work));
  }

  /** Every look has ended, in whatever way, and what follows from that is done. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
    await delay(0);
  }

  path(name: string): string {
    return `${this.directory}/${name}`;
  }

  /** Whether the kernel's events are listened to. */
  get attends(): boolean {
    return this.#takeEvents !== undefined;
  }

  takeEvents(): void {
    this.#takeEvents?.(boottimeMs());
  }

  /** Gives the kernel's events time to come, but none to what is done by time alone. */
  async found(reading: string): Promise<void> {
    await eventually(() => {
      this.takeEvents();
      // Ends the rest after events only: the looks by time are later.
      this.watch.review(boottimeMs() + 100);
      return this.notes.at(-1) === reading;
    }, { what: `the reading ${reading}, after ${this.notes}`, timeoutMs: 4000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled();
    this.watch[Symbol.dispose]();
    await Deno.remove(this.directory, { recursive: true });
  }
}

Deno.test("FileWatch sees a file come, change, be replaced, go and come again", async () => {
  await using bench = new Bench();
  const file = bench.path("number");
  bench.watch.replace([file]);
  await bench.found("0");
  await Deno.writeTextFile(file, "1");
  await bench.found("1");
  await Deno.writeTextFile(file, "2");
  await bench.found("2");
  await Deno.writeTextFile(bench.path("new"), "3");
  await Deno.rename(bench.path("new"), file);
  await bench.found("3");
  await Deno.rename(file, bench.path("old"));
  await bench.found("0");
  await Deno.rename(bench.path("old"), file);
  await bench.found("3");
});

Deno.test("FileWatch follows several paths to one file", async () => {
  await using bench = new Bench();
  const file = bench.path("number");
  await Deno.writeTextFile(file, "1");
  await Deno.symlink(file, bench.path("link"));
  bench.watch.replace([file, bench.path("link")]);
  await eventually(() => bench.notes.length === 2, { what: "both readings" });
  await Deno.writeTextFile(file, "2");
  await bench.found("2");
  bench.watch.replace([bench.path("link")]);
  await Deno.writeTextFile(file, "3");
  await bench.found("3");
});

Deno.test("FileWatch looks by time where no event comes", async () => {
  await using bench = new Bench();
  const file = bench.path("later/number");
  bench.watch.replace([file]);
  await eventually(() => bench.notes.length === 1, { what: "the first reading" });
  await Deno.mkdir(bench.path("later"));
  await Deno.writeTextFile(file, "5");
  assert.ok(bench.watch.dueMs < boottimeMs() + 10_000);
  bench.watch.review(bench.watch.dueMs);
  await eventually(() => bench.notes.at(-1) === "5", { what: "the number" });
});

Deno.test("FileWatch rests after events, so that an endless writer cannot keep it busy", async () => {
  await using bench = new Bench();
  bench.watch.replace([bench.path("number")]);
  assert.ok(bench.attends);
  bench.takeEvents();
  assert.ok(!bench.attends);
  const nowMs = boottimeMs();
  bench.watch.review(nowMs);
  assert.ok(!bench.attends);
  assert.ok(bench.watch.dueMs < nowMs + 1000);
  bench.watch.review(bench.watch.dueMs);
  assert.ok(bench.attends);
});

Deno.test("FileWatch sees changes of a file that has come just before its directory was watched", async () => {
  await using bench = new Bench();
  const file = bench.path("number");
  const { watchDirectory } = Inotify.prototype;
  using restored = new DisposableStack();
  restored.defer(() => Inotify.prototype.watchDirectory = watchDirectory);
  Inotify.prototype.watchDirectory = async function (path) {
    await Deno.writeTextFile(file, "1");
    return await watchDirectory.call(this, path);
  };
  bench.watch.replace([file]);
  await bench.found("1");
  await Deno.writeTextFile(file, "2");
  await bench.found("2");
});

Deno.test("FileWatch can be closed while it looks", async () => {
  await using bench = new Bench();
  bench.watch.replace([bench.path("missing")]);
  bench.watch[Symbol.dispose]();
  await bench.settled();
  assert.deepEqual([bench.notes, bench.log.lines], [[], []]);
});

Deno.test("FileWatch outlives a look that fails for no reason of the system, and looks again", async () => {
  await using bench = new Bench();
  const { watchFile } = Inotify.prototype;
  using restored = new DisposableStack();
  restored.defer(() => Inotify.prototype.watchFile = watchFile);
  Inotify.prototype.watchFile = () => Promise.reject(new Error("a bug"));
  bench.watch.replace([bench.path("missing")]);
  await bench.settled();
  restored.dispose();
  assert.deepEqual(bench.log.lines, [
    `error: Cannot look at ${bench.path("missing")}: Error: a bug (please report it)`,
  ]);
  bench.watch.review(bench.watch.dueMs);
  await bench.found("0");
});

Deno.test("FileWatch has nothing to do without files", async () => {
  await using bench = new Bench();
  bench.watch.replace([bench.path("number")]);
  await bench.found("0");
  bench.watch.replace([]);
  bench.watch.review(boottimeMs() + 100);
  assert.equal(bench.watch.dueMs, Infinity);
});
