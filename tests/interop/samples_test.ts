import assert from "node:assert/strict";
import { AUTH_TYPE } from "../../src/wire/auth.ts";
import { Capture } from "../support/capture.ts";
import { attempt } from "../support/command.ts";
import { virtualMac } from "../support/daemon.ts";
import { addressesOf, hostView, macOf } from "../support/host.ts";
import { TestProcess } from "../support/process.ts";
import { changePattern, RVRRPD } from "../support/rvrrpd.ts";
import { sampleFiles, samplePath } from "../support/samples.ts";
import { adverts, type SeenAdvert } from "../support/traffic.ts";
import { delay, settled } from "../support/wait.ts";
import { ADDRESS, type Machine, World } from "../support/world.ts";

/** One advertisement at least lies in it. */
const HEARD_MS = 1500;

/** What a virtual router of a sample comes to in the world of the tests. */
interface SampleRouter {
  readonly vrid: number;
  readonly interface: "eth0" | "eth1";
  readonly vip: string;
  /** The interface that has the virtual MAC and address on a Master. */
  readonly carrier: string;
  readonly prefixLength: number;
  readonly authType: number;
}

interface SampleRoute {
  readonly dst: string;
  readonly gateway: string;
  readonly metric?: number;
  readonly metrics?: readonly { readonly mtu: number }[];
}

interface Sample {
  readonly file: string;
  /** Names and addresses of the sample, and what stands for them here. */
  readonly here: Readonly<Record<string, string>>;
  readonly routers: readonly SampleRouter[];
  readonly routes: readonly SampleRoute[];
}

const NEXT_HOP = ADDRESS.host;

const SAMPLES: readonly Sample[] = [
  {
    file: "every-key.toml",
    here: { "10.2.2.254": "10.9.0.254", "10.2.2.1": NEXT_HOP },
    routers: [
      {
        vrid: 2,
        interface: "eth0",
        vip: "10.9.0.254",
        carrier: "eth0",
        prefixLength: 24,
        authType: AUTH_TYPE.p0,
      },
      {
        vrid: 5,
        interface: "eth1",
        vip: "10.0.5.254",
        carrier: "standby5",
        prefixLength: 32,
        authType: AUTH_TYPE.p1,
      },
    ],
    routes: [
      { dst: "100.100.100.0/24", gateway: NEXT_HOP, metric: 100, metrics: [{ mtu: 1500 }] },
      { dst: "100.100.101.0/24", gateway: NEXT_HOP },
    ],
  },
  {
    file: "manual-basic.toml",
    here: {
      "ens192.900": "eth0",
      "10.100.100.1": "10.9.0.100",
      "10.240.0.254": NEXT_HOP,
    },
    routers: [
      {
        vrid: 1,
        interface: "eth0",
        vip: "10.9.0.100",
        carrier: "vrrp0",
        prefixLength: 32,
        authType: AUTH_TYPE.simplePassword,
      },
    ],
    routes: [{ dst: "default", gateway: NEXT_HOP }],
  },
  {
    file: "nulls.json",
    here: { "10.0.2.1": "10.9.0.100", "10.2.2.1": NEXT_HOP },
    routers: [
      {
        vrid: 2,
        interface: "eth0",
        vip: "10.9.0.100",
        carrier: "vrrp0",
        prefixLength: 32,
        authType: AUTH_TYPE.none,
      },
    ],
    routes: [
      { dst: "100.100.100.0/24", gateway: NEXT_HOP, metric: 500, metrics: [{ mtu: 1500 }] },
    ],
  },
];

Deno.test("every sample is tried", () => {
  assert.deepEqual(sampleFiles(), SAMPLES.map(({ file }) => file));
});

for (const { file } of SAMPLES) {
  Deno.test(`rvrrpd --check finds no error in ${file}`, async () => {
    const { code, stdout } = await attempt([RVRRPD, "--check", "-c", samplePath(file)]);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: `${samplePath(file)}: no errors\n` });
  });
}

for (const sample of SAMPLES) {
  Deno.test(`${sample.file} runs to a take-over`, async () => {
    await using world = await World.create();
    if (sample.routers.some((router) => router.interface === "eth1")) await addEth1(world);
    const capture = await Capture.start(world, { filter: "vrrp" });
    const first = await start(world, { machine: "r1", sample });
    await waitForAll(first, "Master", sample);
    const second = await start(world, { machine: "r2", sample });
    await waitForAll(second, "Backup", sample);
    await delay(HEARD_MS);
    await first.kill();
    // The kernel of a router that lost power does not answer for the address either.
    await world.unplug("r1");
    await waitForAll(second, "Master", sample);
    await assertServes(world, sample);
    assertSaidOnce(second);
    assert.equal((await second.stop()).code, 0, second.text);
    assertTakenOver(adverts(await capture.stop()), sample);
    assert.deepEqual(await routesOf(world), []);
  });
}

