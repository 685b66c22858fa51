import assert from "node:assert/strict";
import { attempt } from "../support/command.ts";
import { hasten } from "../support/hasten.ts";
import { addressesOf, macOf } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { RVRRPD, Rvrrpd, writeConfig } from "../support/rvrrpd.ts";
import { eventually } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const ROUTER = { group: 1, vip: "10.9.0.100", priority: 254 };
const NOBODY = 65534;

async function startOnce(world: World, stateDir: string) {
  const general = { state_dir: stateDir };
  const file = await writeConfig({ world, machine: "r1", routers: [ROUTER], general });
  return attempt(["ip", "netns", "exec", world.namespace("r1"), RVRRPD, "-m1", "-c", file]);
}

Deno.test("rvrrpd exits with 2 and one line where it cannot keep an undo file, and changes nothing", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const [link, foreign] = [world.path("link"), world.path("foreign")];
  await Deno.symlink(world.directory, link);
  await Deno.mkdir(foreign);
  await Deno.chown(foreign, NOBODY, NOBODY);
  const rows = [
    { stateDir: link, said: /: it is a symbolic link; set state_dir to/ },
    { stateDir: foreign, said: new RegExp(`: it belongs to user ${NOBODY}; set state_dir to`) },
    { stateDir: world.path("none/state"), said: /does not exist; set state_dir to/ },
    { stateDir: "/proc/rvrrpd", said: /set state_dir to/ },
  ];
  for (const { stateDir, said } of rows) {
    const { code, stderr } = await startOnce(world, stateDir);
    assert.equal(code, 2, stderr);
    const lines = stderr.split("\n").filter((line) => line.startsWith("rvrrpd: "));
    assert.equal(lines.length, 1, stderr);
    assert.match(lines[0] ?? "", said);
  }
  assert.deepEqual(await machineState(world, "r1"), before);
});

async function stateFiles(world: World): Promise<string[]> {
  const files = Deno.readDir(world.path("rvrrpd-r1.state"));
  return await Array.fromAsync(files, ({ name }) => name);
}

/** A Master that was killed; gives the path and the text of its undo file. */
async function killedMaster(world: World): Promise<{ path: string; text: string }> {
  const killed = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, vmac: true }] });
  await killed.waitFor("Backup");
  await hasten(world, [{ vrid: ROUTER.group, addresses: [ROUTER.vip] }]);
  await killed.waitFor("Master");
  await killed.kill();
  const directory = world.path("rvrrpd-r1.state");
  const [name] = await stateFiles(world);
  const path = `${directory}/${name}`;
  return { path, text: await Deno.readTextFile(path) };
}

Deno.test("a forged undo file takes nothing away from others", async () => {
  await using world = await World.create();
  await world.ip("r1", "link add other type bridge", "addr add 10.7.0.1/24 dev eth0");
  const { path, text } = await killedMaster(world);
  const [first = "", ...rest] = text.split("\n");
  const forged = [
    { note: "address", ifindex: 2, name: "eth0", prefix: `${ADDRESS.r1}/24`, marked: true },
    { note: "address", ifindex: 2, name: "eth0", prefix: "10.7.0.1/24", marked: false },
    { note: "links", group: 0 },
    { note: "route", destination: "10.9.0.0/24", nextHop: ADDRESS.r2, metric: 0, marked: false },
    {
      note: "mac",
      ifindex: 3,
      name: "other",
      before: "02:00:00:00:00:99",
      ours: "00:00:5e:00:01:01",
    },
  ];
  const lines = forged.map((fields) => line(JSON.stringify(fields)));
  await Deno.writeTextFile(path, [first, ...lines, ...rest].join("\n"));
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Backup");
  await daemon.process.waitForLine(/Passing over 1 damaged lines/);
  assert.deepEqual(await addressesOf(world, "r1"), [`${ADDRESS.r1}/24`, "10.7.0.1/24"]);
  assert.equal(await macOf(world, "r1"), MAC.r1);
  assert.notEqual(await macOf(world, "r1", "other"), "02:00:00:00:00:99");
});

