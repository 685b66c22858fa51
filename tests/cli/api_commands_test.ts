import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import type { CommandOutcome } from "../../src/api/messages.ts";
import { ApiCommands } from "../../src/cli/api_commands.ts";
import type { ReadConfig } from "../../src/cli/config_file.ts";
import type { Change, RawTable } from "../../src/config/changes.ts";
import type { NewConfig } from "../../src/runtime/reload.ts";
import type { Router } from "../../src/runtime/router.ts";
import { loadConfig } from "../../src/config/load.ts";
import { loadValue, onlyRouter } from "../config/support.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const PLACE = { group: 1, interface: "eth0" };
const FILE = { vrouter: [{ ...PLACE, vip: "10.9.0.1" }] };

/** A daemon of which there is nothing but its configuration. */
class Scene {
  readonly changes: Change[] = [];
  readonly commands: ApiCommands;
  file: unknown = FILE;
  /** Reading waits for it. */
  readonly gate = Promise.withResolvers<void>();
  #latest: Promise<void> = Promise.resolve();

  readonly routers: Router[] = [];
  /** Why the engine cannot go on with a configuration. */
  obstacle: string | undefined;
  reloads = 0;

  reads = 0;

  constructor({ isOpen = true, patienceMs = 60_000 } = {}) {
    if (isOpen) this.gate.resolve();
    this.commands = new ApiCommands({
      control: {
        routers: this.routers,
        force: () => 0,
        take: (read) => {
          const change = this.#latest.then(() => this.#take(read));
          this.#latest = change.catch(() => {});
          return change;
        },
        reload: () => void this.reloads++,
        stop: () => {},
      },
      options: { help: false, version: false, check: false },
      changes: this.changes,
      changed: () => {},
      current: () => ({ digest: "", revision: "1" }),
      written: () => [],
      patienceMs,
      readChanged: (_options, changes) => this.#read(changes ?? []),
    });
  }

  /** This virtual router is the only one there is, and runs. */
  run(table: RawTable): void {
    this.file = { vrouter: [table] };
    // Nothing but its configuration is looked at.
    this.routers.splice(0, 1, { config: onlyRouter(loadValue(this.file)) } as Router);
  }

  change(change: Change, { isLocal = false } = {}): Promise<CommandOutcome> {
    return this.commands.run({ do: "change", change, isLocal });
  }

  async #take(read: () => Promise<NewConfig | undefined>): Promise<void> {
    const config = await read();
    if (config === undefined) return;
    if (this.obstacle !== undefined) throw new Error(this.obstacle);
    if (config.prepare === undefined || await config.prepare()) config.takeOver?.();
  }

  async #read(changes: readonly Change[]): Promise<ReadConfig> {
    this.reads++;
    await this.gate.promise;
    const text = JSON.stringify(this.file);
    const { config, obstacles, faults } = loadConfig({ text, fileName: "x.json", changes });
    return {
      fileName: "x.json",
      digest: "",
      ...config && { config },
      obstacles,
      faults: faults.map((fault) => ({ text: fault.problem, failsCheck: false, fault })),
      warnings: [],
    };
  }
}

function setPriority(priority: number): Change {
  return { what: "setRouter", router: { ...PLACE, family: 4 }, keys: { priority } };
}

function status(outcome: CommandOutcome): string {
  return outcome.done ? "done" : outcome.why;
}

/** Virtual router `group` with as many addresses as one may have beside those that are advertised. */
function large(group: number): Change {
  const excluded_vips = Array.from(
    { length: 1000 },
    (_, index) => `10.${group}.${index >> 8}.${index & 255}`,
  );
  return {
    what: "addRouter",
    table: { group, interface: `eth${group}`, vip: `10.100.0.${group}`, excluded_vips },
  };
}

Deno.test("ApiCommands keeps one change of what is changed again and again", async () => {
  const scene = new Scene();
  for (let priority = 1; priority <= 20; priority++) {
    assert.equal(status(await scene.change(setPriority(priority))), "done");
  }
  assert.deepEqual(scene.changes, [setPriority(20)]);
});

Deno.test("ApiCommands refuses what cannot be made, and keeps nothing of it", async () => {
  const scene = new Scene();
  const other = { ...PLACE, group: 2 };
  const missing = await scene.change({ what: "deleteRouter", router: other });
  const wrong = await scene.change(setPriority(300));
  assert.deepEqual([status(missing), status(wrong)], ["missing", "invalid"]);
  assert.deepEqual(scene.changes, []);
});

