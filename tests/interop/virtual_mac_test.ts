import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { type DaemonKind, type VirtualMac, virtualMac } from "../support/daemon.ts";
import { neighbour, ping } from "../support/host.ts";
import { keepalived } from "../support/keepalived.ts";
import { HIGH, LOW, startPair } from "../support/pairs.ts";
import { rvrrpd } from "../support/rvrrpd.ts";
import { adverts, type SeenAdvert } from "../support/traffic.ts";
import { eventually, settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VRID = 51;
const VIP = "10.9.0.100";

type Router = "r1" | "r2";

interface Side {
  readonly kind: DaemonKind;
  readonly mac: VirtualMac;
}

const OURS = {
  real: { kind: rvrrpd, mac: "none" },
  ether: { kind: rvrrpd, mac: "interface" },
  macvlan: { kind: rvrrpd, mac: "macvlan" },
} as const;
const THEIRS = {
  real: { kind: keepalived, mac: "none" },
  macvlan: { kind: keepalived, mac: "macvlan" },
} as const;

const ROWS: readonly { readonly r1: Side; readonly r2: Side; readonly row: string }[] = [
  { r1: OURS.macvlan, r2: THEIRS.macvlan, row: "macvlan and keepalived's use_vmac" },
  { r1: THEIRS.macvlan, r2: OURS.macvlan, row: "keepalived's use_vmac and macvlan" },
  { r1: OURS.ether, r2: THEIRS.macvlan, row: "the interface's MAC and keepalived's use_vmac" },
  { r1: THEIRS.macvlan, r2: OURS.ether, row: "keepalived's use_vmac and the interface's MAC" },
  { r1: OURS.ether, r2: THEIRS.real, row: "the interface's MAC and keepalived's real one" },
  { r1: OURS.ether, r2: OURS.macvlan, row: "the interface's MAC and macvlan" },
  { r1: OURS.macvlan, r2: OURS.real, row: "macvlan and a real MAC" },
];

for (const { r1, r2, row } of ROWS) {
  Deno.test(`a host's ARP table is right after each move between ${row} [B7b demands] [W5a demands]`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world);
    const router = (side: Side, priority: number) => [
      { vrid: VRID, addresses: [`${VIP}/24`], priority, virtualMac: side.mac },
    ];
    const { first, second } = await startPair(world, { first: r1.kind, second: r2.kind }, {
      first: router(r1, HIGH),
      second: router(r2, LOW),
    });
    await meetEveryone(world);
    await expectHostTable(world, { master: "r1", r1, r2 });

    await first.stop();
    await second.waitFor("Master");
    await expectHostTable(world, { master: "r2", r1, r2 });

    const back = await r1.kind.start({ world, machine: "r1", routers: router(r1, HIGH) });
    await back.waitFor("Master");
    await expectHostTable(world, { master: "r1", r1, r2 });

    const seen = adverts(await capture.stop());
    assert.deepEqual(senderMacs(seen, ADDRESS.r1), new Set([virtualAddressMac(r1, "r1")]));
    assert.deepEqual(senderMacs(seen, ADDRESS.r2), new Set([virtualAddressMac(r2, "r2")]));
  });
}

/**
 * An announcement only changes entries that exist. The virtual address goes last: with use_vmac,
 * keepalived asks for a stranger in the virtual address's name but with the real MAC.
 */
async function meetEveryone(world: World): Promise<void> {
  for (const address of [ADDRESS.r1, ADDRESS.r2, VIP]) {
    await eventually(() => ping(world, "host", address), { what: `an answer from ${address}` });
  }
}

/** First what the routers have announced unasked, then that every address still answers. */
async function expectHostTable(
  world: World,
  { master, r1, r2 }: { readonly master: Router; readonly r1: Side; readonly r2: Side },
): Promise<void> {
  const expected = {
    virtual: master === "r1" ? virtualAddressMac(r1, "r1") : virtualAddressMac(r2, "r2"),
    r1: ownMac(r1, { router: "r1", isMaster: master === "r1" }),
    r2: ownMac(r2, { router: "r2", isMaster: master === "r2" }),
  };
  await settled(async () => ({
    virtual: await neighbour(world, "host", VIP),
    r1: await neighbour(world, "host", ADDRESS.r1),
    r2: await neighbour(world, "host", ADDRESS.r2),
  }), expected);
  await meetEveryone(world);
}

function virtualAddressMac(side: Side, router: Router): string {
  return side.mac === "none" ? MAC[router] : virtualMac(VRID);
}

/** Only a Master that works on the interface itself gives its own address the virtual MAC. */
function ownMac(
  side: Side,
  { router, isMaster }: { readonly router: Router; readonly isMaster: boolean },
): string {
  return side.mac === "interface" && isMaster ? virtualMac(VRID) : MAC[router];
}

function senderMacs(seen: readonly SeenAdvert[], source: string): Set<string> {
  return new Set(seen.filter((advert) => advert.source === source).map((seen) => seen.sourceMac));
}
