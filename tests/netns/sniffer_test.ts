import assert from "node:assert/strict";
import { formatJson } from "../../src/sniffer/json.ts";
import { dissect } from "../../src/sniffer/dissect.ts";
import * as pcap from "../../src/wire/pcap.ts";
import { advertFrame } from "../support/advert_frame.ts";
import { fromHex, hexOf, valueOf, viewOf } from "../support/bytes.ts";
import { capturedFrames } from "../support/captures.ts";
import { attempt } from "../support/command.ts";
import { inject } from "../support/inject.ts";
import { keepalived } from "../support/keepalived.ts";
import { TestProcess } from "../support/process.ts";
import { RVRRPD, Rvrrpd } from "../support/rvrrpd.ts";
import { afterPatience, eventually, PATIENCE_MS } from "../support/wait.ts";
import { World } from "../support/world.ts";

interface Seen {
  readonly direction: "in" | "out";
  readonly kind: string;
  readonly vlans: readonly number[];
  readonly dst_mac: string;
  readonly ip?: { readonly version: number; readonly dst: string; readonly hop_limit?: number };
  readonly vrrp?: {
    readonly version: number;
    readonly vrid: number;
    readonly priority: number;
    readonly advert_interval_cs?: number;
    readonly addresses: readonly string[];
    readonly checksum_ok: boolean;
    readonly checksum_rfc5798_ok?: boolean;
    readonly checksum_rfc9568_ok?: boolean;
  };
  readonly problems: readonly string[];
}

/** The sniffer on eth0 of r1, once it listens. */
class Sniffer implements AsyncDisposable {
  readonly process: TestProcess;

  private constructor(process: TestProcess) {
    this.process = process;
  }

  static async start(world: World, ...args: string[]): Promise<Sniffer> {
    const sniffer = world.own(
      new Sniffer(
        new TestProcess({
          command: RVRRPD,
          args: ["-m0", "-i", "eth0", "--json", ...args],
          namespace: world.namespace("r1"),
        }),
      ),
    );
    await sniffer.process.waitForLine(/^Listening on eth0/);
    return sniffer;
  }

  get lines(): string[] {
    return this.process.lines.filter(({ stream }) => stream === "stdout").map(({ text }) => text);
  }

  get seen(): Seen[] {
    return this.lines.map((line) => JSON.parse(line));
  }

  waitForFrames(count: number): Promise<Seen[]> {
    const what = `${count} frames`;
    return eventually(() => this.lines.length >= count ? this.seen : undefined, { what });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process.kill();
  }
}

/** How many want every frame of eth0 of r1, and the flags that everybody sees. */
async function promiscuity(world: World): Promise<{ count: number; flags: string }> {
  const text = await world.run("r1", ["ip", "-d", "-j", "link", "show", "eth0"]);
  const [link] = JSON.parse(text) as [{ promiscuity: number; flags: string[] }];
  return { count: link.promiscuity, flags: link.flags.join() };
}

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
  Deno.test(`an interface is as promiscuous after ${signal} to the sniffer as before`, async () => {
    await using world = await World.create();
    const before = await promiscuity(world);
    const sniffer = await Sniffer.start(world);
    assert.equal((await promiscuity(world)).count, before.count + 1);
    sniffer.process.signal(signal);
    const status = await sniffer.process.exited();
    assert.deepEqual(await promiscuity(world), before);
    if (signal !== "SIGKILL") {
      assert.deepEqual([status.code, status.signal], [0, null]);
      assert.match(sniffer.process.text, /^0 packets$/m);
    }
  });
}

Deno.test("the sniffer shows both directions, also what is for nobody here", async () => {
  await using world = await World.create();
  const sniffer = await Sniffer.start(world);
  await inject(world, { machine: "r2", frames: [advertFrame({ advert: { vrid: 2 } })] });
  await sniffer.waitForFrames(1);
  await inject(world, { machine: "r1", frames: [advertFrame({ advert: { vrid: 1 } })] });
  await sniffer.waitForFrames(2);
  const elsewhere = advertFrame({ advert: { vrid: 3 } });
  elsewhere.set([0x02, 0, 0, 0, 0, 0x99]);
  await inject(world, { machine: "r2", frames: [elsewhere] });
  const seen = await sniffer.waitForFrames(3);
  assert.deepEqual(
    seen.map(({ direction, vrrp, dst_mac }) => [direction, vrrp?.vrid, dst_mac]),
    [
      ["in", 2, "01:00:5e:00:00:12"],
      ["out", 1, "01:00:5e:00:00:12"],
      ["in", 3, "02:00:00:00:00:99"],
    ],
  );
});

/** What says the same of a frame from the wire and from a file. */
function lasting(json: string): unknown {
  const { time: _time, direction: _direction, ...rest } = JSON.parse(json);
  return rest;
}

