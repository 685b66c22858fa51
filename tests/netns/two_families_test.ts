import assert from "node:assert/strict";
import { ADMIN_LINE } from "../api/fixtures.ts";
import { attempt, type CommandResult } from "../support/command.ts";
import { TestProcess } from "../support/process.ts";
import { RVRRPD, Rvrrpd } from "../support/rvrrpd.ts";
import { eventually, settled } from "../support/wait.ts";
import { World } from "../support/world.ts";

/** One group on one interface, in both families. */
const COMMON = { group: 7, version: 3, vmac: false, timers: { advert: 0.25 } } as const;
const FOUR = { ...COMMON, vip: "10.9.0.107", priority: 110 };
const SIX = { ...COMMON, vip: ["fe80::7", "2001:db8:9::7"], priority: 120 };

interface Detail {
  readonly family: 4 | 6;
  readonly other_family?: 4 | 6;
  readonly state: string;
  readonly fault: string | null;
  readonly fault_text: string | null;
  readonly effective_priority: number;
  readonly forced: string | null;
  readonly advert_interval: number;
  readonly virtual_ips: readonly string[];
}

/** A daemon on r1 with both virtual routers, over its control socket and its API. */
class Scene {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  get socket(): string {
    return this.world.path("rvrrpd-r1.sock");
  }

  start(): Promise<Rvrrpd> {
    const api = { users: [ADMIN_LINE], host: "127.0.0.1:7080", write: true };
    return Rvrrpd.start({
      world: this.world,
      machine: "r1",
      routers: [SIX, FOUR],
      general: { api },
    });
  }

  command(name: string, ...words: string[]): Promise<CommandResult> {
    return attempt([RVRRPD, name, "--socket", this.socket, ...words]);
  }

  /** Of each family; nothing while no daemon answers. */
  async status(): Promise<Partial<Record<4 | 6, Detail>>> {
    const { code, stdout } = await this.command("status", "--json");
    if (code === 4) return {};
    const { routers } = JSON.parse(stdout) as { routers: readonly Detail[] };
    return Object.fromEntries(routers.map((router) => [router.family, router]));
  }

  /** What curl prints, the answer's status last. */
  async curl(path: string, ...args: string[]): Promise<string> {
    const command = [
      ...["ip", "netns", "exec", this.world.namespace("r1")],
      ...["curl", "-s", "-m", "20", "-u", "admin:banana", "-w", " %{http_code}"],
    ] as const;
    return (await attempt([...command, ...args, `http://127.0.0.1:7080${path}`])).stdout;
  }

  async states(wanted: Partial<Record<4 | 6, string>>): Promise<void> {
    await eventually(async () => {
      const { 4: four, 6: six } = await this.status();
      return four?.state === wanted[4] && six?.state === wanted[6] ? true : undefined;
    }, { what: JSON.stringify(wanted) });
  }
}

