import assert from "node:assert/strict";
import { boottimeMs } from "../../../ffi/clock.ts";
import { libc } from "../../../ffi/libc.ts";
import { Poller } from "../../../ffi/poller.ts";
import { Batch } from "../../../src/runtime/batch.ts";
import { FailureLog } from "../../../src/runtime/scripts/failure_log.ts";
import type { BoundJob, Outcome } from "../../../src/runtime/scripts/job.ts";
import { type Client, ScriptRunner } from "../../../src/runtime/scripts/runner.ts";
import { ScriptUser } from "../../../src/runtime/scripts/script_user.ts";
import { Sources } from "../../../src/runtime/sources.ts";
import { eventually } from "../../support/wait.ts";
import { recordingLog } from "./recording_log.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

function userNamed(name: string): ScriptUser {
  const found = ScriptUser.find(name);
  assert.ok(found.ok);
  return found.value;
}

/** Runs its programs one after the other. */
class Shell implements Client {
  readonly outcomes: Outcome[] = [];
  readonly #jobs: BoundJob[];

  constructor(...jobs: readonly Partial<BoundJob>[]) {
    this.#jobs = jobs.map((keys) => ({
      command: ["/bin/true"],
      words: [],
      environment: {},
      timeoutMs: 600_000,
      purpose: "a test",
      codeIsAnswer: false,
      user: userNamed("root"),
      ...keys,
    }));
  }

  take(): BoundJob | undefined {
    return this.#jobs.shift();
  }

  ended(outcome: Outcome): void {
    this.outcomes.push(outcome);
  }
}

function sh(script: string): BoundJob["command"] {
  return ["/bin/sh", "-c", script];
}

/** A runner with a loop of its own. */
class Scene implements Disposable {
  readonly #poller = new Poller();
  readonly #sources = new Sources(this.#poller);
  readonly #recording = recordingLog();
  readonly runner: ScriptRunner;
  readonly lines = this.#recording.lines;

