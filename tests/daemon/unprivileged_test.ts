import assert from "node:assert/strict";
import { Background, lives } from "../support/background.ts";
import { addressesOf, arpAnswers } from "../support/host.ts";
import { hasten } from "../support/hasten.ts";
import { machineState } from "../support/machine_state.ts";
import { RVRRPD } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";

const NOBODY = 65534;
const CAPABILITIES = "-all,+net_admin,+net_raw";

/** Exactly what conf/rvrrpd.service grants, to a user that may do nothing else. */
const AS_NOBODY = [
  "setpriv",
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  "--clear-groups",
  "--no-new-privs",
  `--bounding-set=${CAPABILITIES}`,
  `--inh-caps=${CAPABILITIES}`,
  `--ambient-caps=${CAPABILITIES}`,
];

/** The checkout may lie where only root may look, so the user gets a copy of the program. */
async function prepare(world: World): Promise<string> {
  const program = world.path("rvrrpd");
  if (await Deno.stat(program).then(() => true, () => false)) return program;
  await Deno.copyFile(RVRRPD, program);
  await Deno.chmod(program, 0o755);
  await Deno.chown(world.directory, NOBODY, NOBODY);
  return program;
}

async function start(world: World, router: TomlTable): Promise<Background> {
  const program = await prepare(world);
  const chown = [
    "sh",
    "-c",
    `chown ${NOBODY} "${world.path("rvrrpd-r1.conf")}" && exec "$@"`,
    "sh",
  ];
  return await Background.up({
    world,
    machine: "r1",
    routers: [router],
    prefix: [...chown, ...AS_NOBODY],
    program,
  });
}

const KINDS: readonly {
  readonly what: string;
  readonly keys: TomlTable;
  readonly carrier: string;
}[] = [
  { what: "on a macvlan", keys: { iftype: "macvlan" }, carrier: "standby1" },
  { what: "with its MAC on the interface", keys: { iftype: "ether" }, carrier: "eth0" },
];

for (const { what, keys, carrier } of KINDS) {
  Deno.test(`an unprivileged user with two capabilities takes over ${what}, and cleans up`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const daemon = await start(world, { group: 1, vip: "10.9.0.100", priority: 200, ...keys });
    const status = await Deno.readTextFile(`/proc/${await daemon.pid()}/status`);
    assert.match(status, /^Uid:\t65534\t65534\t65534\t65534$/m);
    assert.match(status, /^CapEff:\t0000000000003000$/m);
    await hasten(world, [{ vrid: 1, addresses: ["10.9.0.100"] }]);
    await daemon.waitFor("Master");
    assert.deepEqual(
      new Set(await arpAnswers(world, "10.9.0.100")),
      new Set(["00:00:5e:00:01:01"]),
    );
    assert.ok(
      (await addressesOf(world, "r1", carrier)).some((one) => one.startsWith("10.9.0.100/")),
    );
    assert.equal((await Deno.stat(daemon.path("state"))).uid, NOBODY);
    await daemon.stop();
    assert.doesNotMatch(await daemon.log(), /^error: |EPERM|EACCES/m);
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

Deno.test("an unprivileged daemon undoes what it left behind when it was killed", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const router = { group: 1, vip: "10.9.0.100", priority: 200, iftype: "macvlan" };
  const killed = await start(world, router);
  await hasten(world, [{ vrid: 1, addresses: ["10.9.0.100"] }]);
  await killed.waitFor("Master");
  const pid = await killed.pid();
  await killed.signal("SIGKILL");
  await eventually(async () => !await lives(pid), { what: "its end" });
  const daemon = await start(world, router);
  await daemon.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});

Deno.test("an unprivileged user who may not read the configuration is told so in one line", async () => {
  await using world = await World.create();
  const program = await prepare(world);
  const routers = [{ group: 1, vip: "10.9.0.100" }];
  const { result, daemon } = await Background.start({
    ...{ world, machine: "r1", routers, program },
    prefix: AS_NOBODY,
  });
  assert.deepEqual(result, {
    code: 2,
    stdout: "",
    stderr:
      `rvrrpd: Cannot read ${daemon.path("conf")}: permission denied (run as root or let this ` +
      "user read it)\n",
  });
});
