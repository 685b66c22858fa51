import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import type { VirtualMac } from "../support/daemon.ts";
import { keepalived } from "../support/keepalived.ts";
import { rvrrpd } from "../support/rvrrpd.ts";
import { HIGH, LOW, V4, V6 } from "../support/v3_sides.ts";
import { adverts3, reigns, type SeenAdvert3, VERSION_3_FILTER } from "../support/v3_traffic.ts";
import { ADDRESS, LINK_LOCAL, World } from "../support/world.ts";

const VRID = 51;
const virtualMac: VirtualMac = "macvlan";

Deno.test("version 3: one group of both families has a Master for each, here rvrrpd and there keepalived", async () => {
  await using world = await World.create({ ipv6: true });
  const capture = await Capture.start(world, { filter: VERSION_3_FILTER });
  const routers = ({ priority4, priority6 }: Record<"priority4" | "priority6", number>) => [
    { ...V4, vrid: VRID, priority: priority4, virtualMac },
    // With an interface keepalived's instance gets another name, which has to be unique.
    { ...V6, vrid: VRID, priority: priority6, virtualMac, interface: "eth0" },
  ];
  const theirs = await keepalived.start({
    world,
    machine: "r2",
    routers: routers({ priority4: LOW, priority6: HIGH }),
  });
  await seenFrom(capture, [ADDRESS.r2, LINK_LOCAL.r2]);
  await rvrrpd.start({
    world,
    machine: "r1",
    routers: routers({ priority4: HIGH, priority6: LOW }),
  });
  await seenFrom(capture, [ADDRESS.r1, LINK_LOCAL.r2]);
  await theirs.stop();
  await seenFrom(capture, [ADDRESS.r1, LINK_LOCAL.r1]);
  const seen = adverts3(await capture.stop());
  const of = (family: 4 | 6) => seen.filter((advert) => advert.family === family);
  assert.deepEqual(reigns(of(4)), [ADDRESS.r2, ADDRESS.r1]);
  assert.deepEqual(reigns(of(6)), [LINK_LOCAL.r2, LINK_LOCAL.r1]);
  // Who is Backup of one family has nothing to leave there.
  assert.deepEqual(farewells(seen), [LINK_LOCAL.r2]);
});

/** Waits until the last advertisements came from these, each for its family. */
async function seenFrom(capture: Capture, sources: readonly string[]): Promise<void> {
  await capture.waitFor((frames) => {
    const latest = adverts3(frames).slice(-2 * sources.length);
    const heard = new Set(latest.map(({ source }) => source));
    return latest.length > sources.length && sources.every((source) => heard.has(source)) &&
      heard.size === sources.length;
  }, { what: `advertisements of ${sources.join(" and ")} alone` });
}

function farewells(seen: readonly SeenAdvert3[]): string[] {
  return seen.filter(({ priority }) => priority === 0).map(({ source }) => source);
}