/** With the checksum that a line needs, computed here once more: FNV-1a of 32 bits. */
function line(json: string): string {
  let hash = 0x811c9dc5n;
  for (const byte of new TextEncoder().encode(json)) {
    hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
  }
  return `${hash.toString(16).padStart(8, "0")} ${json}`;
}

const DAMAGES: readonly {
  readonly row: string;
  readonly damage: (path: string, text: string) => Promise<void>;
  readonly said: RegExp;
}[] = [
  {
    row: "made of noise",
    damage: (path) =>
      Deno.writeFile(
        path,
        crypto.getRandomValues(new Uint8Array(5000)).map((byte) => byte === 10 ? 11 : byte).with(
          4999,
          10,
        ),
      ),
    said: /Cannot read the undo file \S+\/damaged-undo-\S+: nothing of what it says is undone/,
  },
  {
    row: "replaced by a symbolic link",
    damage: async (path, text) => {
      await Deno.writeTextFile(`${path}.kept`, text, { mode: 0o600 });
      await Deno.remove(path);
      await Deno.symlink(`${path}.kept`, path);
    },
    said: /Leaving \S+ alone: it is a symbolic link/,
  },
  {
    row: "given to another user",
    damage: (path) => Deno.chown(path, NOBODY, NOBODY),
    said: /Leaving \S+ alone: it belongs to user 65534/,
  },
];

for (const { row, damage, said } of DAMAGES) {
  Deno.test(`an undo file ${row} is told in one line, and nothing of it is done`, async () => {
    await using world = await World.create();
    const { path, text } = await killedMaster(world);
    await damage(path, text);
    const daemon = await Rvrrpd.start({
      world,
      machine: "r1",
      routers: [{ ...ROUTER, vmac: true }],
    });
    await daemon.waitFor("Backup");
    await daemon.process.waitForLine(said);
    assert.equal(daemon.process.matching(said).length, 1, daemon.process.text);
    assert.equal(await macOf(world, "r1"), "00:00:5e:00:01:01");
    await daemon.stop();
  });
}

Deno.test("an undo file cut anywhere lets the daemon start, and undoes what it still says", async () => {
  await using world = await World.create();
  const { path, text } = await killedMaster(world);
  const info = await Deno.stat(path);
  assert.equal((info.mode ?? 0) & 0o7777, 0o600);
  // The reader is tried at every byte elsewhere; here it is the whole daemon, at some.
  const endOfMac = text.indexOf("\n", text.indexOf('"note":"mac"')) + 1;
  for (const length of [0, 50, endOfMac - 1, endOfMac, text.length - 1, text.length]) {
    await world.ip("r1", "link set eth0 address 00:00:5e:00:01:01");
    await Deno.writeTextFile(path, text.slice(0, length), { mode: 0o600 });
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
    await daemon.waitFor("Backup");
    assert.equal(await macOf(world, "r1"), length < endOfMac ? "00:00:5e:00:01:01" : MAC.r1);
    await daemon.stop();
    assert.deepEqual(await stateFiles(world), []);
  }
});

for (const netdrv of ["libnl", "ioctl"]) {
  Deno.test(`a start undoes what a killed daemon has done by ${netdrv}`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const keys = { vmac: true, netdrv, routes: [{ route: "10.20.0.0/16", nh: ADDRESS.r2 }] };
    const routers = [{ ...ROUTER, ...keys }];
    const killed = await Rvrrpd.start({ world, machine: "r1", routers });
    await killed.waitFor("Backup");
    await hasten(world, [{ vrid: ROUTER.group, addresses: [ROUTER.vip] }]);
    await killed.waitFor("Master");
    await eventually(
      async () => (await world.run("r1", ["ip", "route"])).includes("10.20.0.0/16"),
      {
        what: "the route",
      },
    );
    await killed.kill();
    assert.deepEqual(await addressesOf(world, "r1"), [`${ADDRESS.r1}/24`, "10.9.0.100/24"]);
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers });
    await daemon.waitFor("Backup");
    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}