Deno.test("ApiCommands refuses a change that may mean either family, and says what to add", async () => {
  const scene = new Scene();
  const six = { ...PLACE, version: 3, vip: "fe80::1", vmac: false };
  const four = { ...PLACE, vip: "10.9.0.1", vmac: false };
  scene.file = { vrouter: [four, six] };
  const outcome = await scene.change({ what: "setRouter", router: PLACE, keys: { priority: 7 } });
  assert.ok(!outcome.done);
  assert.equal(outcome.why, "conflict");
  assert.match(outcome.message, /\?family=4 or \?family=6 \(.*--family\)/);
  const chosen = await scene.change({
    what: "deleteRouter",
    router: { ...PLACE, family: 6 },
  });
  assert.equal(status(chosen), "done");
});

Deno.test("ApiCommands lets eight changes of clients wait, and all of the control socket", async () => {
  const scene = new Scene({ isOpen: false });
  const asked = Array.from({ length: 12 }, (_, index) => scene.change(setPriority(index + 1)));
  const local = scene.change(setPriority(100), { isLocal: true });
  scene.gate.resolve();
  const outcomes = (await Promise.all(asked)).map(status);
  assert.deepEqual(outcomes, [...Array(9).fill("done"), ...Array(3).fill("unable")]);
  assert.equal(status(await local), "done");
  assert.equal(status(await scene.change(setPriority(7))), "done");
});

Deno.test("ApiCommands lets clients make a configuration only so large, and the control socket any", async () => {
  const scene = new Scene();
  const outcomes: string[] = [];
  for (let group = 1; group <= 10; group++) {
    outcomes.push(status(await scene.change(large(group))));
  }
  assert.deepEqual(outcomes, [...Array(9).fill("done"), "conflict"]);
  assert.equal(status(await scene.change(large(10), { isLocal: true })), "done");
});

Deno.test("ApiCommands keeps changes only up to a length", async () => {
  const scene = new Scene();
  const long = (vrid: number): Change => ({
    what: "addRouter",
    table: {
      group: vrid,
      interface: "eth1",
      vip: `10.9.1.${vrid}`,
      vmac: false,
      auth_type: "rfc2338-simple",
      auth_secret: "x".repeat(200_000),
    },
  });
  const outcomes: string[] = [];
  for (let vrid = 1; vrid <= 6; vrid++) outcomes.push(status(await scene.change(long(vrid))));
  assert.deepEqual(outcomes, [...Array(5).fill("done"), "conflict"]);
  const deleted = await scene.change({
    what: "deleteRouter",
    router: { group: 5, interface: "eth1", family: 4 },
  });
  assert.equal(status(deleted), "done");
  assert.equal(scene.changes.length, 4);
});

Deno.test("ApiCommands tells who asks for a reload what stands against it", async () => {
  const scene = new Scene();
  assert.equal(status(await scene.commands.run({ do: "reload" })), "done");
  scene.obstacle = "there is no such user";
  const outcome = await scene.commands.run({ do: "reload" });
  assert.ok(!outcome.done);
  assert.deepEqual(
    [outcome.why, outcome.message],
    ["invalid", "The configuration stays as it was: there is no such user"],
  );
  assert.equal(scene.reloads, 1);
});

Deno.test("ApiCommands has no secret sent in the clear for one who does not know it", async () => {
  const scene = new Scene();
  const router = { ...PLACE, vip: "10.9.0.1", vmac: false, auth_secret: "joshua" };
  const open = { auth_type: "rfc2338-simple" };
  const change = (keys: RawTable): Change => ({
    what: "setRouter",
    router: { ...PLACE, family: 4 },
    keys,
  });
  scene.run({ ...router, auth_type: "rfc2338-ah" });
  assert.equal(status(await scene.change(change(open))), "invalid");
  assert.equal(status(await scene.change(change({ ...open, auth_secret: null }))), "invalid");
  assert.deepEqual(scene.changes, []);
  assert.equal(status(await scene.change(change({ ...open, auth_secret: "another" }))), "done");
  assert.equal(status(await scene.change(change(open), { isLocal: true })), "done");
  scene.run({ ...router, ...open });
  assert.equal(status(await scene.change(change(open))), "done");
});

Deno.test("ApiCommands begins nothing for which nobody waits any more", async () => {
  const scene = new Scene({ patienceMs: 0 });
  const outcomes = [
    await scene.change(setPriority(7)),
    await scene.change(setPriority(8), { isLocal: true }),
    await scene.commands.run({ do: "reload" }),
  ];
  for (const outcome of outcomes) {
    assert.ok(!outcome.done);
    assert.deepEqual([outcome.why, /nothing has changed/.test(outcome.message)], ["unable", true]);
  }
  assert.deepEqual([scene.reads, scene.changes, scene.reloads], [0, [], 0]);
});
