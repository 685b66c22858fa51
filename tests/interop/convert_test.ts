import assert from "node:assert/strict";
import { convertKeepalived } from "../../src/convert/convert.ts";
import { virtualMac } from "../support/daemon.ts";
import { hostView } from "../support/host.ts";
import { TestProcess } from "../support/process.ts";
import { changePattern, RVRRPD } from "../support/rvrrpd.ts";
import { tomlText } from "../support/toml.ts";
import { eventually, settled } from "../support/wait.ts";
import { MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";

/** As of the first router of a pair. */
const CONFIGURATION = `
global_defs {
  router_id first
}

vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 250
  advert_int 1
  authentication { auth_type PASS
    auth_pass pair51 }
  virtual_ipaddress {
    ${VIP}/24 dev eth0
    10.9.0.101/24
  }
}
`;

/** Version 3, in both families. */
const VERSION_3 = `
global_defs {
  vrrp_version 3
}

vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 250
  advert_int 0.25
  use_vmac
  virtual_ipaddress {
    ${VIP}/24
  }
}

vrrp_instance VI_2 {
  interface eth0
  virtual_router_id 52
  priority 250
  advert_int 0.25
  virtual_ipaddress {
    fe80::52/64
    2001:db8:9::52/64
  }
  virtual_ipaddress_excluded {
    10.9.0.152/24
  }
}
`;

Deno.test("what was converted from version 3 takes over both families, and gives them back", async () => {
  await using world = await World.create({ ipv6: true });
  const first = await startKeepalived(world, VERSION_3);
  await first.waitForLine(/\(VI_2\) Entering MASTER STATE/);
  const second = await startConverted(world, VERSION_3.replaceAll("priority 250", "priority 200"));
  for (const vrid of [51, 52]) await second.waitForLine(changePattern("Backup", vrid));

  await first.stop();
  for (const vrid of [51, 52]) await second.waitForLine(changePattern("Master", vrid));
  const mac = virtualMac(51);
  await settled(() => hostView(world, { virtual: VIP, router: "r2" }), {
    virtual: mac,
    own: MAC.r2,
  });
  const ours = async () => await world.run("r2", ["ip", "-o", "addr", "show", "dev", "eth0"]);
  for (const address of ["fe80::52/64", "2001:db8:9::52/64", "10.9.0.152/24"]) {
    await eventually(async () => (await ours()).includes(` ${address} `) || undefined, {
      what: address,
    });
  }

  const since = second.mark();
  await startKeepalived(world, VERSION_3);
  for (const vrid of [51, 52]) await second.waitForLine(changePattern("Backup", vrid), { since });
  await eventually(async () => !/::52|10\.9\.0\.152/.test(await ours()) || undefined, {
    what: "the addresses to go",
  });
  assert.deepEqual(second.matching(/Dropped an advertisement/), []);
});

Deno.test("what was converted takes over from keepalived, and keepalived from it", async () => {
  await using world = await World.create();
  const first = await startKeepalived(world);
  const second = await startConverted(world, CONFIGURATION.replace("priority 250", "priority 200"));
  await second.waitForLine(changePattern("Backup", 51));

  await first.stop();
  await second.waitForLine(changePattern("Master", 51));
  await settled(() => hostView(world, { virtual: VIP, router: "r2" }), seenAs("r2"));

  const since = second.mark();
  await startKeepalived(world);
  await second.waitForLine(changePattern("Backup", 51), { since });
  await settled(() => hostView(world, { virtual: VIP, router: "r1" }), seenAs("r1"));
  assert.deepEqual(second.matching(/Dropped an advertisement/), []);
});

async function startKeepalived(world: World, text = CONFIGURATION): Promise<TestProcess> {
  const config = world.path("keepalived.conf");
  await Deno.writeTextFile(config, text);
  const pids = ["-p", world.path("keepalived.pid"), "-r", world.path("keepalived-vrrp.pid")];
  const process = world.own(
    new TestProcess({
      command: "keepalived",
      args: ["-n", "-l", "-D", "-P", "-f", config, ...pids],
      namespace: world.namespace("r1"),
    }),
  );
  await process.waitForLine(/\(VI_1\) Entering MASTER STATE/);
  return process;
}

async function startConverted(world: World, text: string): Promise<TestProcess> {
  const converted = convertKeepalived({
    source: { file: "keepalived.conf", text },
    configId: "r2",
    include: () => ({ files: [], problems: [] }),
    findProgram: () => undefined,
  });
  assert.ok(converted.ok);
  const general = {
    pid: world.path("rvrrpd.pid"),
    working_dir: world.directory,
    main_log: world.path("rvrrpd.log"),
    control_socket: world.path("rvrrpd.sock"),
    state_dir: world.path("rvrrpd.state"),
  };
  const file = world.path("rvrrpd.conf");
  const whole = tomlText({ general, routers: [] }) + converted.value.toml;
  await Deno.writeTextFile(file, whole, { mode: 0o600 });
  return world.own(
    new TestProcess({
      command: RVRRPD,
      args: ["-m1", "-c", file],
      namespace: world.namespace("r2"),
    }),
  );
}

function seenAs(router: "r1" | "r2"): { virtual: string; own: string } {
  return { virtual: MAC[router], own: MAC[router] };
}
