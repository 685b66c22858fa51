import assert from "node:assert/strict";
import fc from "fast-check";
import type { TomlTable } from "../../src/base/toml.ts";
import type { Change, RawTable } from "../../src/config/changes.ts";
import { foldChange } from "../../src/config/fold_changes.ts";
import { LineMap } from "../../src/config/key_path.ts";
import { loadConfig, loadDocument, type LoadedConfig } from "../../src/config/load.ts";
import { publishedConfig } from "../../src/config/published.ts";
import { type ConfigPart, rewriteConfig, type Rewritten } from "../../src/config/rewrite.ts";
import { writeToml } from "../../src/config/write_toml.ts";

const SECRET = "0123456789abcdefghijklmnopqrstuv";
const ADMIN = `{{SHA256}}admin:0::${"0f".repeat(32)}`;
const ROUTER = { group: 1, interface: "eth0", vip: "10.9.0.1", auth_secret: "joshua" };
const KEYED = {
  group: 2,
  interface: "eth0",
  vip: ["10.9.0.2"],
  auth_type: "hmac-sha256",
  auth_keys: [{ id: 1, secret: SECRET }, { id: 2, secret_file: "/etc/key" }],
  notify: ["/bin/true"],
};
const FILE: RawTable = {
  debug: 1,
  main_log: "/var/log/x.log",
  vrouter: [ROUTER, KEYED],
  protocols: { static: [{ route: "10.0.0.0/8", nh: "10.9.0.9" }] },
  api: { users: [ADMIN], secret: "sign", host: "127.0.0.1:7080" },
};
const NO_CHANGES: readonly Change[] = [];
const PRIORITY: Change = {
  what: "setRouter",
  router: { group: 1, interface: "eth0" },
  keys: { priority: 7 },
};
const ROUTE: Change = { what: "addRoute", table: { route: "10.8.0.0/16", nh: "10.9.0.9" } };

interface Sent {
  readonly isLocal?: boolean;
  readonly changes?: readonly Change[];
}

function write(part: ConfigPart, value: unknown, { isLocal = false, changes = [] }: Sent = {}) {
  return rewriteConfig(FILE, changes, { what: "part", part, value, isLocal });
}

