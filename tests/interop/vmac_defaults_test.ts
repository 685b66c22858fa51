import assert from "node:assert/strict";
import { type DaemonKind, type RouterSpec, virtualMac } from "../support/daemon.ts";
import { hasten } from "../support/hasten.ts";
import { arpAnswers } from "../support/host.ts";
import { keepalived } from "../support/keepalived.ts";
import { rvrrpd } from "../support/rvrrpd.ts";
import { setSysctls } from "../support/sysctl.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const NOBODYS = "10.9.0.77";
const ROUTERS: readonly RouterSpec[] = [
  { vrid: 51, addresses: [VIP], priority: 200, virtualMac: "macvlan" },
];
const VIRTUAL = virtualMac(51);

/** A router that answers for others: proxy ARP is on for all, a private VLAN on the interface. */
const PROXY = {
  "net/ipv4/ip_forward": "1",
  "net/ipv4/conf/all/proxy_arp": "1",
  "net/ipv4/conf/default/proxy_arp": "1",
  "net/ipv4/conf/eth0/proxy_arp_pvlan": "1",
};
/** New links answer only where the way back leads out of them. */
const FILTER = { "net/ipv4/conf/default/arp_filter": "1" };

interface Answers {
  readonly virtual: readonly string[];
  readonly own: readonly string[];
  readonly nobodys: readonly string[];
}

interface Row {
  readonly kind: DaemonKind;
  readonly settings: Readonly<Record<string, string>>;
  readonly row: string;
  readonly backup: Answers;
  readonly master: Answers;
}

const RIGHT = {
  backup: { virtual: [], own: [MAC.r1], nobodys: [] },
  master: { virtual: [VIRTUAL], own: [MAC.r1], nobodys: [] },
};

const ROWS: readonly Row[] = [
  { kind: rvrrpd, settings: PROXY, row: "rvrrpd, where proxy ARP is on", ...RIGHT },
  { kind: rvrrpd, settings: FILTER, row: "rvrrpd, where new links filter ARP", ...RIGHT },
  {
    kind: keepalived,
    settings: PROXY,
    row: "keepalived answers for all as Backup and as Master, where proxy ARP is on",
    backup: { virtual: [VIRTUAL, MAC.r1], own: [MAC.r1], nobodys: [VIRTUAL, MAC.r1] },
    master: { virtual: [VIRTUAL], own: [MAC.r1], nobodys: [VIRTUAL, MAC.r1] },
  },
  {
    kind: keepalived,
    settings: FILTER,
    row: "keepalived never answers for the virtual address, where new links filter ARP",
    backup: RIGHT.backup,
    master: { ...RIGHT.master, virtual: [] },
  },
];

async function answers(world: World): Promise<Answers> {
  const [virtual, own, nobodys] = await Promise.all(
    [VIP, ADDRESS.r1, NOBODYS].map(async (address) => (await arpAnswers(world, address)).sort()),
  );
  return { virtual: virtual ?? [], own: own ?? [], nobodys: nobodys ?? [] };
}

for (const { kind, settings, row, backup, master } of ROWS) {
  Deno.test(`who answers ARP questions on a machine with settings of its own: ${row}`, async () => {
    await using world = await World.create();
    await setSysctls(world, "r1", settings);
    const daemon = await kind.start({ world, machine: "r1", routers: ROUTERS });
    assert.deepEqual(await answers(world), backup);
    await hasten(world, ROUTERS);
    await daemon.waitFor("Master");
    assert.deepEqual(await answers(world), master);
  });
}
