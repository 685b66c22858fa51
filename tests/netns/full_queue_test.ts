import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { World } from "../support/world.ts";

const ROUTER = { group: 1, priority: 250, vip: "10.9.0.100/24", vmac: false };

Deno.test("rvrrpd names a full queue and its mend once, and sends again when there is room", async () => {
  await using world = await World.create();
  await world.run("r1", ["tc", "qdisc", "add", "dev", "eth0", "root", "pfifo", "limit", "0"]);
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  // Several advertisements and announcements fail in this time.
  await delay(2500);
  const errors = daemon.process.matching(/ENOBUFS/);
  assert.equal(errors.length, 1, daemon.process.text);
  assert.match(errors[0] ?? "", /^error: Cannot send on eth0: ENOBUFS \(.*raise txqueuelen/);

  const capture = await Capture.start(world);
  await world.run("r1", ["tc", "qdisc", "del", "dev", "eth0", "root"]);
  await delay(2500);
  const seen = adverts(await capture.stop());
  assert.ok(seen.length >= 2, `${seen.length} advertisements after the queue was open again`);
  await daemon.stop();
});