  constructor({ limit = 4 }: { limit?: number } = {}) {
    const { log } = this.#recording;
    this.runner = new ScriptRunner({ limit, log, failures: new FailureLog(log) });
    this.runner.attach(this.#sources);
  }

  async run(until: () => boolean): Promise<void> {
    while (!until()) {
      const nowMs = boottimeMs();
      this.runner.turn(nowMs, Infinity);
      this.#poller.arm(Math.min(this.runner.dueMs, nowMs + 1000));
      this.#sources.take(await this.#poller.wait(), new Batch(), boottimeMs());
    }
  }

  /** Asks for all of them and gives how the runs went, in the order that they ended in. */
  async outcomes(...shells: readonly Shell[]): Promise<Outcome[]> {
    for (const shell of shells) this.runner.ask(shell);
    await this.run(() => this.runner.idle);
    return shells.flatMap(({ outcomes }) => outcomes);
  }

  [Symbol.dispose](): void {
    this.runner.endAll("SIGKILL");
    this.#poller[Symbol.dispose]();
  }
}

Deno.test("ScriptRunner tells how a program has ended", async () => {
  using scene = new Scene();
  const scripts = ["exit 0", "exit 3", "kill -9 $$"];
  const shells = scripts.map((script) => new Shell({ command: sh(script) }));
  assert.deepEqual(await scene.outcomes(...shells), [
    { kind: "code", code: 0 },
    { kind: "code", code: 3 },
    { kind: "signal", signal: 9 },
  ]);
});

Deno.test("ScriptRunner gives a program its environment, and nothing of ours", async () => {
  using scene = new Scene();
  const said = await saidBy(scene, {
    command: ["/usr/bin/env"],
    environment: { RVRRPD_STATE: "Master" },
  });
  assert.deepEqual(said.toSorted(), [
    "HOME=/root",
    "LOGNAME=root",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "RVRRPD_STATE=Master",
    "USER=root",
  ]);
});

/** What a program writes to a file of its own. */
async function saidBy(scene: Scene, job: Partial<BoundJob>): Promise<string[]> {
  const file = await Deno.makeTempFile();
  try {
    const [program = "", ...words] = job.command ?? [];
    const command = ["/bin/sh", "-c", `exec "$0" "$@" >${file}`, program, ...words] as const;
    await scene.outcomes(new Shell({ ...job, command: [...command] }));
    const lines = (await Deno.readTextFile(file)).trim().split("\n");
    return lines.filter((line) => !/^(?:PWD|SHLVL|_|OLDPWD)=/.test(line));
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("ScriptRunner runs each program as its own user", async () => {
  using scene = new Scene();
  const shells = [["nobody", "65534 65534"], ["root", "0 0"]].map(([name = "", ids]) => {
    return new Shell({ command: sh(`[ "$(id -u) $(id -g)" = "${ids}" ]`), user: userNamed(name) });
  });
  const fine = { kind: "code", code: 0 };
  assert.deepEqual(await scene.outcomes(...shells), [fine, fine]);
});

Deno.test("ScriptRunner says why a program cannot be started, and goes on", async () => {
  using scene = new Scene();
  const shells = [["/nonexistent"], ["/etc/passwd"], ["/bin/true"]].map(([program = ""]) => {
    return new Shell({ command: [program] });
  });
  assert.deepEqual(await scene.outcomes(...shells), [
    { kind: "refused", why: "there is no such file, or no program of the name in its first line" },
    { kind: "refused", why: "root may not run it" },
    { kind: "code", code: 0 },
  ]);
  assert.deepEqual(scene.lines, [
    "warning: /nonexistent (a test) does not run: " +
    "there is no such file, or no program of the name in its first line",
    "warning: /etc/passwd (a test) does not run: root may not run it",
  ]);
});

Deno.test("ScriptRunner ends what takes too long, with all that it has started", async () => {
  using scene = new Scene();
  const file = await Deno.makeTempFile();
  // Neither of both heeds SIGTERM.
  const command = sh(`trap '' TERM; (echo $$ >>${file}; exec sleep 1000) & sleep 1000; sleep 1000`);
  const outcomes = await scene.outcomes(new Shell({ command, timeoutMs: 200 }));
  assert.deepEqual(outcomes, [{ kind: "timeout", afterMs: 200 }]);
  const group = Number(await Deno.readTextFile(file));
  await Deno.remove(file);
  // A process that was killed stays a member until somebody has asked for its end.
  await eventually(() => libc().kill(-group, 0) !== 0, { what: "the end of the whole group" });
  assert.deepEqual(scene.lines, [
    "warning: /bin/sh (a test) was ended after its time limit of 0.2 s",
  ]);
});

Deno.test("ScriptRunner leaves alone what a program has left behind in time", async () => {
  using scene = new Scene();
  const file = await Deno.makeTempFile();
  const command = sh(`sleep 1000 & echo $! >${file}`);
  assert.deepEqual(await scene.outcomes(new Shell({ command })), [{ kind: "code", code: 0 }]);
  const left = Number(await Deno.readTextFile(file));
  await Deno.remove(file);
  assert.equal(libc().kill(left, 9), 0);
});

Deno.test("ScriptRunner takes in whatever a program says", async () => {
  using scene = new Scene();
  // More than a pipe holds, so that it would wait for a reader.
  const command = sh("head -c 300000 /dev/zero | tr '\\0' x; echo; echo end >&2; exit 1");
  assert.deepEqual(await scene.outcomes(new Shell({ command })), [{ kind: "code", code: 1 }]);
  assert.deepEqual(scene.lines, [
    `warning: /bin/sh (a test) ended with code 1: ${"x".repeat(4096)}`,
  ]);
});

Deno.test("ScriptRunner lets no program write lines or colours of the log", async () => {
  using scene = new Scene();
  const command = sh("printf '\\n\\033[31mred\\r\\bevil\\n'; exit 1");
  await scene.outcomes(new Shell({ command }));
  assert.deepEqual(scene.lines, ["warning: /bin/sh (a test) ended with code 1: [31mred evil"]);
});

Deno.test("ScriptRunner starts no more than its limit at once", async () => {
  using scene = new Scene({ limit: 2 });
  const { runner } = scene;
  const shells = Array.from({ length: 5 }, () => new Shell({ command: sh("sleep 1000") }));
  for (const shell of shells) runner.ask(shell);
  for (let turn = 0; turn < 5; turn++) runner.turn(boottimeMs(), Infinity);
  assert.equal(runner.jobs.length, 2);
  runner.endAll("SIGKILL");
  await scene.run(() => runner.idle);
});

Deno.test("ScriptRunner.turn() starts one program at a time, and only where there is time for it", () => {
  using scene = new Scene();
  const { runner } = scene;
  runner.ask(new Shell({}));
  runner.ask(new Shell({}));
  runner.turn(1000, 3);
  assert.equal(runner.jobs.length, 0);
  // The next try is when what is due next has been done.
  assert.equal(runner.dueMs, 1003);
  runner.turn(1003, 9);
  assert.equal(runner.jobs.length, 1);
  assert.ok(runner.dueMs <= 1003);
});

Deno.test("ScriptRunner.turn() does not wait for ever for a time when nothing is due", () => {
  using scene = new Scene();
  const { runner } = scene;
  runner.ask(new Shell({}));
  let nowMs = 1000;
  for (; runner.jobs.length === 0; nowMs += 2) runner.turn(nowMs, 2);
  assert.ok(nowMs > 1200 && nowMs < 1300, `started at ${nowMs}`);
});

Deno.test("ScriptRunner.ask() gives one that waits or runs no second turn", () => {
  using scene = new Scene();
  const { runner } = scene;
  const shell = new Shell({ command: sh("sleep 1000") }, {});
  runner.ask(shell);
  runner.ask(shell);
  runner.turn(boottimeMs(), Infinity);
  runner.ask(shell);
  runner.turn(boottimeMs(), Infinity);
  assert.equal(runner.jobs.length, 1);
});

Deno.test("ScriptRunner.endAll() ends everything and starts nothing any more", async () => {
  using scene = new Scene();
  const running = new Shell({ command: sh("sleep 1000") });
  scene.runner.ask(running);
  await scene.run(() => scene.runner.jobs.length > 0);
  scene.runner.ask(new Shell({}));
  scene.runner.endAll("SIGTERM");
  await scene.run(() => scene.runner.idle);
  assert.deepEqual(running.outcomes, [{ kind: "signal", signal: 15 }]);
  assert.deepEqual(scene.lines, []);
});
