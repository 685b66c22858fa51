import assert from "node:assert/strict";
import type { Command, CommandOutcome } from "../../src/api/messages.ts";
import { ConfigCommands } from "../../src/cli/config_commands.ts";
import type { ReadConfig } from "../../src/cli/config_file.ts";
import type { ConfigDraft, PutAnswer } from "../../src/cli/config_putting.ts";
import type { WriteAnswer, WriteOrder } from "../../src/cli/config_writing.ts";
import type { Change } from "../../src/config/changes.ts";
import { libc } from "../../ffi/libc.ts";
import { momentAfter } from "../../src/daemon/second_process.ts";
import { loadValue, ROUTER } from "../config/support.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const CHANGE: Change = { what: "deleteRouter", router: { group: 1, interface: "eth0" } };

const DRAFT: ConfigDraft = { fileName: "x.json", text: "{}", digest: "before" };

function read(): ReadConfig {
  const { config } = loadValue({ vrouter: [ROUTER] });
  assert(config !== undefined);
  const warnings = [{ text: "x.json: something is odd", failsCheck: false }];
  const rest = { obstacles: [], faults: [], warnings };
  return { fileName: "x.json", digest: "after", config, ...rest };
}

/** What writes is told what to answer, and whether the engine takes it. */
class Scene {
  readonly changes: Change[] = [CHANGE];
  readonly orders: WriteOrder[] = [];
  readonly written: ReadConfig[] = [];
  readonly puts: ConfigDraft[] = [];
  answer: WriteAnswer = {
    done: true,
    draft: DRAFT,
    read: read(),
    changes: [],
    remarks: ["comments are lost"],
  };
  put: PutAnswer | Error = { done: true, remarks: [] };
  /** Why the engine cannot go on with it, before and after it is written. */
  obstacles: { readonly before?: string; readonly after?: string } = {};
  stops: "before" | "after" | undefined;
  readonly #commands = new ConfigCommands({
    control: {
      routers: [],
      force: () => 0,
      take: async (read) => {
        const { before, after } = this.obstacles;
        const config = await read();
        if (config === undefined || this.stops === "before") return;
        if (before !== undefined) throw new Error(before);
        if (!await config.prepare?.() || this.stops === "after") return;
        if (after !== undefined) throw new Error(after);
        config.takeOver?.();
      },
      reload: () => {},
      stop: () => {},
    },
    options: { help: false, version: false, check: false },
    changes: this.changes,
    current: () => ({ digest: "before", revision: `5-${1 + this.written.length}` }),
    written: (one) => {
      this.written.push(one);
      return ["pid is taken over at a restart"];
    },
    draft: ({ order }) => {
      this.orders.push(order);
      return Promise.resolve(this.answer);
    },
    put: (draft) => {
      this.puts.push(draft);
      return this.put instanceof Error ? Promise.reject(this.put) : Promise.resolve(this.put);
    },
  });

  run(
    differences: Partial<Extract<Command, { do: "writeConfig" }>> = {},
    withinMs = 60_000,
  ): Promise<CommandOutcome> {
    const command = { do: "writeConfig", what: "vrouter", text: "[]", isLocal: false } as const;
    return this.#commands.run({ ...command, ...differences }, momentAfter(withinMs));
  }
}

Deno.test("ConfigCommands writes what is wanted, goes on under it and tells all there is to say", async () => {
  const scene = new Scene();
  const outcome = await scene.run({ ifMatch: ["5-9", "5-1"] });
  assert.deepEqual(outcome, {
    done: true,
    remarks: [
      "comments are lost",
      "x.json: something is odd",
      "pid is taken over at a restart",
    ],
    revision: "5-2",
  });
  const order = { what: "vrouter", text: "[]", isLocal: false, digest: "before", objects: 0 };
  assert.deepEqual([scene.orders, scene.changes, scene.written.length], [[order], [], 1]);
  assert.deepEqual(scene.puts, [DRAFT]);
});

Deno.test("ConfigCommands writes nothing for one who goes by another revision", async () => {
  const scene = new Scene();
  const outcome = await scene.run({ ifMatch: ["5-0"] });
  assert.ok(!outcome.done);
  assert.equal(outcome.why, "stale");
  assert.deepEqual([scene.orders, scene.changes], [[], [CHANGE]]);
});

Deno.test("ConfigCommands passes on what stands against it, and changes nothing", async () => {
  const scene = new Scene();
  const fault = { path: "debug", problem: "4 is not one of the choices", hint: "0, 1" };
  scene.answer = { done: false, why: "invalid", message: "No", faults: [fault] };
  assert.deepEqual(await scene.run(), {
    done: false,
    why: "invalid",
    message: "No",
    details: [{ path: "debug", message: "4 is not one of the choices (0, 1)" }],
  });
  assert.deepEqual([scene.changes, scene.written], [[CHANGE], []]);
});

Deno.test("ConfigCommands writes nothing that the daemon cannot go on with", async () => {
  const scene = new Scene();
  scene.obstacles = { before: "there is no libnl" };
  assert.deepEqual(await scene.run(), {
    done: false,
    why: "invalid",
    message: "The daemon cannot go on with that: there is no libnl",
    details: [],
  });
  assert.deepEqual([scene.puts, scene.changes, scene.written], [[], [CHANGE], []]);
});

Deno.test("ConfigCommands writes nothing when the daemon ends, or when it is too late", async () => {
  const scene = new Scene();
  scene.stops = "before";
  const outcomes = [await scene.run(), await scene.run({}, 0)];
  for (const outcome of outcomes) {
    assert.ok(!outcome.done);
    assert.equal(outcome.why, "unable");
    assert.match(outcome.message, /nothing has changed/);
  }
  assert.deepEqual([scene.orders.length, scene.puts, scene.written], [1, [], []]);
});

Deno.test("ConfigCommands passes on why the file cannot be written, and goes on as it was", async () => {
  const scene = new Scene();
  scene.put = { done: false, why: "unable", message: "ENOSPC, the disk is full", faults: [] };
  const outcome = await scene.run();
  assert.ok(!outcome.done);
  assert.equal(outcome.message, "ENOSPC, the disk is full");
  assert.deepEqual([scene.changes, scene.written], [[CHANGE], []]);
});

Deno.test("ConfigCommands says that nobody knows where the writing process gives no answer", async () => {
  const scene = new Scene();
  scene.put = new Error("it has ended by signal 9");
  const outcome = await scene.run();
  assert.ok(!outcome.done);
  assert.match(outcome.message, /^Nobody knows whether the file is written: /);
});

Deno.test("ConfigCommands has the control socket write over whatever the file holds", async () => {
  const scene = new Scene();
  await scene.run({ isLocal: true });
  await scene.run({ isLocal: true, ifMatch: ["5-2"] });
  await scene.run({ isLocal: true, what: "save" });
  assert.deepEqual(scene.orders.map(({ digest }) => digest), [undefined, "before", "before"]);
});

Deno.test("ConfigCommands says so where the file is written and the daemon cannot go by it", async () => {
  const scene = new Scene();
  scene.obstacles = { after: "there is no libnl" };
  const refused = await scene.run();
  scene.stops = "after";
  for (const outcome of [refused, await scene.run()]) {
    assert.ok(!outcome.done);
    assert.match(
      outcome.message,
      /^The file is written, but the running daemon does not go by it: /,
    );
  }
  assert.deepEqual([scene.changes, scene.written], [[CHANGE], []]);
});
