import assert from "node:assert/strict";
import { readConfig } from "../../src/cli/config_file.ts";
import { type ExitCode, ExitError } from "../../src/cli/exit.ts";

const NO_OPTIONS = { help: false, version: false, check: false };
const ROUTER = '[[vrouter]]\ngroup = 1\ninterface = "eth0"\nvip = "10.9.0.100"\n';

/** A file with this text, removed at the end of the test. */
class ConfigFile implements Disposable {
  readonly #directory = Deno.makeTempDirSync();
  readonly path: string;

  constructor(text: string, { mode = 0o600, name = "rvrrpd.conf" } = {}) {
    this.path = `${this.#directory}/${name}`;
    Deno.writeTextFileSync(this.path, text);
    Deno.chmodSync(this.path, mode);
  }

  get options() {
    return { ...NO_OPTIONS, configFile: this.path };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }
}

Deno.test("readConfig() gives what a right file says", () => {
  using file = new ConfigFile(`debug = 2\n${ROUTER}`);
  const { config, faults, warnings, fileName } = readConfig(file.options);
  assert.equal(config?.debug, 2);
  assert.equal(config?.routers.length, 1);
  assert.deepEqual({ faults, warnings }, { faults: [], warnings: [] });
  assert.equal(fileName, file.path);
});

Deno.test("readConfig() lets the command line's debug level win, 0 too", () => {
  using file = new ConfigFile(`debug = 2\n${ROUTER}`);
  for (const debug of [0, 5] as const) {
    assert.equal(readConfig({ ...file.options, debug }).config?.debug, debug);
  }
});

Deno.test("readConfig() names every fault with file, line and key, and gives no configuration", () => {
  using file = new ConfigFile(`debug = 4\n${ROUTER}priority = 300\n`);
  const { config, faults } = readConfig(file.options);
  assert.equal(config, undefined);
  const [first, second, ...more] = faults.map(({ text }) => text);
  assert.ok(first?.startsWith(`${file.path}:1:`) && first.includes("debug"), first);
  assert.ok(second?.startsWith(`${file.path}:6:`) && second.includes("priority"), second);
  assert.deepEqual(more, []);
});

Deno.test("readConfig() marks an unknown key, because only a check takes it for a fault", () => {
  using file = new ConfigFile(`${ROUTER}prioritiy = 200\n`);
  const { config, faults, warnings } = readConfig(file.options);
  assert.equal(config?.routers[0]?.protocol.priority, 100);
  assert.deepEqual(faults, []);
  assert.deepEqual(warnings.map(({ failsCheck }) => failsCheck), [true]);
  assert.match(warnings[0]?.text ?? "", /prioritiy.*priority/);
});

Deno.test("readConfig() reads JSON by the file's name or because it is told to", () => {
  const json = JSON.stringify({ vrouter: [{ group: 1, interface: "eth0", vip: "10.9.0.1" }] });
  using named = new ConfigFile(json, { name: "rvrrpd.json" });
  assert.equal(readConfig(named.options).config?.routers.length, 1);
  using told = new ConfigFile(json);
  assert.equal(readConfig({ ...told.options, configFormat: "json" }).config?.routers.length, 1);
});

const SECRET = 'auth_type = "rfc2338-simple"\nauth_secret = "banana77"\n';

const EXPOSED = [
  { text: ROUTER + SECRET, mode: 0o644, warned: true, why: "a secret that everybody can read" },
  { text: ROUTER + SECRET, mode: 0o640, warned: false, why: "a secret for the group" },
  { text: ROUTER, mode: 0o644, warned: false, why: "no secret" },
  {
    text: `# auth_secret = "banana77"\n${ROUTER}`,
    mode: 0o644,
    warned: false,
    why: "a secret in a comment",
  },
] as const;

for (const { text, mode, warned, why } of EXPOSED) {
  Deno.test(`readConfig() ${warned ? "warns of" : "is content with"} ${why}`, () => {
    using file = new ConfigFile(text, { mode });
    const { config, warnings } = readConfig(file.options);
    assert.ok(config);
    const texts = warnings.map(({ text }) => text);
    assert.deepEqual(
      texts,
      warned
        ? [`${file.path}: holds a secret and can be read by everybody (chmod o-r ${file.path})`]
        : [],
    );
  });
}

Deno.test("readConfig() warns of a secret in JSON too", () => {
  const router = {
    group: 1,
    interface: "eth0",
    vip: "10.9.0.100",
    auth_type: "rfc2338-simple",
    auth_secret: "banana77",
  };
  using file = new ConfigFile(JSON.stringify({ vrouter: [router] }), {
    mode: 0o644,
    name: "rvrrpd.json",
  });
  const { warnings } = readConfig(file.options);
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0]?.text.includes("banana77"), false);
});

function refusal(path: string, code: ExitCode, says: RegExp): void {
  assert.throws(() => readConfig({ ...NO_OPTIONS, configFile: path }), (error) => {
    assert.ok(error instanceof ExitError);
    assert.equal(error.code, code);
    assert.match(error.message, says);
    return true;
  });
}

Deno.test("readConfig() refuses what cannot be read by naming it", () => {
  using file = new ConfigFile(ROUTER);
  refusal(`${file.path}.gone`, 1, /^Cannot read \S+\.gone: there is no such file$/);
  refusal(`${file.path}/below`, 1, /^Cannot read \S+\/below: there is no such file$/);
  refusal(file.path.replace(/\/[^/]*$/, ""), 1, /^Cannot read \S+: it is a directory$/);
});