/** A bridge sends a unicast frame only to where it believes its destination to be. */
const isMulticast = (bytes: Uint8Array) => ((bytes[0] ?? 0) & 1) === 1;

const DIRECTIONS = [
  { machine: "r1", what: "sends", isSeen: () => true },
  { machine: "r2", what: "receives", isSeen: isMulticast },
] as const;

for (const { machine, what, isSeen } of DIRECTIONS) {
  Deno.test(`the sniffer shows every captured frame that r1 ${what} as it does from a file`, async () => {
    await using world = await World.create();
    const sniffer = await Sniffer.start(world);
    const frames = capturedFrames()
      .filter(({ decoded: { kind } }) => ["vrrp", "ah-vrrp", "carp"].includes(kind))
      .map(({ bytes }) => bytes)
      .filter(isSeen);
    await inject(world, { machine, frames });
    await sniffer.waitForFrames(frames.length);
    const expected = frames.map((bytes) =>
      lasting(
        formatJson(dissect({ timestampUs: 0, bytes: viewOf(bytes), wireBytes: bytes.length })),
      )
    );
    assert.deepEqual(sniffer.lines.map(lasting), expected);
  });
}

Deno.test("the sniffer passes over everything else, and writes what it shows as it was", async () => {
  await using world = await World.create();
  const file = world.path("seen.pcap");
  const sniffer = await Sniffer.start(world, "-w", file, "--count", "2");
  const plain = advertFrame();
  const tagged = fromHex(`${plain.toHex().slice(0, 24)}8100e064${plain.toHex().slice(24)}`);
  const udp = advertFrame();
  udp[23] = 17;
  const arps = capturedFrames().filter(({ decoded }) => decoded.kind === "arp");
  const others = [udp, ...arps.slice(0, 3).map(({ bytes }) => bytes)];
  await inject(world, { machine: "r2", frames: [...others, tagged, plain, plain] });
  assert.equal((await sniffer.process.exited()).code, 0);
  assert.deepEqual(sniffer.seen.map(({ vlans }) => vlans), [[100], []]);
  const records = valueOf(pcap.parse(viewOf(await Deno.readFile(file))));
  assert.deepEqual(records.map(({ frame }) => hexOf(frame)), [tagged, plain].map(hexOf));
});

Deno.test("the sniffer sees a tag of its own machine's frames too", async () => {
  await using world = await World.create();
  const sniffer = await Sniffer.start(world, "--count", "1");
  const plain = advertFrame().toHex();
  const tagged = fromHex(`${plain.slice(0, 24)}88a8000281000064${plain.slice(24)}`);
  await inject(world, { machine: "r1", frames: [tagged] });
  const [seen] = await sniffer.waitForFrames(1);
  assert.deepEqual([seen?.direction, seen?.vlans], ["out", [2, 100]]);
});

Deno.test("the sniffer finds no fault with what our own Master sends", async () => {
  await using world = await World.create({ ipv6: true });
  const sniffer = await Sniffer.start(world);
  const router = { priority: 200, vmac: false };
  await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [
      { ...router, group: 7, vip: ["10.9.0.100", "10.9.0.101"] },
      { ...router, group: 8, vip: "10.9.0.108", version: 3, timers: { advert: 0.25 } },
      { ...router, group: 9, vip: ["fe80::9", "2001:db8:9::9"], version: 3 },
    ],
  });
  for (const vrid of [7, 8, 9]) {
    await eventually(
      () => sniffer.seen.filter(({ vrrp }) => vrrp?.vrid === vrid).length >= 2 || undefined,
      { what: `two advertisements of group ${vrid}` },
    );
  }
  const strange = sniffer.seen.filter(({ direction, problems, vrrp }) =>
    direction !== "out" || problems.length > 0 || vrrp?.checksum_ok !== true
  );
  assert.deepEqual(strange, []);
});

