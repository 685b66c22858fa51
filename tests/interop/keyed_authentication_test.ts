import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { authenticated } from "../../src/vrrp/auth.ts";
import { type AdvertDifferences, advertFrame } from "../support/advert_frame.ts";
import { Capture } from "../support/capture.ts";
import { inject } from "../support/inject.ts";
import { HIGH, LOW, LOW_MASTER_DOWN_MS } from "../support/pairs.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { adverts } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { group: 1, vip: `${VIP}/24`, vmac: false };
const SECRET = "thissecretnolongeris";
/** One advertisement at least lies in it. */
const HEARD_MS = 1500;

function keyed(authType: string, secret = SECRET): TomlTable {
  return { ...ROUTER, auth_type: authType, auth_secret: secret };
}

async function startPair(
  world: World,
  { first, second }: { readonly first: TomlTable; readonly second: TomlTable },
): Promise<{ first: Rvrrpd; second: Rvrrpd }> {
  const r1 = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...first, priority: HIGH }],
  });
  await r1.waitFor("Master");
  const r2 = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...second, priority: LOW }],
  });
  await r2.waitFor("Backup");
  return { first: r1, second: r2 };
}

const SAME = [
  { row: "P0", first: "p0-t8-sha256", second: "p0-t8-sha256", type: 250 },
  { row: "P1 under its two names", first: "p1-b8-shake256", second: "p1-t8-shake256", type: 251 },
];

for (const { row, first, second, type } of SAME) {
  Deno.test(`two rvrrpd with ${row} hear each other`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world);
    const running = await startPair(world, { first: keyed(first), second: keyed(second) });
    await delay(HEARD_MS);
    await running.first.stop();
    await running.second.waitFor("Master");
    const seen = adverts(await capture.stop());
    const farewell = seen.find(({ priority }) => priority === 0)?.tMs ?? NaN;
    const takeOver = seen.find(({ source }) => source === ADDRESS.r2)?.tMs ?? NaN;
    // Only a Backup that accepts the farewell is there before Master-Down has run out.
    assert.ok(takeOver > farewell && takeOver - farewell < LOW_MASTER_DOWN_MS);
    assert.deepEqual(new Set(seen.map(({ authType }) => authType)), new Set([type]));
  });
}

const DIFFERENT = [
  {
    row: "other secrets",
    first: keyed("p0-t8-sha256"),
    second: keyed("p0-t8-sha256", "thissecretwasnever"),
    complaint: /Dropped an advertisement from \S+: another secret$/,
  },
  {
    row: "other types",
    first: keyed("p0-t8-sha256"),
    second: keyed("p1-b8-shake256"),
    complaint: /Dropped an advertisement from \S+: authentication type 25[01], ours is 25[01]$/,
  },
];

for (const { row, first, second, complaint } of DIFFERENT) {
  Deno.test(`two rvrrpd with ${row} are both Master and say why, once each`, async () => {
    await using world = await World.create();
    const running = await startPair(world, { first, second });
    await running.second.waitFor("Master");
    await running.first.process.waitForLine(complaint);
    await delay(HEARD_MS);
    for (const { process } of [running.first, running.second]) {
      await process.waitForLine(complaint);
      assert.equal(process.matching(complaint).length, 1, process.text);
      assert.doesNotMatch(process.text, /thissecret/, "a secret was logged");
    }
  });
}

const P0_FROM_R2 = authenticated(
  { type: "p0-t8-sha256", key: new TextEncoder().encode(SECRET) },
  { vrid: 1, priority: 254, advertIntervalS: 1, addresses: [ip(VIP)] },
);

/** Beyond the Master-Down interval of the daemon that gets them. */
const FORGED = { count: 40, gapMs: 150 };

const FORGERIES: readonly { readonly row: string; readonly advert: AdvertDifferences["advert"] }[] =
  [
    { row: "the last byte of the authentication", advert: { authData: withOtherEnd() } },
    { row: "the priority", advert: { priority: 255 } },
  ];

function withOtherEnd(): Uint8Array<ArrayBuffer> {
  const data = P0_FROM_R2.authData.slice();
  return data.fill((data.at(-1) ?? 0) ^ 1, data.length - 1);
}

for (const { row, advert } of FORGERIES) {
  Deno.test(`rvrrpd does not take a repeat for the true one where ${row} differs`, async () => {
    await using world = await World.create();
    const daemon = await Rvrrpd.start({
      world,
      machine: "r1",
      routers: [{ ...keyed("p0-t8-sha256"), priority: LOW }],
    });
    await daemon.waitFor("Backup");
    const forged = advertFrame({ advert: { ...P0_FROM_R2, ...advert } });
    const frames = [
      advertFrame({ advert: P0_FROM_R2 }),
      ...Array.from({ length: FORGED.count }, () => forged),
    ];
    await inject(world, { machine: "r2", frames, gapMs: FORGED.gapMs });
    assert.deepEqual(daemon.changes(), ["Init to Backup", "Backup to Master"]);
  });
}

Deno.test("rvrrpd gives way to the frame that the forgeries are made of", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...keyed("p0-t8-sha256"), priority: LOW }],
  });
  await daemon.waitFor("Master");
  const since = daemon.process.mark();
  await inject(world, { machine: "r2", frames: [advertFrame({ advert: P0_FROM_R2 })] });
  await daemon.waitFor("Backup", { since });
});
