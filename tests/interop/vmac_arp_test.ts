import assert from "node:assert/strict";
import { arpRounds } from "../support/arp_rounds.ts";
import { Capture } from "../support/capture.ts";
import {
  type DaemonKind,
  type RouterSpec,
  type VirtualMac,
  virtualMac,
} from "../support/daemon.ts";
import { hasten } from "../support/hasten.ts";
import { keepalived } from "../support/keepalived.ts";
import { rvrrpd } from "../support/rvrrpd.ts";
import { arps, type SeenArp } from "../support/traffic.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const VRID = 51;
const COUNT = 200;
/** The virtual address and the router's own are each asked for once in a round. */
const ANSWERS_AT_LEAST = COUNT;

/** What a Master on r1 says in ARP while all neighbour tables are flushed again and again. */
async function arpOfMaster(kind: DaemonKind, mac: VirtualMac): Promise<SeenArp[]> {
  await using world = await World.create();
  const routers: RouterSpec[] = [
    { vrid: VRID, addresses: [VIP], priority: 200, virtualMac: mac },
  ];
  const capture = await Capture.start(world, { filter: "arp" });
  const daemon = await kind.start({ world, machine: "r1", routers });
  await hasten(world, routers);
  await daemon.waitFor("Master");
  const answered = await arpRounds(world, { router: "r1", virtualAddress: VIP, count: COUNT });
  assert.equal(answered, 4 * COUNT);
  return arps(await capture.stop());
}

/** Each address with the pairs of MACs, frame and packet, that its holder has spoken from. */
function spokenFrom(seen: readonly SeenArp[], address: string): Set<string> {
  const said = seen.filter(({ senderAddress }) => senderAddress === address);
  assert.ok(said.length >= ANSWERS_AT_LEAST, `${said.length} ARP packets of ${address}`);
  return new Set(said.map(({ frameSource, senderMac }) => `${senderMac} in ${frameSource}`));
}

function always(mac: string): Set<string> {
  return new Set([`${mac} in ${mac}`]);
}

Deno.test("rvrrpd's Master on a macvlan speaks of each address with its own MAC alone [A1 forbids] [H2 forbids] [H3 forbids]", async () => {
  const seen = await arpOfMaster(rvrrpd, "macvlan");
  assert.deepEqual(spokenFrom(seen, VIP), always(virtualMac(VRID)));
  assert.deepEqual(spokenFrom(seen, ADDRESS.r1), always(MAC.r1));
});

Deno.test("rvrrpd's Master with the virtual MAC on its interface never shows another [B7b forbids] [H3 forbids]", async () => {
  const seen = await arpOfMaster(rvrrpd, "interface");
  assert.deepEqual(spokenFrom(seen, VIP), always(virtualMac(VRID)));
  const sinceMaster = seen.slice(seen.findIndex(({ senderAddress }) => senderAddress === VIP));
  assert.deepEqual(spokenFrom(sinceMaster, ADDRESS.r1), always(virtualMac(VRID)));
});

// It leaves arp_announce of the parent at 0: who answers in the virtual address's name asks in it too.
Deno.test("keepalived's Master asks for hosts as the virtual address from its real MAC", async () => {
  const seen = await arpOfMaster(keepalived, "macvlan");
  assert.deepEqual(
    spokenFrom(seen, VIP),
    always(virtualMac(VRID)).union(always(MAC.r1)),
  );
  assert.deepEqual(spokenFrom(seen, ADDRESS.r1), always(MAC.r1));
});
