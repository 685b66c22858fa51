import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { run } from "../support/command.ts";
import { Rvrrpd, writeConfig } from "../support/rvrrpd.ts";
import { diaryLines, writeDiary, writeScript } from "../support/scripts.ts";
import { eventually, settled } from "../support/wait.ts";
import { World } from "../support/world.ts";
import { adverts3, VERSION_3_FILTER } from "../support/v3_traffic.ts";

const ORDINARY = 0;
const ROUND_ROBIN = 2;
/** Fields of /proc/PID/stat behind the name, counted from 0; proc_pid_stat(5). */
const POLICY_AT = 38;
const GROUPS = [1, 2, 3] as const;

/** How each thread of a process is scheduled, by its number. */
async function policies(pid: number): Promise<Map<number, number>> {
  const policies = new Map<number, number>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const stat = await Deno.readTextFile(`/proc/${pid}/task/${name}/stat`);
    policies.set(Number(name), Number(stat.replace(/^.*\) /, "").split(" ")[POLICY_AT]));
  }
  return policies;
}

/** Not every machine lets root have it. */
async function shortIntervalPolicy(): Promise<number> {
  try {
    await run(["chrt", "--rr", "1", "true"]);
    return ROUND_ROBIN;
  } catch {
    return ORDINARY;
  }
}

Deno.test("rvrrpd at intervals of 10 ms advertises in real time, and still reads, runs and stops", async () => {
  await using world = await World.create();
  const diary = await writeDiary(world, "diary");
  const policy = `tail -n 1 /proc/$$/stat | sed 's/^.*) //' | cut -d' ' -f${POLICY_AT + 1}`;
  const notify_master = await writeScript(world, "tell", `echo "policy $(${policy})" >>${diary}`);
  const config = (advert: number) => ({
    world,
    machine: "r1" as const,
    general: { script_user: "nobody" },
    routers: GROUPS.map((group) => ({
      ...{ version: 3, group, vip: `10.9.0.10${group}`, vmac: false, timers: { advert } },
      ...group === 1 ? { notify_master } : {},
    })),
  });
  const daemon = await Rvrrpd.start(config(0.01));
  for (const vrid of GROUPS) await daemon.waitFor("Master", { vrid });
  await settled(() => diaryLines(diary), [`policy ${ORDINARY}`]);

  const { pid } = daemon.process;
  const expected = await shortIntervalPolicy();
  const all = await policies(pid);
  assert.equal(all.get(pid), expected);
  all.delete(pid);
  assert.deepEqual(new Set(all.values()), new Set([ORDINARY]));

  const capture = await Capture.start(world, { filter: VERSION_3_FILTER });
  await capture.waitFor((frames) => adverts3(frames).length > 100, { what: "advertisements" });
  const seen = adverts3(await capture.stop());
  assert.deepEqual(new Set(seen.map(({ intervalCs }) => intervalCs)), new Set([1]));

  const since = daemon.process.mark();
  await writeConfig(config(1));
  daemon.process.signal("SIGHUP");
  await daemon.process.waitForLine(/Configuration read again/, { since });
  await settled(async () => (await policies(pid)).get(pid), ORDINARY);
  await daemon.stop();
});

Deno.test("rvrrpd at intervals of 10 ms deletes the macvlan of a router that a reload takes away", async () => {
  await using world = await World.create();
  const config = (...groups: readonly number[]) => ({
    world,
    machine: "r1" as const,
    routers: groups.map((group) => ({
      ...{ version: 3, group, vip: `10.9.0.10${group}`, iftype: "macvlan" },
      timers: { advert: 0.01 },
    })),
  });
  const daemon = await Rvrrpd.start(config(1, 2));
  for (const vrid of [1, 2]) await daemon.waitFor("Master", { vrid });
  const since = daemon.process.mark();
  await writeConfig(config(1));
  daemon.process.signal("SIGHUP");
  await daemon.process.waitForLine(/Configuration read again/, { since });
  await eventually(async () => {
    const links = await world.run("r1", ["ip", "-o", "link", "show", "type", "macvlan"]);
    return links.includes("standby1") && !links.includes("standby2");
  }, { what: "standby2 gone, and standby1 still there" });
  await daemon.stop();
});
