import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { attempt, type CommandResult } from "../support/command.ts";

const INSTALL = fileURLToPath(new URL("../../scripts/install", import.meta.url));
const EXAMPLE = "an example\n";
/** What an archive holds; what the program does is tested elsewhere. */
const ARCHIVE = {
  "rvrrpd": "#!/bin/sh\necho rvrrpd 9\n",
  "README.md": "",
  "CHANGELOG.md": "",
  "LICENSE": "",
  "THIRD_PARTY_LICENSES": "",
  "conf/rvrrpd.conf": EXAMPLE,
  "conf/rvrrpd.schema.json": "{}\n",
  "conf/rvrrpd.service": "[Unit]\n",
  "conf/rvrrpd.init": "#!/bin/sh\n",
};
const INSTALLED = [
  "d 755 etc",
  "d 755 etc/rvrrpd",
  "f 600 etc/rvrrpd/rvrrpd.conf",
  "f 644 etc/rvrrpd/rvrrpd.schema.json",
  "d 755 usr",
  "d 755 usr/bin",
  "l ../sbin/rvrrpd usr/bin/rvrrpd-pw",
  "l ../sbin/rvrrpd usr/bin/vrrpd",
  "d 755 usr/lib",
  "d 755 usr/lib/systemd",
  "d 755 usr/lib/systemd/system",
  "f 644 usr/lib/systemd/system/rvrrpd.service",
  "d 755 usr/sbin",
  "f 755 usr/sbin/rvrrpd",
  "d 755 usr/share",
  "d 755 usr/share/doc",
  "d 755 usr/share/doc/rvrrpd",
  "f 644 usr/share/doc/rvrrpd/CHANGELOG.md",
  "f 644 usr/share/doc/rvrrpd/LICENSE",
  "f 644 usr/share/doc/rvrrpd/README.md",
  "f 644 usr/share/doc/rvrrpd/THIRD_PARTY_LICENSES",
];

/** An unpacked archive and the root of a system to install it into. */
class Site implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async create(): Promise<Site> {
    const site = new Site(await Deno.makeTempDir());
    await Deno.mkdir(`${site.#directory}/archive/conf`, { recursive: true });
    await Deno.mkdir(site.root);
    for (const [name, text] of Object.entries(ARCHIVE)) await site.#unpack(name, text);
    await Deno.copyFile(INSTALL, `${site.#directory}/archive/install`);
    return site;
  }

  get root(): string {
    return `${this.#directory}/root`;
  }

  #unpack(name: string, text: string): Promise<void> {
    const mode = text.startsWith("#!") ? 0o755 : 0o600;
    return Deno.writeTextFile(`${this.#directory}/archive/${name}`, text, { mode });
  }

  /** A file that the system has before, with the directories above it. */
  async put(path: string, text: string): Promise<void> {
    const place = `${this.root}/${path}`;
    await Deno.mkdir(place.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(place, text);
  }

  read(path: string): Promise<string> {
    return Deno.readTextFile(`${this.root}/${path}`);
  }

  install(...args: string[]): Promise<CommandResult> {
    const script = 'umask 077; exec "$0" "$@"';
    const program = `${this.#directory}/archive/install`;
    return attempt(["env", `DESTDIR=${this.root}`, "sh", "-c", script, program, ...args]);
  }

  /** Everything below the root: what it is, its mode or target, its path. */
  async tree(path = ""): Promise<string[]> {
    const lines: string[] = [];
    const entries = await Array.fromAsync(Deno.readDir(`${this.root}/${path}`));
    for (const { name, isDirectory } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
      lines.push(await this.#describe(`${path}${name}`));
      if (isDirectory) lines.push(...await this.tree(`${path}${name}/`));
    }
    return lines;
  }

  async #describe(path: string): Promise<string> {
    const { isDirectory, isSymlink, mode } = await Deno.lstat(`${this.root}/${path}`);
    if (isSymlink) return `l ${await Deno.readLink(`${this.root}/${path}`)} ${path}`;
    return `${isDirectory ? "d" : "f"} ${((mode ?? 0) & 0o7777).toString(8)} ${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#directory, { recursive: true });
  }
}

const NOTHING_SAID = { code: 0, stdout: "", stderr: "" };

Deno.test("install puts everything in its place below DESTDIR, whatever the umask", async () => {
  await using site = await Site.create();
  assert.deepEqual(await site.install(), NOTHING_SAID);
  assert.deepEqual(await site.tree(), INSTALLED);
  assert.equal(await site.read("etc/rvrrpd/rvrrpd.conf"), EXAMPLE);
});

Deno.test("install leaves a configuration alone and replaces all else", async () => {
  await using site = await Site.create();
  await site.put("etc/rvrrpd/rvrrpd.conf", "mine\n");
  await site.put("usr/sbin/rvrrpd", "the old one\n");
  assert.deepEqual(await site.install(), NOTHING_SAID);
  assert.equal(await site.read("etc/rvrrpd/rvrrpd.conf"), "mine\n");
  assert.equal(await site.read("usr/sbin/rvrrpd"), ARCHIVE.rvrrpd);
  assert.deepEqual(await site.install(), NOTHING_SAID);
  assert.equal(await site.read("etc/rvrrpd/rvrrpd.conf"), "mine\n");
});

Deno.test("install leaves a configuration alone that is a link to nowhere", async () => {
  await using site = await Site.create();
  await site.put("etc/rvrrpd/other", "");
  await Deno.symlink("/nonexistent/rvrrpd.conf", `${site.root}/etc/rvrrpd/rvrrpd.conf`);
  assert.deepEqual(await site.install(), NOTHING_SAID);
  const target = await Deno.readLink(`${site.root}/etc/rvrrpd/rvrrpd.conf`);
  assert.equal(target, "/nonexistent/rvrrpd.conf");
});

Deno.test("install adds the init script where the system has such", async () => {
  await using site = await Site.create();
  await site.put("etc/init.d/cron", "");
  await site.install();
  assert.ok((await site.tree()).includes("f 755 etc/init.d/rvrrpd"));
});

Deno.test("install leaves somebody else's vrrpd as it is, and says so", async () => {
  await using site = await Site.create();
  await site.put("usr/bin/vrrpd", "another program\n");
  const { code, stderr } = await site.install();
  assert.match(stderr, /^install: left \S+\/usr\/bin\/vrrpd as it is.*"rvrrpd vrrpd"\n$/);
  assert.equal(code, 0);
  assert.equal(await site.read("usr/bin/vrrpd"), "another program\n");
  await site.install("--uninstall");
  assert.equal(await site.read("usr/bin/vrrpd"), "another program\n");
});

Deno.test("install --uninstall removes all but the configuration", async () => {
  await using site = await Site.create();
  await site.put("etc/init.d/cron", "");
  await site.install();
  const { code, stdout } = await site.install("--uninstall");
  assert.equal(code, 0);
  assert.match(stdout, /^install: left \S+\/etc\/rvrrpd, /);
  const left = (await site.tree()).filter((line) => !line.startsWith("d "));
  assert.deepEqual(left.map((line) => line.split(" ").at(-1)), [
    "etc/init.d/cron",
    "etc/rvrrpd/rvrrpd.conf",
  ]);
});

Deno.test("install refuses an argument that it does not know, and changes nothing", async () => {
  await using site = await Site.create();
  const { code, stderr } = await site.install("--prefix=/opt");
  assert.equal(code, 1);
  assert.match(stderr, /^install: unknown argument --prefix=\/opt: see [^\n]*\n$/);
  assert.deepEqual(await site.tree(), []);
});