Deno.test("the sniffer shows version 3 of a real keepalived, over IPv4 and IPv6", async () => {
  await using world = await World.create({ ipv6: true });
  const sniffer = await Sniffer.start(world);
  const router = { version: 3, priority: 90, advertS: 0.25 } as const;
  await keepalived.start({
    world,
    machine: "r2",
    routers: [
      { ...router, vrid: 5, addresses: ["10.9.0.105"] },
      { ...router, vrid: 6, addresses: ["fe80::6", "2001:db8:9::6"] },
    ],
  });
  const firstOf = (vrid: number) =>
    eventually(() => sniffer.seen.find(({ vrrp }) => vrrp?.vrid === vrid), {
      what: `VRID ${vrid}`,
    });
  const { ip: ip4, vrrp: four, ...rest4 } = await firstOf(5);
  assert.deepEqual([ip4?.version, ip4?.dst, rest4.problems], [4, "224.0.0.18", []]);
  assert.deepEqual([four?.version, four?.advert_interval_cs, four?.checksum_ok], [3, 25, true]);
  assert.deepEqual([four?.checksum_rfc5798_ok, four?.checksum_rfc9568_ok], [true, false]);
  const { ip: ip6, vrrp: six, ...rest6 } = await firstOf(6);
  assert.deepEqual([ip6?.version, ip6?.dst, ip6?.hop_limit], [6, "ff02::12", 255]);
  assert.deepEqual([rest6.direction, rest6.dst_mac], ["in", "33:33:00:00:00:12"]);
  assert.deepEqual([six?.version, six?.advert_interval_cs, six?.checksum_ok], [3, 25, true]);
  assert.deepEqual([six?.addresses, rest6.problems], [["fe80::6", "2001:db8:9::6"], []]);
});

Deno.test("the sniffer waits for an interface that is down", async () => {
  await using world = await World.create();
  await world.ip("r1", "link set eth0 down");
  const sniffer = await Sniffer.start(world);
  await sniffer.process.waitForLine(/^eth0 is down: waiting/);
  await world.ip("r1", "link set eth0 up");
  await inject(world, { machine: "r2", frames: [advertFrame()] });
  await sniffer.waitForFrames(1);
  await world.ip("r1", "link set eth0 down");
  await sniffer.process.waitForLine(/^eth0 went down: waiting/);
  await world.ip("r1", "link set eth0 up");
  await inject(world, { machine: "r2", frames: [advertFrame()] });
  await sniffer.waitForFrames(2);
});

Deno.test("the sniffer exits with 2 and a line when its interface is gone", async () => {
  await using world = await World.create();
  const sniffer = await Sniffer.start(world);
  await world.removeLink("r1");
  assert.equal((await sniffer.process.exited()).code, 2);
  assert.match(sniffer.process.text, /^rvrrpd: Cannot listen on eth0 .*the interface is gone$/m);
});

Deno.test("the sniffer ends on SIGINT also while nobody reads what it shows", async () => {
  await using world = await World.create();
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", world.namespace("r1"), RVRRPD, "-m0", "-i", "eth0"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    await eventually(async () => (await promiscuity(world)).count === 1, { what: "the sniffer" });
    // Many times what a pipe holds.
    const frames = new Array<Uint8Array>(1500).fill(advertFrame());
    await inject(world, { machine: "r2", frames });
    child.kill("SIGINT");
    const tooLate = Promise.withResolvers<never>();
    const callOff = afterPatience(PATIENCE_MS, () => tooLate.reject(new Error("it still runs")));
    const status = await Promise.race([child.status, tooLate.promise]);
    callOff();
    assert.deepEqual([status.code, status.signal], [0, null]);
  } finally {
    await child.stdout.cancel();
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended, as it should.
    }
  }
});

function inR1(world: World, ...argv: string[]): [string, ...string[]] {
  return ["ip", "netns", "exec", world.namespace("r1"), ...argv];
}

Deno.test("the sniffer without CAP_NET_RAW says so in one line and exits with 2", async () => {
  await using world = await World.create();
  const limited = ["setpriv", "--bounding-set=-net_raw"];
  const result = await attempt(inR1(world, ...limited, RVRRPD, "-m0", "-i", "eth0"));
  assert.deepEqual({ code: result.code, stdout: result.stdout }, { code: 2, stdout: "" });
  assert.match(result.stderr, /^rvrrpd: This process lacks CAP_NET_RAW: [^\n]+\n$/);
});

Deno.test("the sniffer with CAP_NET_RAW alone works", async () => {
  await using world = await World.create();
  const limited = ["setpriv", "--bounding-set=-all,+net_raw"] as const;
  const process = world.own(
    new TestProcess({
      command: limited[0],
      args: [...limited.slice(1), RVRRPD, "-m0", "-i", "eth0", "--count", "1"],
      namespace: world.namespace("r1"),
    }),
  );
  await process.waitForLine(/^Listening on eth0/);
  await inject(world, { machine: "r2", frames: [advertFrame()] });
  assert.equal((await process.exited()).code, 0);
});

Deno.test("the sniffer refuses an interface without Ethernet frames", async () => {
  await using world = await World.create();
  await world.run("r1", ["ip", "tuntap", "add", "tun0", "mode", "tun"]);
  const { code, stderr } = await attempt(inR1(world, RVRRPD, "-m0", "-i", "tun0"));
  assert.equal(code, 2);
  assert.equal(stderr, "rvrrpd: Cannot listen on tun0: it is not an Ethernet interface\n");
});
