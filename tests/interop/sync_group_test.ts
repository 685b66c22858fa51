import { addressesOf } from "../support/host.ts";
import { configText } from "../support/keepalived.ts";
import { HIGH, LOW } from "../support/pairs.ts";
import { TestProcess } from "../support/process.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { settled } from "../support/wait.ts";
import { World } from "../support/world.ts";

type RouterMachine = "r1" | "r2";

const VIPS = { eth0: "10.9.0.100/24", eth1: "10.8.0.100/24" };

for (const ours of ["r1", "r2"] as const) {
  const names = ours === "r1" ? "rvrrpd beside keepalived" : "keepalived beside rvrrpd";

  Deno.test(`the sync group of ${names} moves as a whole, and back`, async () => {
    await using world = await World.create();
    await addSecondNetwork(world);
    const startOn = (machine: RouterMachine) => {
      return machine === ours ? startOurs(world, machine) : startKeepalived(world, machine);
    };
    await startOn("r1");
    await settled(() => holders(world), { eth0: "r1", eth1: "r1" });
    await startOn("r2");
    await world.unplug("r1", ["eth1"]);
    await settled(() => holders(world), { eth0: "r2", eth1: "r2" });
    await world.ip("sw", "link set r1-eth1 up");
    await settled(() => holders(world), { eth0: "r1", eth1: "r1" });
  });
}

function priorityOf(machine: RouterMachine): number {
  return machine === "r1" ? HIGH : LOW;
}

async function addSecondNetwork(world: World): Promise<void> {
  await world.addBridge("br1");
  for (const [index, machine] of (["r1", "r2"] as const).entries()) {
    const address = `10.8.0.${index + 1}/24`;
    const mac = `02:00:00:00:01:0${index + 1}`;
    await world.addLink({ machine, name: "eth1", mac, bridge: "br1", address });
  }
}

async function startOurs(world: World, machine: RouterMachine): Promise<void> {
  const priority = priorityOf(machine);
  const common = { priority, preemption: true, vmac: false, sync_group: "uplinks" };
  const daemon = await Rvrrpd.start({
    world,
    machine,
    routers: [
      { ...common, group: 1, vip: VIPS.eth0 },
      { ...common, group: 2, vip: VIPS.eth1, interface: "eth1" },
    ],
  });
  for (const vrid of [1, 2]) await daemon.waitFor("Backup", { vrid });
}

async function startKeepalived(world: World, machine: RouterMachine): Promise<void> {
  const priority = priorityOf(machine);
  const routers = [
    { vrid: 1, priority, addresses: [VIPS.eth0] },
    { vrid: 2, priority, addresses: [VIPS.eth1], interface: "eth1" },
  ];
  const group = ["vrrp_sync_group uplinks {", "  group {", "    VI_1", "    VI_eth1_2", "  }", "}"];
  const file = world.path(`keepalived-${machine}.conf`);
  await Deno.writeTextFile(file, [configText(routers), ...group, ""].join("\n"));
  const process = world.own(
    new TestProcess({
      command: "keepalived",
      args: [
        ...["-n", "-l", "-D", "-P", "-f", file, "-p", world.path(`keepalived-${machine}.pid`)],
        ...["-r", world.path(`keepalived-${machine}-vrrp.pid`)],
      ],
      namespace: world.namespace(machine),
    }),
  );
  await process.waitForLine(/VRRP_Group\(uplinks\)|\(VI_eth1_2\) Entering BACKUP STATE/);
}

/** Which of r1 and r2 have the virtual address of each network. */
async function holders(world: World): Promise<{ eth0: string; eth1: string }> {
  const holdersOf = async (name: "eth0" | "eth1") => {
    const held = await Promise.all((["r1", "r2"] as const).map(async (machine) => {
      return (await addressesOf(world, machine, name)).includes(VIPS[name]) ? machine : "";
    }));
    return held.join("");
  };
  return { eth0: await holdersOf("eth0"), eth1: await holdersOf("eth1") };
}