/** On the same switch, where it must not answer for what is on eth0. */
async function addEth1(world: World): Promise<void> {
  for (const [machine, number] of [["r1", 1], ["r2", 2]] as const) {
    await world.addLink({
      machine,
      name: "eth1",
      mac: `02:00:00:00:01:0${number}`,
      address: `10.0.5.${number}/24`,
    });
    await world.run(machine, ["sysctl", "-qw", "net.ipv4.conf.eth1.arp_ignore=1"]);
  }
}

/**
 * Runs the daemon with a sample in which nothing but names and addresses differ. All else that it
 * touches lies under /run, which is another one for each.
 */
async function start(
  world: World,
  { machine, sample }: { readonly machine: Machine; readonly sample: Sample },
): Promise<TestProcess> {
  const file = world.path(`${machine}-${sample.file}`);
  await Deno.writeTextFile(file, await adapted(sample), { mode: 0o600 });
  const script = 'mount -t tmpfs none /run && exec "$@"';
  return world.own(
    new TestProcess({
      command: "sh",
      args: ["-c", script, "sh", RVRRPD, "-m1", "-c", file],
      namespace: world.namespace(machine),
    }),
  );
}

async function adapted({ file, here }: Sample): Promise<string> {
  const text = await Deno.readTextFile(samplePath(file));
  return Object.entries(here).reduce((changed, [there, ours]) => {
    assert.ok(changed.includes(`"${there}"`), `${file} does not speak of ${there}`);
    return changed.replaceAll(`"${there}"`, `"${ours}"`);
  }, text);
}

async function waitForAll(
  daemon: TestProcess,
  state: "Backup" | "Master",
  { routers }: Sample,
): Promise<void> {
  await Promise.all(routers.map(({ vrid }) => daemon.waitForLine(changePattern(state, vrid))));
}

async function assertServes(world: World, { routers, routes }: Sample): Promise<void> {
  for (const { vrid, vip, carrier, prefixLength, interface: name } of routers) {
    assert.equal(await macOf(world, "r2", carrier), virtualMac(vrid));
    assert.ok((await addressesOf(world, "r2", carrier)).includes(`${vip}/${prefixLength}`));
    // The host is in the network of eth0 alone.
    if (name !== "eth0") continue;
    const view = async () => (await hostView(world, { virtual: vip, router: "r2" })).virtual;
    await settled(view, virtualMac(vrid));
  }
  await settled(() => routesOf(world), routes);
}

/** Those over a next hop on r2, in the kernel's order, as far as samples say something about them. */
async function routesOf(world: World): Promise<SampleRoute[]> {
  const routes: (SampleRoute & { readonly gateway?: string })[] = JSON.parse(
    await world.run("r2", ["ip", "-j", "route", "show"]),
  );
  return routes.flatMap(({ dst, gateway, metric, metrics }) =>
    gateway === undefined ? [] : [{
      dst,
      gateway,
      ...(metric === undefined ? {} : { metric }),
      ...(metrics === undefined ? {} : { metrics }),
    }]
  );
}

/** What this version does not act on yet is no reason to say so twice, nor to stay in Fault. */
function assertSaidOnce({ lines, text }: TestProcess): void {
  const remarks = lines.map((line) => line.text).filter((line) => /^(warning|error)/.test(line));
  assert.deepEqual(remarks, [...new Set(remarks)]);
  assert.doesNotMatch(text, /Fault|^error/m);
}

/** First r1 sends alone, then r2, with the configured authentication. */
function assertTakenOver(seen: readonly SeenAdvert[], { routers }: Sample): void {
  for (const { vrid, vip, authType, interface: name } of routers) {
    const own = seen.filter((advert) => advert.vrid === vrid);
    assert.deepEqual([...new Set(own.map(({ authType }) => authType))], [authType]);
    assert.deepEqual([...new Set(own.map(({ addresses }) => addresses.join()))], [vip]);
    const senders = own.map(({ source }) => source);
    assert.deepEqual(
      senders.filter((sender, index) => sender !== senders[index - 1]),
      name === "eth0" ? [ADDRESS.r1, ADDRESS.r2] : ["10.0.5.1", "10.0.5.2"],
    );
  }
}