Deno.test("two families of one group are told apart by the control socket", async () => {
  await using world = await World.create({ ipv6: true });
  const scene = new Scene(world);
  const daemon = await scene.start();
  await scene.states({ 4: "Master", 6: "Master" });
  await using events = new TestProcess({
    command: RVRRPD,
    args: ["events", "--socket", scene.socket],
    namespace: world.namespace("r1"),
  });
  await daemon.process.waitForLine(/The client API listens on/);
  const isHeard = async () => /^rvrrpd_event_streams 1$/m.test(await scene.curl("/metrics"));
  await eventually(async () => await isHeard() || undefined, { what: "rvrrpd events to listen" });
  const { stdout } = await scene.command("status");
  assert.match(stdout, /^7 +eth0 +3 +Master +110 +10\.9\.0\.107 +10\.9\.0\.1 /m);
  assert.match(stdout, /^7 +eth0 +3 IPv6 +Master +120 +fe80::7, 2001:db8:9::7 +fe80::ff:fe00:1 /m);

  const ambiguous = await scene.command("set", "7/eth0", "priority=90");
  assert.equal(ambiguous.code, 2);
  assert.match(ambiguous.stderr, /of each family: .*--family/);
  assert.equal((await scene.command("force", "7/eth0", "backup")).code, 2);
  const set = ["priority=90", "timers.advert=0.5"];
  assert.equal((await scene.command("set", "7/eth0", "--family", "6", ...set)).code, 0);
  await settled(async () => (await scene.status())[6]?.effective_priority, 90);
  const { 4: four, 6: six } = await scene.status();
  assert.deepEqual([four?.effective_priority, four?.advert_interval], [110, 0.25]);
  assert.equal(six?.advert_interval, 0.5);

  assert.equal((await scene.command("force", "7/eth0", "backup", "--family", "6")).code, 0);
  await scene.states({ 4: "Master", 6: "Backup" });
  await events.waitForLine(/ {2}7\/eth0 \(IPv6\) {2}Master to Backup {2}\(forced\)$/);
  assert.match((await scene.command("status")).stdout, /^7\/eth0 \(IPv6\): forced to be Backup$/m);
  await world.ip("r1", "link set eth0 down");
  await scene.states({ 4: "Fault", 6: "Fault" });
  // The kernel may tell of the addresses, which go with it, before it tells of the interface.
  await settled(async () => (await scene.status())[6]?.fault, "interfaceDown");
  const { code, stdout: inFault } = await scene.command("status");
  assert.equal(code, 3);
  assert.match(inFault, /^7\/eth0: in Fault: interface eth0 is down$/m);
  assert.match(inFault, /^7\/eth0 \(IPv6\): in Fault: interface eth0 is down$/m);
  await events.waitForLine(/ {2}7\/eth0 \(IPv6\) {2}\w+ to Fault {2}\(interface eth0 is down\)$/);
  await daemon.stop();
});

Deno.test("two families of one group are told apart by the API", async () => {
  await using world = await World.create({ ipv6: true });
  const scene = new Scene(world);
  const daemon = await scene.start();
  await daemon.process.waitForLine(/The client API listens on/);
  await scene.states({ 4: "Master", 6: "Master" });
  const read = async (path: string): Promise<Detail> =>
    JSON.parse((await scene.curl(path)).replace(/ 200$/, ""));
  assert.match(await scene.curl("/run/vrrp/7"), /"fe80::7".*"10\.9\.0\.107".* 200$/);
  const plain = await read("/run/vrrp/7/eth0");
  assert.deepEqual([plain.family, plain.other_family], [4, 6]);
  const six = await read("/run/vrrp/7/eth0?family=6");
  assert.deepEqual([six.family, six.virtual_ips], [6, SIX.vip]);

  const put = (path: string, body: object) =>
    scene.curl(
      path,
      "-X",
      "PUT",
      "-H",
      "content-type: application/json",
      "-d",
      JSON.stringify(body),
    );
  assert.match(await put("/run/vrrp/7/eth0", { priority: 90 }), /of each family.* 409$/);
  assert.match(await put("/run/vrrp/7/eth0?family=6", { timers: { advert: 0.015 } }), / 422$/);
  assert.match(await put("/run/vrrp/7/eth0?family=6", { timers: { advert: 0.07 } }), / 200$/);
  await settled(async () => (await read("/run/vrrp/7/eth0?family=6")).advert_interval, 0.07);
  assert.equal((await read("/run/vrrp/7/eth0")).advert_interval, 0.25);

  const metrics = await scene.curl("/metrics");
  for (const family of [4, 6]) {
    const labels = `group="7",interface="eth0",family="${family}",version="3"`;
    assert.ok(metrics.includes(`\nrvrrpd_state{${labels},state="Master"} 1\n`), metrics);
  }
  assert.match(await scene.curl("/run/vrrp/7/eth0", "-X", "DELETE"), / 409$/);
  assert.match(await scene.curl("/run/vrrp/7/eth0?family=6", "-X", "DELETE"), / 200$/);
  await settled(async () => Object.keys(await scene.status()).join(), "4");
  // Now there is no doubt any more.
  assert.match(await put("/run/vrrp/7/eth0", { priority: 95 }), / 200$/);
  await settled(async () => (await scene.status())[4]?.effective_priority, 95);
  assert.equal((await read("/run/vrrp/7/eth0")).other_family, undefined);
});
