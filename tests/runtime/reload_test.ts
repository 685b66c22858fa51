import assert from "node:assert/strict";
import { err, ok, type Result } from "../../src/base/result.ts";
import { type NewConfig, Reload } from "../../src/runtime/reload.ts";
import { eventually } from "../support/wait.ts";
import { loadRouter, resolved } from "../config/support.ts";
import { PaperLog } from "./fixtures.ts";

const CONFIG = resolved(loadRouter({}));

/** Everything that a change reaches; what is done to it is written down. */
function scene(
  { missingDriver = false, cannotDrop = false, admitted = ok(undefined), stopping = false }: {
    readonly missingDriver?: boolean;
    readonly cannotDrop?: boolean;
    readonly admitted?: Result<void, string>;
    readonly stopping?: boolean;
  } = {},
) {
  const done: string[] = [];
  const does = (what: string) => () => void done.push(what);
  const log = new PaperLog();
  const config: NewConfig = { ...CONFIG, takeOver: does("the rest") };
  const reload = new Reload({
    log,
    engine: { stopping, routers: [], alongside: (work) => work(), reload: does("virtual routers") },
    drivers: {
      require: () => {
        if (missingDriver) throw new Error("There is no such driver");
      },
    },
    accept: {
      require: () => {
        if (cannotDrop) throw new Error("There is no nftables");
      },
    },
    scripts: { admit: () => admitted },
    undo: { reconfigure: does("what is undone") },
    lifecycle: { ready: does("ready"), reloading: does("reloading") },
    readAgain: () => Promise.resolve(config),
  });
  return { reload, done, log, config };
}

Deno.test("Reload.begin() takes all of a configuration over", async () => {
  const { reload, done, log } = scene();
  reload.begin();
  await eventually(() => done.includes("ready"), { what: "the end of the change" });
  const effects = ["what is undone", "the rest", "virtual routers"];
  assert.deepEqual(done, ["reloading", ...effects, "ready"]);
  assert.deepEqual(log.lines, []);
});

for (
  const { what, parts, why } of [
    { what: "a driver", parts: { missingDriver: true }, why: "There is no such driver" },
    { what: "accept = false", parts: { cannotDrop: true }, why: "There is no nftables" },
    {
      what: "a user",
      parts: { admitted: err("There is no such user") },
      why: "There is no such user",
    },
  ]
) {
  Deno.test(`Reload.begin() takes nothing over where ${what} is refused, and says why`, async () => {
    const { reload, done, log } = scene(parts);
    reload.begin();
    await eventually(() => done.includes("ready"), { what: "the end of the change" });
    assert.deepEqual(done, ["reloading", "ready"]);
    assert.deepEqual(log.lines, [`error: The configuration stays as it was: ${why}`]);
  });

  Deno.test(`Reload.take() takes nothing over where ${what} is refused, and throws`, async () => {
    const { reload, done, config } = scene(parts);
    await assert.rejects(reload.take(() => Promise.resolve(config)), { message: why });
    assert.deepEqual(done, []);
  });
}

Deno.test("Reload.take() takes nothing over when the daemon stops meanwhile", async () => {
  const { reload, done, config } = scene({ stopping: true });
  await reload.take(() => Promise.resolve(config));
  assert.deepEqual(done, []);
});

Deno.test("Reload.take() has taken one change over when it begins to read the next", async () => {
  const { reload, config } = scene();
  const inForce: string[] = [];
  const seen: string[][] = [];
  const change = (name: string) => {
    return reload.take(() => {
      seen.push([...inForce]);
      return Promise.resolve({ ...config, takeOver: () => void inForce.push(name) });
    });
  };
  await Promise.all([change("first"), change("second")]);
  assert.deepEqual(seen, [[], ["first"]]);
});

Deno.test("Reload.take() prepares what nothing refuses, before the first effect", async () => {
  const { reload, done, config } = scene();
  const prepare = () => {
    done.push("prepared");
    return Promise.resolve(true);
  };
  await reload.take(() => Promise.resolve({ ...config, prepare }));
  assert.deepEqual(done, ["prepared", "what is undone", "the rest", "virtual routers"]);
});

Deno.test("Reload.take() goes on as it was where preparing has failed", async () => {
  const { reload, done, config } = scene();
  await reload.take(() => Promise.resolve({ ...config, prepare: () => Promise.resolve(false) }));
  const prepare = () => Promise.reject(new Error("the disk is full"));
  await assert.rejects(reload.take(() => Promise.resolve({ ...config, prepare })), /disk is full/);
  assert.deepEqual(done, []);
});

for (const parts of [{ missingDriver: true }, { cannotDrop: true }, { stopping: true }]) {
  Deno.test(`Reload.take() prepares nothing with ${JSON.stringify(parts)}`, async () => {
    const { reload, done, config } = scene(parts);
    const prepare = () => {
      done.push("prepared");
      return Promise.resolve(true);
    };
    await reload.take(() => Promise.resolve({ ...config, prepare })).catch(() => {});
    assert.deepEqual(done, []);
  });
}
