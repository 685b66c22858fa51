import assert from "node:assert/strict";
import * as frame from "../../src/wire/frame.ts";
import * as hmacTrailer from "../../src/wire/hmac_trailer.ts";
import { Capture, type CapturedFrame } from "../support/capture.ts";
import { inject } from "../support/inject.ts";
import { HIGH, LOW } from "../support/pairs.ts";
import { Rvrrpd, type RvrrpdOptions, writeConfig } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { adverts } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, type Machine, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const KEY_1 = { id: 1, secret: "0123456789abcdefghijklmnopqrstuv" };
const KEY_2 = { id: 2, secret: `hex:${"5a".repeat(32)}` };
const PLAIN = { group: 1, vip: `${VIP}/24`, vmac: false, preemption: true };
const SIGNED = { ...PLAIN, auth_type: "hmac-sha256", auth_keys: [KEY_1], active_key: 1 };
/** One advertisement at least lies in it. */
const HEARD_MS = 1500;

function start(world: World, machine: Machine, router: TomlTable): Promise<Rvrrpd> {
  const priority = machine === "r1" ? HIGH : LOW;
  return Rvrrpd.start({ world, machine, routers: [{ priority, ...router }] });
}

/** r1 as Master, and r2 that has heard it. */
async function startPair(world: World, { first, second = first }: {
  readonly first: TomlTable;
  readonly second?: TomlTable;
}): Promise<{ readonly r1: Rvrrpd; readonly r2: Rvrrpd }> {
  const r1 = await start(world, "r1", first);
  await r1.waitFor("Master");
  const r2 = await start(world, "r2", second);
  await r2.waitFor("Backup");
  await delay(HEARD_MS);
  return { r1, r2 };
}

async function reload(
  daemon: Rvrrpd,
  { world, machine }: Pick<RvrrpdOptions, "world" | "machine">,
  router: TomlTable,
): Promise<void> {
  const priority = machine === "r1" ? HIGH : LOW;
  await writeConfig({ world, machine, routers: [{ priority, ...router }] });
  const since = daemon.process.mark();
  daemon.process.signal("SIGHUP");
  await daemon.process.waitForLine(/Goes on with its new configuration/, { since });
}

function bytesOf({ frame: view }: CapturedFrame): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** The key of each advertisement's trailer; undefined: none. */
function keyIds(frames: readonly CapturedFrame[]): (number | undefined)[] {
  return frames.flatMap(({ frame: view }) => {
    const packet = frame.parse(view);
    if (!packet.ok) return [];
    const { trailer } = hmacTrailer.split(packet.value.message, 4);
    const parsed = trailer && hmacTrailer.parse(trailer);
    return [parsed?.ok === true ? parsed.value.keyId : undefined];
  });
}

Deno.test("two rvrrpd with hmac-sha256 hand over, and take nothing that was sent before", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world, { filter: `vrrp and src ${ADDRESS.r1}` });
  const { r1, r2 } = await startPair(world, { first: SIGNED });
  await r1.stop();
  await r2.waitFor("Master");
  const since = r2.process.mark();
  const again = await start(world, "r1", SIGNED);
  await again.waitFor("Master");
  await r2.waitFor("Backup", { since });
  const recorded = await capture.stop();
  assert.deepEqual(new Set(keyIds(recorded)), new Set([1]));
  assert.ok(adverts(recorded).some(({ priority }) => priority === 0), "a farewell is among them");
  const refused = /Dropped an advertisement from 10\.9\.0\.1: (it was sent before|its clock is)/;
  const replay = async (target: Rvrrpd, changes: readonly string[]) => {
    // Somebody who has not the key sends all of it again.
    await inject(world, { machine: "host", frames: recorded.map(bytesOf), gapMs: 20 });
    await target.process.waitForLine(refused);
    assert.deepEqual(target.changes(), changes, target.process.text);
  };
  await replay(r2, ["Init to Backup", "Backup to Master", "Master to Backup"]);
  await r2.stop();
  const stopped = await start(world, "r2", SIGNED);
  await stopped.waitFor("Backup");
  await replay(stopped, ["Init to Backup"]);
  await stopped.kill();
  const killed = await start(world, "r2", SIGNED);
  await killed.waitFor("Backup");
  await replay(killed, ["Init to Backup"]);
  assert.deepEqual(again.changes(), ["Init to Backup", "Backup to Master"]);
});

Deno.test("a key is replaced by two reloads on each side, without a gap", async () => {
  await using world = await World.create();
  const { r1, r2 } = await startPair(world, { first: SIGNED });
  const capture = await Capture.start(world, { filter: "vrrp" });
  const both = { ...SIGNED, auth_keys: [KEY_1, KEY_2] };
  for (const router of [both, { ...both, active_key: 2 }]) {
    await reload(r2, { world, machine: "r2" }, router);
    await reload(r1, { world, machine: "r1" }, router);
    await delay(HEARD_MS);
  }
  const last = { ...SIGNED, auth_keys: [KEY_2], active_key: 2 };
  await reload(r1, { world, machine: "r1" }, last);
  await reload(r2, { world, machine: "r2" }, last);
  await delay(HEARD_MS);
  const frames = await capture.stop();
  assert.deepEqual([...new Set(keyIds(frames))], [1, 2]);
  assert.deepEqual(new Set(adverts(frames).map(({ source }) => source)), new Set([ADDRESS.r1]));
  assert.deepEqual(r2.changes(), ["Init to Backup"]);
  assert.doesNotMatch(r1.process.text + r2.process.text, /Dropped/);
});

Deno.test("signing is brought in by reloads, first to receive, without a gap", async () => {
  await using world = await World.create();
  const { r1, r2 } = await startPair(world, { first: PLAIN });
  const capture = await Capture.start(world, { filter: "vrrp" });
  for (const auth_mode of ["receive-only", "permissive", "enforce"]) {
    await reload(r2, { world, machine: "r2" }, { ...SIGNED, auth_mode });
    await reload(r1, { world, machine: "r1" }, { ...SIGNED, auth_mode });
    await delay(HEARD_MS);
  }
  const frames = await capture.stop();
  assert.deepEqual([...new Set(keyIds(frames))], [undefined, 1]);
  assert.deepEqual(r2.changes(), ["Init to Backup"]);
  assert.doesNotMatch(r1.process.text + r2.process.text, /Dropped/);
});

Deno.test("two rvrrpd with other keys are both Master and say why, once, without the keys", async () => {
  await using world = await World.create();
  const second = { ...SIGNED, auth_keys: [{ ...KEY_2, id: 1 }] };
  const { r1, r2 } = await startPair(world, { first: SIGNED, second });
  const complaint = /Dropped an advertisement from 10\.9\.0\.1: not signed with our key 1$/;
  await r2.process.waitForLine(complaint);
  await r2.waitFor("Master");
  assert.equal(r2.process.matching(complaint).length, 1, r2.process.text);
  for (const secret of [KEY_1.secret, "5a5a"]) {
    assert.ok(!(r1.process.text + r2.process.text).includes(secret), "a key was logged");
  }
});

Deno.test("rvrrpd runs with numbers that it cannot keep, and says so", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    general: { replay_dir: "/proc/rvrrpd" },
    routers: [{ ...SIGNED, priority: HIGH }],
  });
  await daemon.process.waitForLine(
    /Cannot keep the numbers of hmac-sha256 in \/proc\/rvrrpd.*replay_dir/,
  );
  await daemon.waitFor("Master");
});
