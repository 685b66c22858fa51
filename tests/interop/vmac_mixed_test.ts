import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { type DaemonKind, type RouterSpec, virtualMac } from "../support/daemon.ts";
import { hasten } from "../support/hasten.ts";
import { arpAnswers, neighbour, ping } from "../support/host.ts";
import { keepalived } from "../support/keepalived.ts";
import { machineState } from "../support/machine_state.ts";
import { rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { eventually } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const ROUTERS: readonly RouterSpec[] = [
  { vrid: 51, addresses: ["10.9.0.100"], priority: 200, virtualMac: "macvlan" },
  { vrid: 52, addresses: ["10.9.0.101"], priority: 200, virtualMac: "macvlan" },
  { vrid: 53, addresses: ["10.9.0.102"], priority: 200, virtualMac: "none" },
];
const EXPECTED: Readonly<Record<string, string>> = {
  "10.9.0.100": virtualMac(51),
  "10.9.0.101": virtualMac(52),
  "10.9.0.102": MAC.r1,
  [ADDRESS.r1]: MAC.r1,
};

async function startAll(world: World, kind: DaemonKind) {
  const daemon = await kind.start({ world, machine: "r1", routers: ROUTERS });
  await hasten(world, ROUTERS);
  for (const { vrid } of ROUTERS) await daemon.waitFor("Master", { vrid });
  return daemon;
}

/** The MACs in the answers to one question for each address: exactly one answer each. */
async function answers(world: World): Promise<Record<string, string>> {
  const found = Object.keys(EXPECTED).map(async (address) => {
    await eventually(() => ping(world, "host", address), { what: `an answer from ${address}` });
    return [address, (await arpAnswers(world, address)).join(" and ")];
  });
  return Object.fromEntries(await Promise.all(found));
}

async function learned(world: World): Promise<Record<string, string | undefined>> {
  const found: [string, string | undefined][] = [];
  for (const address of Object.keys(EXPECTED)) {
    found.push([address, await neighbour(world, "host", address)]);
  }
  return Object.fromEntries(found);
}

for (
  const { kind, row } of [{ kind: rvrrpd, row: "rvrrpd" }, { kind: keepalived, row: "keepalived" }]
) {
  Deno.test(`two macvlans and a virtual router without share an interface with ${row}`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const capture = await Capture.start(world, { filter: "vrrp" });
    const daemon = await startAll(world, kind);
    assert.deepEqual(await answers(world), EXPECTED);
    // keepalived's own questions may have taught the host otherwise: see the test of its ARP.
    if (kind === rvrrpd) assert.deepEqual(await learned(world), EXPECTED);
    await daemon.stop();
    if (kind === rvrrpd) assert.deepEqual(await machineState(world, "r1"), before);
    const senders = adverts(await capture.stop())
      .filter(({ source }) => source === ADDRESS.r1)
      .map(({ vrid, sourceMac }) => `${vrid} from ${sourceMac}`);
    assert.deepEqual(
      new Set(senders),
      new Set([`51 from ${virtualMac(51)}`, `52 from ${virtualMac(52)}`, `53 from ${MAC.r1}`]),
    );
  });
}
