import assert from "node:assert/strict";
import type { CommandOutcome } from "../../src/api/messages.ts";
import { ApiCommands } from "../../src/cli/api_commands.ts";
import type { ReadConfig } from "../../src/cli/config_file.ts";
import type { Change } from "../../src/config/changes.ts";
import { loadConfig } from "../../src/config/load.ts";

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

  constructor({ isOpen = true } = {}) {
    if (isOpen) this.gate.resolve();
    this.commands = new ApiCommands({
      control: {
        routers: [],
        force: () => 0,
        take: (read) => {
          this.#latest = this.#latest.then(async () => (await read())?.takeOver?.());
          return this.#latest;
        },
        reload: () => {},
        stop: () => {},
      },
      options: { help: false, version: false, check: false },
      changes: this.changes,
      changed: () => {},
      readChanged: (_options, changes) => this.#read(changes ?? []),
    });
  }

  change(change: Change, { isLocal = false } = {}): Promise<CommandOutcome> {
    return this.commands.run({ do: "change", change, isLocal });
  }

  async #read(changes: readonly Change[]): Promise<ReadConfig> {
    await this.gate.promise;
    const text = JSON.stringify(this.file);
    const { config, obstacles, faults } = loadConfig({ text, fileName: "x.json", changes });
    return {
      fileName: "x.json",
      ...config && { config },
      obstacles,
      faults: faults.map((fault) => ({ text: fault.problem, failsCheck: false, fault })),
      warnings: [],
      pending: [],
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
