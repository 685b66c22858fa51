import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ADMIN_LINE } from "../api/fixtures.ts";
import { Capture } from "../support/capture.ts";
import { attempt } from "../support/command.ts";
import { TestProcess } from "../support/process.ts";
import { changePattern, writeConfig } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";

const PROGRAM = fileURLToPath(new URL("api_worker_ends.ts", import.meta.url));
const BASE = "http://127.0.0.1:7080";
/** What the Backups of other makes wait at the least. */
const MASTER_DOWN_MS = 3000;

Deno.test("an API whose thread has ended begins anew, and no advertisement is missed", async () => {
  await using world = await World.create();
  const file = await writeConfig({
    world,
    machine: "r1",
    routers: [{ group: 1, vip: "10.9.0.100", vmac: false, priority: 254 }],
    general: { api: { users: [ADMIN_LINE], host: "127.0.0.1:7080", secret: "signs" } },
  });
  const flags = ["-A", "--no-check", "--unstable-net", "--unstable-worker-options"];
  const daemon = world.own(
    new TestProcess({
      command: Deno.execPath(),
      args: ["run", ...flags, PROGRAM, "-m1", "-c", file],
      namespace: world.namespace("r1"),
    }),
  );
  const inside = ["ip", "netns", "exec", world.namespace("r1"), "curl", "-s", "-m", "20"] as const;
  const curl = async (...args: string[]) => (await attempt([...inside, ...args])).stdout;
  const status = (...args: string[]) => curl("-o", "/dev/null", "-w", "%{http_code}", ...args);
  const jar = world.path("cookies");
  const socket = world.path("rvrrpd-r1.sock");
  await daemon.waitForLine(/The client API listens on/);
  await daemon.waitForLine(changePattern("Master"));
  await curl("-c", jar, "-d", "user=admin passwd=banana", `${BASE}/auth`);
  assert.equal(await status("-b", jar, `${BASE}/run/vrrp`), "200");
  const capture = await Capture.start(world, { filter: "vrrp" });

  const mark = daemon.mark();
  daemon.signal("SIGHUP");
  await daemon.waitForLine(/Internal error in the client API, which begins anew: .*a fault/, {
    since: mark,
  });
  await daemon.waitForLine(/The client API listens on/, { since: mark });
  await eventually(async () => await status("-u", "admin:banana", `${BASE}/run/vrrp`) === "200", {
    what: "an answer of the new thread",
  });
  // Whether somebody has signed out meanwhile nobody knows any more.
  assert.equal(await status("-b", jar, `${BASE}/run/vrrp`), "401");
  await eventually(
    async () => (await curl("--unix-socket", socket, `${BASE}/run/vrrp`)).includes('"Master"'),
    { what: "an answer on the control socket" },
  );
  const changed = daemon.mark();
  daemon.signal("SIGHUP");
  await daemon.waitForLine(/Configuration read again/, { since: changed });
  assert.equal(await status("-u", "admin:banana", `${BASE}/run/vrrp`), "200");

  const times = adverts(await capture.stop()).map(({ tMs }) => tMs);
  const gaps = times.slice(1).map((tMs, index) => tMs - (times[index] ?? tMs));
  assert.ok(times.length >= 2 && Math.max(...gaps) < MASTER_DOWN_MS, gaps.join(" "));
  assert.deepEqual(daemon.matching(changePattern("Backup")).slice(1), []);
  assert.equal((await daemon.stop()).code, 0);
});
