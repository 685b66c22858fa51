import assert from "node:assert/strict";
import { intervalErrorsMs } from "../../scripts/benchmark/intervals.ts";
import { LEAVING_PRIORITY } from "../../src/vrrp/types.ts";
import { Capture } from "../support/capture.ts";
import type { RouterSpec } from "../support/daemon.ts";
import { keepalived } from "../support/keepalived.ts";
import { TestProcess } from "../support/process.ts";
import { changePattern, Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { adverts, type SeenAdvert } from "../support/traffic.ts";
import { delay, eventually } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const GROUPS = Array.from({ length: 255 }, (_, index) => index + 1);
/** The interfaces that carry macvlans, `eth1` and so on, each on a bridge of its own. */
const PARENTS = [1, 2, 3, 4];
const REMOVED = 2;
const INTERVAL_MS = 1000;
/** Ten times and more of what an advertisement is late while links go. */
const LATE_MS = 200;
/** Advertisements before the links go, and after. */
const AROUND_MS = 2500;
/** What each group advertises at least in that time. */
const LEAST_INTERVALS = Math.floor((2 * AROUND_MS) / INTERVAL_MS) - 1;

/**
 * Groups of the other daemon. Their skew times differ by some 50 ms (RFC 3768 section 6.1), and their
 * advertisements with them: whenever something takes long, some are due.
 */
const OTHERS: readonly TomlTable[] = Array.from({ length: 20 }, (_, index) => ({
  group: index + 1,
  vip: `10.9.0.${100 + index}`,
  priority: 254 - 12 * index,
  vmac: false,
}));

/** The same again for a daemon of another make on another machine, where no link ever goes. */
const WITNESSES: readonly RouterSpec[] = Array.from({ length: 20 }, (_, index) => ({
  vrid: 101 + index,
  addresses: [`10.9.0.${150 + index}/32`],
  priority: 254 - 12 * index,
}));

interface Scene {
  /** Has a macvlan for each of its virtual routers. */
  readonly slow: Rvrrpd;
  /** Has only addresses. */
  readonly other: Rvrrpd;
}

/** Two daemons on one machine, both Master of all that is theirs; and the witness on another. */
async function startAll(world: World): Promise<Scene> {
  await world.unplug("host");
  for (const parent of PARENTS) {
    const bridge = `br${parent}`;
    await world.addBridge(bridge);
    const mac = `02:00:00:00:0${parent}:01`;
    const address = `10.8.${parent}.1/24`;
    await world.addLink({ machine: "r1", name: `eth${parent}`, mac, bridge, address });
  }
  const witness = await keepalived.start({ world, machine: "r2", routers: WITNESSES });
  for (const { vrid } of WITNESSES) await witness.waitFor("Master", { vrid });
  const other = await Rvrrpd.start({ world, machine: "r1", routers: OTHERS });
  await allMaster(other, OTHERS.length);
  const routers = PARENTS.flatMap((parent) => GROUPS.map((group) => onMacvlan(parent, group)));
  const slow = await Rvrrpd.start({ world, machine: "r1", routers });
  await allMaster(slow, routers.length);
  return { slow, other };
}

async function allMaster(daemon: Rvrrpd, count: number): Promise<void> {
  const masters = () => daemon.process.matching(changePattern("Master")).length;
  await eventually(() => masters() === count, { what: `${count} Masters` });
}

function onMacvlan(parent: number, group: number): TomlTable {
  const vip = `10.7.${parent}.${group}/32`;
  return { priority: 254, interface: `eth${parent}`, group, vip, iftype: "macvlan" };
}

/** By bridge: on br0 is the daemon without macvlans, on the others the one with them. */
type Seen = ReadonlyMap<string, readonly SeenAdvert[]>;

/** The advertisements on every bridge while something happens, and a while before and after. */
async function seenDuring(world: World, happening: () => Promise<void>): Promise<Seen> {
  const bridges = ["br0", ...PARENTS.map((parent) => `br${parent}`)];
  const captures = await Promise.all(
    bridges.map((port) => Capture.start(world, { filter: "vrrp", port })),
  );
  await delay(AROUND_MS);
  await happening();
  await delay(AROUND_MS);
  const frames = await Promise.all(captures.map((capture) => capture.stop()));
  return new Map(bridges.map((bridge, index) => [bridge, adverts(frames[index] ?? [])]));
}

/** Every group's advertisements come in time, and do not end. */
function assertInTime(seen: Seen, bridge: string, groups: number): void {
  const own = (seen.get(bridge) ?? []).filter(({ source }) => source !== ADDRESS.r2);
  const errors = errorsMs(own, groups);
  // What makes even the witness late is the machine's doing.
  const witnessed = (seen.get("br0") ?? []).filter(({ source }) => source === ADDRESS.r2);
  const boundMs = LATE_MS + Math.max(...errorsMs(witnessed, WITNESSES.length));
  const worstMs = Math.max(...errors);
  assert.ok(
    worstMs <= boundMs,
    `an advertisement on ${bridge} is ${worstMs} ms off, and ${boundMs} ms would be much`,
  );
}

/** The errors of the intervals, of which each of so many groups must have had nearly all. */
function errorsMs(own: readonly SeenAdvert[], groups: number): number[] {
  assert.equal(new Set(own.map(({ vrid }) => vrid)).size, groups);
  const errors = intervalErrorsMs(own, INTERVAL_MS);
  assert.ok(errors.length >= groups * LEAST_INTERVALS, `there are only ${errors.length} intervals`);
  return errors;
}

Deno.test("1,020 macvlans that go in an orderly stop delay no other daemon, and go after the last goodbye", async () => {
  await using world = await World.create();
  const { slow, other } = await startAll(world);
  const links = LinkMonitor.start(world);
  const seen = await seenDuring(world, () => slow.stop());
  const { count, firstMs } = await links.gone();
  assert.equal(count, PARENTS.length * GROUPS.length);
  for (const parent of PARENTS) {
    const farewells = (seen.get(`br${parent}`) ?? [])
      .filter(({ priority }) => priority === LEAVING_PRIORITY);
    assert.equal(new Set(farewells.map(({ vrid }) => vrid)).size, GROUPS.length);
    const lastMs = Math.max(...farewells.map(({ tMs }) => tMs));
    assert.ok(lastMs < firstMs, `a goodbye came ${lastMs - firstMs} ms after the first link went`);
  }
  assertInTime(seen, "br0", OTHERS.length);
  assert.equal(other.changes().length, 2 * OTHERS.length);
});

Deno.test("255 macvlans that go with their interface delay neither those on others nor another daemon", async () => {
  await using world = await World.create();
  const { slow, other } = await startAll(world);
  const since = slow.process.mark();
  const seen = await seenDuring(world, () => world.removeLink("r1", `eth${REMOVED}`));
  for (const parent of PARENTS) {
    if (parent !== REMOVED) assertInTime(seen, `br${parent}`, GROUPS.length);
  }
  assertInTime(seen, "br0", OTHERS.length);
  const changes = slow.process.matching(changePattern("\\w+"), since);
  assert.equal(changes.filter((line) => line.includes("to Fault")).length, GROUPS.length);
  assert.equal(changes.length, GROUPS.length);
  assert.equal(other.changes().length, 2 * OTHERS.length);
  await slow.stop();
});

/** Notes when macvlans of r1 go, as the kernel tells of it. */
class LinkMonitor {
  readonly #process: TestProcess;

  private constructor(process: TestProcess) {
    this.#process = process;
  }

  /** Returns as soon as it runs, some milliseconds before it listens. */
  static start(world: World): LinkMonitor {
    const process = world.own(
      new TestProcess({
        command: "ip",
        args: ["-o", "-ts", "-rcvbuf", String(32 << 20), "monitor", "link"],
        namespace: world.namespace("r1"),
        env: { TZ: "UTC" },
      }),
    );
    return new LinkMonitor(process);
  }

  /** Ends it; gives how many went, and when the first did, in milliseconds since the epoch. */
  async gone(): Promise<{ readonly count: number; readonly firstMs: number }> {
    await this.#process.stop();
    const pattern = /^\[(\S+)\] ?Deleted \d+: (standby\S+)@/gm;
    const lines = Array.from(this.#process.text.matchAll(pattern));
    const [, first] = lines[0] ?? [];
    return {
      count: new Set(lines.map(([, , name]) => name)).size,
      firstMs: Date.parse(`${first}Z`),
    };
  }
}
