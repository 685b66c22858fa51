import assert from "node:assert/strict";
import { attempt } from "../support/command.ts";
import { Capture } from "../support/capture.ts";
import { virtualMac } from "../support/daemon.ts";
import { hostView, longestInterruption, ping, PingStream } from "../support/host.ts";
import { inject } from "../support/inject.ts";
import { keepalived } from "../support/keepalived.ts";
import { adverts, claims } from "../support/traffic.ts";
import { delay, settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { vrid: 7, addresses: [`${VIP}/24`] };

Deno.test("World removes its namespaces, processes and files", async () => {
  const world = await World.create();
  const daemon = await keepalived.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, priority: 100 }],
  });
  await world[Symbol.asyncDispose]();
  const { stdout } = await attempt(["ip", "netns", "list"]);
  assert.equal(stdout.includes(`rv-${world.id}-`), false);
  assert.equal(daemon.process.running, false);
  await assert.rejects(Deno.stat(world.directory), Deno.errors.NotFound);
});

Deno.test("World.unplug() cuts a machine off until plugIn()", async () => {
  await using world = await World.create();
  assert.equal(await ping(world, "host", ADDRESS.r1), true);
  await world.unplug("r1");
  assert.equal(await ping(world, "host", ADDRESS.r1), false);
  await world.plugIn("r1");
  assert.equal(await ping(world, "host", ADDRESS.r1), true);
});

Deno.test("PingStream shows an interruption where there was one", async () => {
  await using world = await World.create();
  const stream = await PingStream.start(world, ADDRESS.r1);
  await world.unplug("r1");
  await delay(500);
  await world.plugIn("r1");
  await delay(500);
  await stream.stop();
  assert.ok(longestInterruption(stream.answersMs).lengthMs >= 400);
});

Deno.test("Capture shows what keepalived sends", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world);
  const daemon = await keepalived.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, priority: 100, virtualMac: "macvlan", password: "secret12" }],
  });
  await daemon.waitFor("Master");
  await settled(() => hostView(world, { virtual: VIP, router: "r1" }), {
    virtual: virtualMac(7),
    own: MAC.r1,
  });
  await daemon.stop();
  const frames = await capture.stop();
  const seen = adverts(frames).map(({ tMs: _, ...advert }) => advert);
  const advert = {
    vrid: 7,
    authType: 1,
    addresses: [VIP],
    source: ADDRESS.r1,
    sourceMac: virtualMac(7),
    destination: "224.0.0.18",
  };
  assert.deepEqual(seen[0], { ...advert, priority: 100 });
  assert.deepEqual(seen.at(-1), { ...advert, priority: 0 });
  assert.deepEqual(
    new Set(claims(frames).map(({ address, mac }) => `${address} ${mac}`)),
    new Set([`${VIP} ${virtualMac(7)}`]),
  );
});

Deno.test("inject() puts frames on the wire byte for byte", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world, { filter: "ether proto 0x88b5" });
  const frames = ["ffffffffffff02000000000188b5a5a5", "ffffffffffff02000000000188b5"];
  await inject(world, { machine: "r1", frames: frames.map((hex) => Uint8Array.fromHex(hex)) });
  const seen = (await capture.stop()).map(({ frame: { buffer, byteOffset, byteLength } }) =>
    new Uint8Array(buffer, byteOffset, byteLength).toHex()
  );
  assert.deepEqual(seen, frames);
});
