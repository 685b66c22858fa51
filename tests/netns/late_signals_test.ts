import assert from "node:assert/strict";
import { TestProcess } from "../support/process.ts";
import { RVRRPD, writeConfig } from "../support/rvrrpd.ts";
import { diaryLines, writeDiary, writeScript } from "../support/scripts.ts";
import { settled } from "../support/wait.ts";
import { World } from "../support/world.ts";

/** The shell hands the program on with SIGCHLD ignored, as a careless parent does. */
const CARELESS = ["-c", 'trap "" CHLD; exec "$@"', "sh"];

Deno.test("signals while the last programs run do not end rvrrpd, whoever has started it", async () => {
  await using world = await World.create();
  const diary = await writeDiary(world, "diary");
  const wait = `while [ ! -e ${world.path("go")} ]; do sleep 0.05; done`;
  const script = await writeScript(
    world,
    "tell",
    `echo begun >>${diary}; ${wait}; echo $3 >>${diary}`,
  );
  const config = await writeConfig({
    world,
    machine: "r1",
    general: { script_user: "nobody" },
    routers: [{ group: 1, vip: "10.9.0.100/24", vmac: false, notify_stop: script }],
  });
  const daemon = world.own(
    new TestProcess({
      command: "sh",
      args: [...CARELESS, RVRRPD, "-m1", "-c", config],
      namespace: world.namespace("r1"),
    }),
  );
  await daemon.waitForLine(/to Backup/);
  daemon.signal("SIGTERM");
  await settled(() => diaryLines(diary), ["begun"]);
  for (const signal of ["SIGUSR2", "SIGHUP", "SIGUSR1", "SIGTERM"] as const) daemon.signal(signal);
  await writeDiary(world, "go");
  assert.deepEqual({ ...await daemon.exited() }, { success: true, code: 0, signal: null });
  assert.deepEqual(await diaryLines(diary), ["begun", "Down"]);
  const left = await Array.fromAsync(Deno.readDir(world.path("rvrrpd-r1.state")));
  assert.deepEqual(left, []);
});