function paths({ faults }: Rewritten): string[] {
  return faults.map(({ path }) => path);
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

Deno.test("rewriteConfig() takes what was read for what is there, secrets and all", () => {
  const read = publishedConfig(FILE);
  for (const part of ["global", "vrouter", "protocols"] as const) {
    const rewritten = write(part, part === "global" ? read : read[part]);
    assert.deepEqual(rewritten, { config: FILE, changes: [], faults: [] }, part);
  }
});

Deno.test("rewriteConfig() keeps the secrets of tables that have moved in their list", () => {
  const read = copy(publishedConfig(FILE)["vrouter"]) as { auth_keys: unknown[] }[];
  read.reverse();
  read[0]?.auth_keys.reverse();
  const { config, faults } = write("vrouter", read);
  const keys = KEYED.auth_keys.toReversed();
  assert.deepEqual([config["vrouter"], faults], [[{ ...KEYED, auth_keys: keys }, ROUTER], []]);
});

Deno.test("rewriteConfig() asks for a secret that it does not know", () => {
  const moved = { ...ROUTER, interface: "eth1", auth_secret: "***" };
  assert.deepEqual(paths(write("vrouter", [moved])), ["vrouter[0].auth_secret"]);
  const users = { ...copy(FILE), api: { users: ["***", "***"] } };
  assert.deepEqual(paths(write("global", users, { isLocal: true })), ["api.users", "api.users[1]"]);
});

Deno.test("rewriteConfig() does not guess whom a shorter list of hidden users leaves out", () => {
  const file = { ...FILE, api: { users: [ADMIN, ADMIN.replace("admin", "ops")] } };
  const rewrite = (users: readonly string[]) =>
    rewriteConfig(file, NO_CHANGES, {
      ...{ what: "part", part: "global", isLocal: true },
      value: { ...file, api: { users } },
    });
  assert.deepEqual(paths(rewrite(["***"])), ["api.users"]);
  assert.deepEqual(paths(rewrite([ADMIN])), []);
  assert.deepEqual(paths(rewrite(["***", "***"])), []);
});

Deno.test("rewriteConfig() sends no secret in the clear for one who does not know it", () => {
  const ah = { ...ROUTER, auth_type: "rfc2338-ah" };
  const rewrite = (before: RawTable, router: RawTable, isLocal = false) =>
    paths(
      rewriteConfig({ vrouter: [before] }, NO_CHANGES, {
        ...{ what: "part", part: "vrouter", value: [router], isLocal },
      }),
    );
  const open = { auth_type: "rfc2338-simple" };
  const kept = { ...ah, ...open, auth_secret: "***" };
  const { auth_secret: _, ...inFile } = { ...ah, auth_secret_file: "/etc/key" };
  const path = ["vrouter[0].auth_type"];
  assert.deepEqual(rewrite(ah, kept), path);
  assert.deepEqual(rewrite(ROUTER, kept), path);
  assert.deepEqual(rewrite(inFile, { ...inFile, ...open }), path);
  assert.deepEqual(rewrite(ah, kept, true), []);
  assert.deepEqual(rewrite(ah, { ...kept, auth_secret: "another" }), []);
  assert.deepEqual(rewrite({ ...ah, ...open }, kept), []);
  assert.deepEqual(rewrite(ah, { ...ah, auth_type: "p0-t8-sha256", auth_secret: "***" }), []);
});

Deno.test("rewriteConfig() puts null for absent, and takes a part away for it", () => {
  const { config } = write("vrouter", [{ ...ROUTER, priority: null, timers: { advert: null } }]);
  assert.deepEqual(config["vrouter"], [{ ...ROUTER, timers: {} }]);
  const { protocols: _, ...rest } = FILE;
  assert.deepEqual(write("protocols", null).config, rest);
});

const GUARDED = [
  { change: { main_log: "/etc/passwd" }, path: "main_log", row: "a file" },
  { change: { control_socket: "" }, path: "control_socket", row: "a socket" },
  { change: { script_user: "root" }, path: "script_user", row: "who runs programs" },
  { change: { client_api: "disabled" }, path: "client_api", row: "whether there is an API" },
  { change: { api: null }, path: "api", row: "the API gone" },
  { change: { api: { users: [ADMIN], write: true } }, path: "api", row: "the API otherwise" },
  {
    change: { vrouter: [{ ...ROUTER, notify_master: "/bin/x" }] },
    path: "vrouter[0].notify_master",
    row: "a program",
  },
  {
    change: { vrouter: [ROUTER, { ...KEYED, notify: null }] },
    path: "vrouter[1].notify",
    row: "a program that runs no more",
  },
  {
    change: { vrouter: [{ ...KEYED, auth_keys: [{ id: 1, secret_file: "/etc/shadow" }] }] },
    path: "vrouter[0].auth_keys[0].secret_file",
    row: "the file of a secret",
  },
];

for (const { change, path, row } of GUARDED) {
  Deno.test(`rewriteConfig() refuses ${row} over TCP, and takes it over the control socket`, () => {
    const value = { ...FILE, ...change };
    assert.deepEqual(paths(write("global", value)), [path]);
    assert.deepEqual(paths(write("global", value, { isLocal: true })), []);
  });
}

Deno.test("rewriteConfig() lets a virtual router take its programs with it", () => {
  assert.deepEqual(write("vrouter", [ROUTER]).faults, []);
});

Deno.test("rewriteConfig() forgets the changes that it has overwritten, and no others", () => {
  const changes = [PRIORITY, ROUTE];
  const keptBy = (part: ConfigPart) => write(part, copy(FILE)[part] ?? FILE, { changes }).changes;
  assert.deepEqual(keptBy("global"), []);
  assert.deepEqual(keptBy("vrouter"), [ROUTE]);
  assert.deepEqual(keptBy("protocols"), [PRIORITY]);
});

Deno.test("rewriteConfig() writes no change into the part that nobody has sent", () => {
  const { config } = write("protocols", { static: [] }, { changes: [PRIORITY, ROUTE] });
  assert.deepEqual(config, { ...FILE, protocols: { static: [] } });
});

const interfaces = fc.constantFrom("eth0", "eth1");
const place = fc.record({ group: fc.integer({ min: 1, max: 4 }), interface: interfaces });
const destination = fc.integer({ min: 0, max: 3 }).map((byte) => `10.${byte}.0.0/16`);
const priority = fc.integer({ min: 1, max: 254 });
const someChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, priority).map(([at, value]): Change => ({
    what: "addRouter",
    table: { ...at, vip: `10.9.${at.group}.${at.interface.at(-1)}`, priority: value, vmac: false },
  })),
  fc.tuple(place, fc.option(priority)).map(([router, value]): Change => ({
    what: "setRouter",
    router,
    keys: { priority: value, timers: { advert: 3 } },
  })),
  place.map((router): Change => ({ what: "deleteRouter", router })),
  fc.tuple(fc.constantFrom("addRoute", "setRoute", "deleteRoute"), destination, priority).map(
    ([what, route, mtu]): Change => ({ what, table: { route, nh: "10.9.0.9", mtu: mtu + 100 } }),
  ),
);

