import assert from "node:assert/strict";
import * as frame from "../../src/wire/frame.ts";
import * as hmacTrailer from "../../src/wire/hmac_trailer.ts";
import * as vrrp3 from "../../src/wire/vrrp3.ts";
import { Capture, type CapturedFrame } from "../support/capture.ts";
import { HIGH, LOW } from "../support/pairs.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { ADDRESS6, type Machine, World } from "../support/world.ts";

const SIGNED = {
  group: 1,
  version: 3,
  vmac: false,
  preemption: true,
  timers: { advert: 0.25 },
  auth_type: "hmac-sha256",
  auth_keys: [{ id: 1, secret: "0123456789abcdefghijklmnopqrstuv" }],
  active_key: 1,
};
/** At this level a daemon tells of each advertisement that it has accepted. */
const TELLS_WHAT_IT_HEARS = { debug: 3 };

const IPV6_VIPS = ["fe80::100", "fd00:9::100/64"];
const SCENES: Readonly<Record<string, (machine: Machine) => TomlTable>> = {
  "over IPv4": () => ({ vip: "10.9.0.100/24" }),
  "over IPv6": () => ({ vip: IPV6_VIPS }),
  "over IPv6 to a peer": (machine) => ({
    vip: IPV6_VIPS,
    unicast_src: ADDRESS6[machine],
    unicast_peers: [ADDRESS6[machine === "r1" ? "r2" : "r1"]],
  }),
};

/** Whether it is signed, and summed up as the peer's kernel expects it. */
function isWhole({ frame: view }: CapturedFrame): boolean {
  const packet = frame.parse(view);
  if (!packet.ok) return false;
  const { family, message: payload, ...ends } = packet.value;
  const { message, trailer } = hmacTrailer.split(payload, family);
  const covered = family === 6 ? payload : message;
  return trailer !== undefined && vrrp3.checksumFormOf(covered, ends) === "rfc5798";
}

for (const [scene, keys] of Object.entries(SCENES)) {
  Deno.test(`two rvrrpd of version 3 with hmac-sha256 hear each other and hand over ${scene}`, async () => {
    await using world = await World.create({ ipv6: true });
    const start = (machine: Machine, priority: number) => {
      const router = { ...SIGNED, ...keys(machine), priority };
      return Rvrrpd.start({ world, machine, routers: [router], general: TELLS_WHAT_IT_HEARS });
    };
    const capture = await Capture.start(world, { filter: "ip proto 112 or ip6 proto 112" });
    const r1 = await start("r1", HIGH);
    await r1.waitFor("Master");
    const r2 = await start("r2", LOW);
    await r2.process.waitForLine(new RegExp(`heard priority ${HIGH} from`));
    assert.deepEqual(r2.process.matching(/Dropped/), [], r2.process.text);
    await r1.kill();
    await r2.waitFor("Master");
    const since = r2.process.mark();
    const again = await start("r1", HIGH);
    await again.waitFor("Master");
    await r2.waitFor("Backup", { since });
    const seen = await capture.stop();
    assert.notEqual(seen.length, 0);
    assert.ok(seen.every(isWhole), "each is signed");
  });
}
