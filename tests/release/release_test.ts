import assert from "node:assert/strict";
import { attempt, run } from "../support/command.ts";
import { addressesOf } from "../support/host.ts";
import { TestProcess } from "../support/process.ts";
import { changePattern } from "../support/rvrrpd.ts";
import { ADDRESS, type Machine, World } from "../support/world.ts";
import {
  type Architecture,
  copyCheckout,
  copySources,
  makeRelease,
  nameOf,
  NATIVE,
} from "./release.ts";

const VIP = "10.9.0.100";
/** Emulation takes some 15 s to start the program on an idle machine. */
const PATIENCE_MS = 300_000;
/** Runs the program for aarch64; Debian's libc6-arm64-cross has its C library. */
const EMULATOR = ["env", "QEMU_LD_PREFIX=/usr/aarch64-linux-gnu", "qemu-aarch64-static"];

const directory = await Deno.makeTempDir({ prefix: "rv-release-" });
const checkout = `${directory}/checkout`;
const dist = `${directory}/dist`;

Deno.test.beforeAll(async () => {
  await copyCheckout(checkout);
  await makeRelease({ checkout, output: dist, architectures: ["amd64", "arm64"] });
  for (const architecture of ["amd64", "arm64"] as const) {
    await run(["tar", "-xf", archive(architecture), "-C", directory]);
  }
});

Deno.test.afterAll(() => Deno.remove(directory, { recursive: true }));

function archive(architecture: Architecture): string {
  return `${dist}/${nameOf(architecture)}.tar.xz`;
}

/** The unpacked archive, as it came. */
function unpacked(architecture: Architecture): string {
  return `${directory}/${nameOf(architecture)}`;
}

/** A copy of the unpacked archive whose configuration fits the world. */
async function adapted(world: World, architecture: Architecture): Promise<string> {
  await run(["cp", "-R", unpacked(architecture), world.directory]);
  const folder = world.path(nameOf(architecture));
  const file = `${folder}/conf/rvrrpd.conf`;
  const text = await Deno.readTextFile(file);
  const changed = text.replace(/^vip = .*$/m, `vip = "${VIP}"`);
  assert.notEqual(changed, text);
  await Deno.writeTextFile(file, changed);
  return folder;
}

interface Unpacked {
  readonly machine: Machine;
  readonly folder: string;
  /** Put before the program. */
  readonly emulator?: readonly string[];
}

/** What a user does with an unpacked archive; /run is one of its own, as on another machine. */
function start(world: World, { machine, folder, emulator = [] }: Unpacked): TestProcess {
  const script = 'mount -t tmpfs tmpfs /run && cd "$0" && exec "$@"';
  const argv = [...emulator, "./rvrrpd", "-m1", "-c", "conf/rvrrpd.conf"];
  return world.own(
    new TestProcess({
      command: "sh",
      args: ["-c", script, folder, ...argv],
      namespace: world.namespace(machine),
    }),
  );
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  return entries.toSorted();
}

Deno.test("SHA256SUMS is accepted by sha256sum and names both archives", async () => {
  const sums = await Deno.readTextFile(`${dist}/SHA256SUMS`);
  const names = sums.trimEnd().split("\n").map((line) => line.split(/\s+/)[1]);
  assert.deepEqual(names, [`${nameOf("amd64")}.tar.xz`, `${nameOf("arm64")}.tar.xz`]);
  const check = ["sh", "-c", 'cd "$0" && sha256sum --check SHA256SUMS', dist] as const;
  assert.equal((await attempt(check)).code, 0);
});

Deno.test("the notes say of each program which runtime it has", async () => {
  const notes = await Deno.readTextFile(
    `${dist}/${nameOf("amd64").replace(/-linux.*/, "")}-notes.md`,
  );
  for (const architecture of ["amd64", "arm64"]) {
    assert.match(
      notes,
      new RegExp(`^The program for ${architecture} has the runtime of Deno \\S+ from .+\\.$`, "m"),
    );
  }
});

for (const architecture of ["amd64", "arm64"] as const) {
  Deno.test(`the archive for ${architecture} is one folder with all that belongs to it`, async () => {
    const folder = unpacked(architecture);
    assert.deepEqual(await filesIn(folder), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "THIRD_PARTY_LICENSES",
      "conf",
      "install",
      "rvrrpd",
    ]);
    assert.deepEqual(await filesIn(`${folder}/conf`), await filesIn(`${checkout}/conf`));
  });
}

Deno.test("everything in an archive belongs to root and can be read by everybody", async () => {
  const list = await run(["find", unpacked(NATIVE), "-printf", "%y %m %U:%G %P\\n"]);
  for (const line of list.trimEnd().split("\n")) {
    assert.match(line, /^(?:f 644|f 755|d 755) 0:0 /);
  }
});