function load(text: string, changes: readonly Change[] = []): LoadedConfig {
  return loadConfig({ text, fileName: "x", changes });
}

Deno.test("what is saved runs after a restart as it ran before, in either format", () => {
  const changesOfAClient = fc.array(someChange, { maxLength: 8 });
  fc.assert(fc.property(changesOfAClient, fc.boolean(), (asked, isJson) => {
    const file: RawTable = {
      vrouter: [{ group: 1, interface: "eth0", vip: "10.9.1.0", vmac: false }],
      protocols: { static: [{ route: "10.0.0.0/16", nh: "10.9.0.9" }] },
    };
    const write = (config: RawTable) =>
      isJson ? JSON.stringify(config) : writeToml(config as TomlTable);
    const text = write(file);
    let changes = NO_CHANGES;
    for (const latest of asked) {
      const { config, obstacles } = load(text, [...changes, latest]);
      if (config === undefined || obstacles.at(-1) !== undefined) continue;
      changes = foldChange(changes, { latest, obstacles });
    }
    const running = load(text, changes);
    const saved = rewriteConfig(file, changes, { what: "save" });
    assert.deepEqual(saved.changes, []);
    assert.deepEqual(load(write(saved.config)).config, running.config);
  }));
});

const MARK = "Tell-Nobody";
/** What people send where a secret belongs, right or not. */
const marked = fc.string().chain((text) =>
  fc.constantFrom(`${MARK}${text}`, [`${MARK}${text}`], { "": `${MARK}${text}` })
);
const rubbish = fc.oneof(fc.jsonValue(), fc.constant("***"), fc.constant(null));

Deno.test("no fault of a configuration that somebody has sent tells a secret in it", () => {
  const router = fc.record(
    {
      group: fc.oneof(fc.constant(1), rubbish),
      interface: fc.constant("eth0"),
      vip: fc.oneof(fc.constant("10.9.0.1"), rubbish),
      auth_type: fc.oneof(fc.constantFrom("rfc2338-simple", "hmac-sha256"), rubbish),
      auth_secret: marked,
      auth_keys: fc.oneof(
        fc.array(fc.record({ id: fc.oneof(fc.constant(1), rubbish), secret: marked })),
        marked,
      ),
      priority: rubbish,
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const api = fc.record(
    { users: fc.oneof(fc.array(marked), marked), secret: marked, host: rubbish },
    { requiredKeys: [], noNullPrototype: true },
  );
  fc.assert(fc.property(fc.array(router), api, (vrouter, api) => {
    const sent = write("global", { vrouter, api });
    const found = loadDocument({ value: sent.config, lines: new LineMap() }, {});
    const text = JSON.stringify([sent.faults, found.faults, found.warnings, found.published]);
    assert.ok(!text.includes(MARK), text);
  }));
});
