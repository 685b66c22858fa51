import assert from "node:assert/strict";
import { type MachineState, machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { World } from "../support/world.ts";
import { NEAR, ROUTE, type RouterKind, VIRTUAL } from "./cable.ts";
import { layCable, runVictim } from "./scene.ts";

interface Kind {
  readonly what: string;
  readonly router: RouterKind;
  readonly hasRoute?: boolean;
  /** The same for the configuration file. */
  readonly keys: TomlTable;
}

const KINDS: readonly Kind[] = [
  {
    what: "ether with the interface's MAC",
    router: { interfaceType: "ether", virtualMac: false },
    keys: { iftype: "ether", vmac: false },
  },
  {
    what: "ether with the virtual MAC",
    router: { interfaceType: "ether", virtualMac: true },
    keys: { iftype: "ether", vmac: true },
  },
  {
    what: "macvlan",
    router: { interfaceType: "macvlan", virtualInterface: "vr1" },
    keys: { iftype: "macvlan", vifname: "vr1" },
  },
  {
    what: "a route",
    router: { interfaceType: "ether", virtualMac: false },
    hasRoute: true,
    keys: {
      iftype: "ether",
      vmac: false,
      routes: [{ route: ROUTE.destination, nh: ROUTE.nextHop, metric: ROUTE.metric }],
    },
  },
];

/** Many times what any kind takes: whoever never ends in order is wrong. */
const MAX_STEPS = 200;

/** A machine on which processes die and are cleaned up after. */
class Scene implements AsyncDisposable {
  readonly #world: World;
  readonly #kind: Kind;
  readonly #wireIndex: number;
  readonly #before: MachineState;

  private constructor(
    parts: { world: World; kind: Kind; wireIndex: number; before: MachineState },
  ) {
    this.#world = parts.world;
    this.#kind = parts.kind;
    this.#wireIndex = parts.wireIndex;
    this.#before = parts.before;
  }

  static async create(kind: Kind): Promise<Scene> {
    const world = await World.create();
    const wireIndex = await layCable(world);
    return new Scene({ world, kind, wireIndex, before: await machineState(world, "r1") });
  }

  /** Gives the number of steps where the process has ended in order, nothing where it was killed. */
  async run(
    options: { killAt: number; dieAsMaster?: boolean; onlyRecovery?: boolean },
  ): Promise<number | undefined> {
    const { code, stdout, stderr } = await runVictim(this.#world, {
      stateDir: this.#stateDir,
      router: this.#kind.router,
      hasRoute: this.#kind.hasRoute ?? false,
      wireIndex: this.#wireIndex,
      ...options,
    });
    const steps = /^steps (\d+)$/m.exec(stdout)?.[1];
    const wasKilled = code === 128 + 9;
    assert.ok(wasKilled || steps !== undefined, `neither killed nor done:\n${stdout}${stderr}`);
    return wasKilled ? undefined : Number(steps);
  }

  get #stateDir(): string {
    return this.#world.path("rvrrpd-r1.state");
  }

  /** A start and an orderly stop of the daemon, after which nothing may be left. */
  async assertRestored(when: string): Promise<void> {
    const daemon = await Rvrrpd.start({
      world: this.#world,
      machine: "r1",
      routers: [{
        interface: NEAR,
        group: 1,
        priority: 254,
        vip: [VIRTUAL[0], `${VIRTUAL[1]}/32`],
        ...this.#kind.keys,
      }],
    });
    await daemon.waitFor("Backup");
    await daemon.stop();
    const where = `${when}; the daemon said:\n${daemon.process.text}`;
    assert.deepEqual(await machineState(this.#world, "r1"), this.#before, where);
    assert.deepEqual([...Deno.readDirSync(this.#stateDir)], [], where);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#world[Symbol.asyncDispose]();
  }
}

for (const kind of KINDS) {
  Deno.test(`a start undoes what SIGKILL at any step left behind: ${kind.what}`, async () => {
    await using scene = await Scene.create(kind);
    for (let killAt = 1;; killAt++) {
      assert.ok(killAt < MAX_STEPS, "the process never ends in order");
      const steps = await scene.run({ killAt });
      await scene.assertRestored(`killed at step ${killAt}`);
      if (steps !== undefined) {
        assert.ok(steps >= 20, `only ${steps} steps were found`);
        break;
      }
    }
  });

  Deno.test(`a start that is killed while it undoes leaves the rest to the next: ${kind.what}`, async () => {
    await using scene = await Scene.create(kind);
    for (let killAt = 1;; killAt++) {
      assert.ok(killAt < MAX_STEPS, "the process never ends in order");
      await scene.run({ killAt: 0, dieAsMaster: true });
      const steps = await scene.run({ killAt, onlyRecovery: true });
      await scene.assertRestored(`killed at step ${killAt} of undoing`);
      if (steps !== undefined) break;
    }
  });
}