Deno.test("the same sources give the same bytes in another place, time zone and umask", async () => {
  const elsewhere = `${directory}/a/place/further/down`;
  const output = `${directory}/again`;
  await copySources(checkout, elsewhere);
  await Deno.mkdir(`${directory}/tmp`);
  await makeRelease({
    checkout: elsewhere,
    output,
    architectures: [NATIVE],
    surroundings: [
      ...["TZ=Pacific/Auckland", "LC_ALL=C", `TMPDIR=${directory}/tmp`, "XZ_DEFAULTS=-9"],
      ...["sh", "-c", 'umask 077; exec "$0" "$@"'],
    ],
  });
  await run(["cmp", archive(NATIVE), `${output}/${nameOf(NATIVE)}.tar.xz`]);
});

Deno.test("the third-party licences are those of the runtime and of each package in the program", async () => {
  const text = await Deno.readTextFile(`${unpacked(NATIVE)}/THIRD_PARTY_LICENSES`);
  const { npm } = JSON.parse(await Deno.readTextFile(`${checkout}/deno.lock`));
  // These test the program and are not in it.
  const packages = Object.keys(npm).filter((id) =>
    !/^(?:fast-check|playwright-core|pure-rand)@/.test(id)
  );
  const titles = Array.from(text.matchAll(/^={80}\n(.+)\n={80}\n\n\S/gm), ([, title]) => title);
  assert.deepEqual(titles.filter((title) => title?.includes("@")), packages);
  assert.deepEqual(titles.slice(0, 2), ["Deno", "V8"]);
});

Deno.test("the unpacked program takes over with the configuration beside it", async () => {
  await using world = await World.create();
  const folder = await adapted(world, NATIVE);
  const first = start(world, { machine: "r1", folder });
  await first.waitForLine(changePattern("Master", 1));
  const second = start(world, { machine: "r2", folder });
  await second.waitForLine(changePattern("Backup", 1));
  await first.kill();
  await second.waitForLine(changePattern("Master", 1));
  assert.deepEqual(await addressesOf(world, "r2"), [`${ADDRESS.r2}/24`, `${VIP}/24`]);
  const { code } = await second.stop();
  assert.equal(code, 0, second.text);
  assert.deepEqual(await addressesOf(world, "r2"), [`${ADDRESS.r2}/24`]);
});

Deno.test("the unpacked program for arm64 takes over from the one for this machine", async () => {
  await using world = await World.create();
  const emulated = await adapted(world, "arm64");
  const native = NATIVE === "arm64" ? emulated : await adapted(world, NATIVE);
  const first = start(world, { machine: "r1", folder: native });
  await first.waitForLine(changePattern("Master", 1));
  const second = start(world, { machine: "r2", folder: emulated, emulator: EMULATOR });
  await second.waitForLine(changePattern("Backup", 1), { timeoutMs: PATIENCE_MS });
  await first.kill();
  await second.waitForLine(changePattern("Master", 1), { timeoutMs: PATIENCE_MS });
  assert.deepEqual(await addressesOf(world, "r2"), [`${ADDRESS.r2}/24`, `${VIP}/24`]);
  second.signal("SIGTERM");
  assert.equal((await second.exited(PATIENCE_MS)).code, 0, second.text);
  assert.deepEqual(await addressesOf(world, "r2"), [`${ADDRESS.r2}/24`]);
});

Deno.test("install makes the program's other names, which answer as themselves", async () => {
  const root = `${directory}/root`;
  await run(["env", `DESTDIR=${root}`, `${unpacked(NATIVE)}/install`]);
  assert.match(await run([`${root}/usr/sbin/rvrrpd`, "--version"]), /^rvrrpd \d/);
  for (const name of ["rvrrpd-pw", "vrrpd"]) {
    const { stdout, stderr } = await attempt([`${root}/usr/bin/${name}`]);
    assert.match(stdout + stderr, new RegExp(`^(?:usage: )?${name}\\b`, "im"));
  }
});

Deno.test("rvrrpd schema prints the schema in conf/", async () => {
  const folder = unpacked(NATIVE);
  const expected = await Deno.readTextFile(`${folder}/conf/rvrrpd.schema.json`);
  assert.equal(await run([`${folder}/rvrrpd`, "schema"]), expected);
});

const MISUSE = [
  { args: ["--arch", "mips"], epoch: "0", says: /--arch needs a value: amd64 or arm64/ },
  { args: ["--fast"], epoch: "0", says: /unknown option --fast/ },
  { args: [], epoch: "yesterday", says: /set SOURCE_DATE_EPOCH to seconds since 1970/ },
];

for (const { args, epoch, says } of MISUSE) {
  Deno.test(`scripts/release ${args.join(" ")} refuses in one line: ${says.source}`, async () => {
    const environment = ["env", `SOURCE_DATE_EPOCH=${epoch}`] as const;
    const { code, stderr } = await attempt([
      ...environment,
      `${checkout}/scripts/release`,
      ...args,
    ]);
    assert.match(stderr, /^scripts\/release: [^\n]*\n$/);
    assert.match(stderr, says);
    assert.equal(code, 1);
  });
}
