import assert from "node:assert/strict";
import fc from "fast-check";
import { configFormat, loadConfig } from "../../src/config/load.ts";
import { lines, loadRouter, loadToml, loadValue, paths, resolved, ROUTER } from "./support.ts";

const WRONG_ALL_OVER = `debug = 4
prio = 3
[[vrouter]]
group = 0
interface = "lo"
vip = ["10.0.0.300", "10.0.0.1"]
priority = 300
timers = { advert = "x", foo = 1 }
auth_secert = "hunter2"
[[vrouter]]
interface = "eth0"
vip = "224.0.0.1"
rfc3768 = "yes"
startup_delay = 3
[protocols]
[[protocols.static]]
route = "10.0.0.1"
mask = "255.255.255.0"
nh = "fe80::1"
[api]
users = ["hunter2"]
priority = 5
`;

Deno.test("loadConfig() reports every fault of a file at once, in its order, each with its line", () => {
  const { config, faults } = loadToml(WRONG_ALL_OVER);
  assert.equal(config, undefined);
  assert.deepEqual(lines(faults), [
    "rvrrpd.conf:1: debug: 4 is not one of the choices (0, 1, 2, 3, 5)",
    "rvrrpd.conf:4: vrouter[0].group: 0 is out of range (1 to 255; VRIDs start at 1)",
    'rvrrpd.conf:5: vrouter[0].interface: "lo" is not an Ethernet interface (the name of an Ethernet interface, 1 to 15 bytes)',
    'rvrrpd.conf:6: vrouter[0].vip[0]: "10.0.0.300" is not an IP address (such as 10.0.0.1 or 10.0.0.1/24, without leading zeros)',
    "rvrrpd.conf:7: vrouter[0].priority: 300 is out of range (1 to 254; an owner of the address uses 255 by itself)",
    'rvrrpd.conf:8: vrouter[0].timers.advert: "x" is not a number (0.01 to 255)',
    "rvrrpd.conf:10: vrouter[1].group: is missing (required: 1 to 255; VRIDs start at 1)",
    "rvrrpd.conf:12: vrouter[1].vip: 224.0.0.1 is a multicast address (a virtual address is one that a host can have)",
    'rvrrpd.conf:13: vrouter[1].rfc3768: "yes" is not true or false (true or false, without quotes)',
    "rvrrpd.conf:17: protocols.static[0].route: 10.0.0.1/24 is no network: bits beyond its length are set (10.0.0.0/24 is the network around it)",
    "rvrrpd.conf:19: protocols.static[0].nh: fe80::1 is not of the family of the destination (an IPv4 address)",
    "rvrrpd.conf:21: api.users[0]: *** is not of the form {{SHA256}}NAME:LEVEL:SALT:HASH or {{SCRYPT}}NAME:LEVEL::HASH (a line made by rvrrpd-pw)",
  ]);
});

Deno.test("loadConfig() warns of unknown keys apart from faults, with the nearest known key or the right table", () => {
  const { warnings } = loadToml(WRONG_ALL_OVER);
  const unknown = warnings.filter((warning) => warning.unknownKey);
  assert.deepEqual(lines(unknown), [
    "rvrrpd.conf:2: prio: is not a known key (it has no effect)",
    "rvrrpd.conf:8: vrouter[0].timers.foo: is not a known key (it has no effect)",
    "rvrrpd.conf:9: vrouter[0].auth_secert: is not a known key (did you mean auth_secret?)",
    "rvrrpd.conf:14: vrouter[1].startup_delay: is not a known key (it belongs above the first table)",
    "rvrrpd.conf:22: api.priority: is not a known key (it belongs to a [[vrouter]] table)",
  ]);
});

Deno.test("loadConfig() takes a file with unknown keys, also inside tables, and leaves them out", () => {
  const { config, faults, warnings } = loadRouter({ x: 1, timers: { y: 2 } });
  assert.deepEqual(faults, []);
  assert.deepEqual(paths(warnings), ["vrouter[0].x", "vrouter[0].timers.y"]);
  assert.deepEqual(config, loadRouter({}).config);
});

Deno.test("loadConfig() counts null in JSON as absent, at any depth", () => {
  const nulls = { priority: null, timers: { advert: null }, auth_secret: null, foo: null };
  assert.deepEqual(loadRouter(nulls), loadRouter({}));
});

Deno.test("loadConfig() takes a key named __proto__ for what it is: unknown", () => {
  const text = `{"vrouter":[{"__proto__":{"group":1},"interface":"eth0","vip":"10.9.0.1"}]}`;
  const { faults, warnings } = loadConfig({ text, fileName: "x.json" });
  assert.deepEqual(paths(faults), ["vrouter[0].group"]);
  assert.deepEqual(paths(warnings), ["vrouter[0].__proto__"]);
});

Deno.test("loadConfig() tells a list of tables from a table, with the brackets that are wanted", () => {
  const { faults } = loadToml("[vrouter]\ngroup = 1\n[protocols.static]\nnh = 'x'\n");
  assert.deepEqual(lines(faults), [
    "rvrrpd.conf:1: vrouter: is a table, not a list (a list of tables, in TOML [[vrouter]])",
    "rvrrpd.conf:3: protocols.static: is a table, not a list (a list of tables, in TOML [[protocols.static]])",
  ]);
});

Deno.test("loadConfig() refuses a date where a text is wanted", () => {
  assert.deepEqual(lines(loadToml("pid = 2026-11-22").faults), [
    "rvrrpd.conf:1: pid: is a date, not a text (the path of a file or folder)",
  ]);
});

Deno.test("loadConfig() refuses a date or a list in place of a table that has defaults", () => {
  for (const value of ["2026-11-22", "[]", "[1]"]) {
    const text = `[[vrouter]]\ngroup = 1\ninterface = "eth0"\nvip = "10.9.0.1"\ntimers = ${value}`;
    assert.deepEqual(paths(loadToml(text).faults), ["vrouter[0].timers"], value);
  }
  assert.deepEqual(paths(loadToml("vrouter = [2026-11-22]\napi = 10:00:00").faults), [
    "vrouter[0]",
    "api",
  ]);
});

Deno.test("loadConfig() warns of a file without any virtual router", () => {
  for (const loaded of [loadToml(""), loadToml("vrouter = []"), loadValue({})]) {
    assert.ok(loaded.config !== undefined);
    assert.deepEqual(paths(loaded.warnings), ["vrouter"]);
  }
});

Deno.test("loadConfig() reads past a byte order mark", () => {
  assert.equal(resolved(loadToml("\uFEFFdebug = 1")).debug, 1);
});

Deno.test("configFormat() follows the option, then the extension, then the first character", () => {
  const rows = [
    { fileName: "a.json", text: "debug = 1", option: "toml", format: "toml" },
    { fileName: "a.json", text: "", format: "json" },
    { fileName: "rvrrpd.json.conf", text: "", format: "json" },
    { fileName: "rvrrpd.conf", text: "\n  {}", format: "json" },
    { fileName: "rvrrpd.conf", text: "[[vrouter]]", format: "toml" },
    { fileName: "json.conf", text: "", format: "toml" },
  ] as const;
  for (const { format, ...row } of rows) assert.equal(configFormat(row), format, row.fileName);
});

const SECRET = "S3cr3t-that-must-not-show";

Deno.test("loadConfig() shows no secret, whatever is wrong with it", () => {
  const places: readonly object[] = [
    { vrouter: [{ ...ROUTER, auth_secret: [SECRET] }] },
    { vrouter: [{ ...ROUTER, auth_secret: { x: SECRET } }] },
    { vrouter: [{ ...ROUTER, auth_secret: SECRET, auth_type: "rfc2338-simple" }] },
    { vrouter: [{ ...ROUTER, auth_secret: SECRET }] },
    { vrouter: [{ ...ROUTER, auth_keys: SECRET }] },
    { vrouter: [{ ...ROUTER, auth_keys: [SECRET] }] },
    { vrouter: [{ ...ROUTER, auth_keys: [{ id: 1, secret: SECRET }] }] },
    { vrouter: [{ ...ROUTER, auth_secert: SECRET }] },
    { vrouter: [SECRET] },
    { api: { users: SECRET } },
    { api: { users: [SECRET] } },
    { api: { users: [], secret: [SECRET] } },
    { api: SECRET },
  ];
  for (const place of places) {
    const { config: _, ...said } = loadValue(place);
    assert.ok(!JSON.stringify(said).includes(SECRET), JSON.stringify(place));
    assert.ok(said.faults.length + said.warnings.length > 0, JSON.stringify(place));
  }
});

Deno.test("loadConfig() shows no secret when the syntax is wrong in its line", () => {
  const texts = [
    `auth_secret = "${SECRET}`,
    `auth_secret = ${SECRET}`,
    `auth_secret = "${SECRET}" x`,
    `{ "auth_secret": "${SECRET} }`,
    `{ "auth_secret": ${SECRET} }`,
    `{ "auth_secret": "${SECRET}" "x": 1 }`,
  ];
  for (const text of texts) {
    const { faults } = loadConfig({ text, fileName: "x" });
    assert.equal(faults.length, 1);
    assert.ok(!JSON.stringify(faults).includes(SECRET), text);
  }
});

/** Tables with our own key names in them, so that the values reach every rule. */
function anyConfig() {
  const text = fc.constantFrom(
    "",
    "eth0",
    "10.9.0.1",
    "10.9.0.1/24",
    "fe80::1",
    "ioctl",
    "macvlan",
    "a 'b",
  );
  const leaf = fc.oneof(
    text,
    fc.integer({ min: -1, max: 300 }),
    fc.boolean(),
    fc.double(),
    fc.constant(null),
  );
  const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }));
  const keys = (names: readonly string[]) =>
    fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 4 })), value, {
      maxKeys: 8,
    });
  const router = keys([
    ...["group", "interface", "vip", "version", "priority", "timers", "auth_type", "auth_secret"],
    ...[
      "auth_keys",
      "active_key",
      "netdrv",
      "iftype",
      "vifname",
      "vmac",
      "excluded_vips",
      "routes",
    ],
    ...["unicast_peers", "unicast_src", "source", "rfc3768", "notify", "track_interface"],
  ]);
  const route = keys(["route", "mask", "nh", "metric", "mtu"]);
  return fc.record({
    vrouter: fc.oneof(
      value,
      fc.array(fc.oneof(router, router.map((own) => ({ ...ROUTER, ...own })), value)),
    ),
    protocols: fc.oneof(
      value,
      fc.record({ static: fc.oneof(value, fc.array(fc.oneof(route, value))) }),
    ),
    api: fc.oneof(value, keys(["users", "secret", "host", "tls", "write"])),
    debug: value,
  }, { requiredKeys: [] });
}

Deno.test("loadConfig() gives a configuration or faults for any value, and never throws", () => {
  fc.assert(
    fc.property(fc.oneof(anyConfig(), fc.jsonValue()), (value) => {
      const { config, faults } = loadValue(value);
      assert.equal(config === undefined, faults.length > 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("loadConfig() never throws at any text, in either format", () => {
  const piece = fc.constantFrom(
    "[",
    "]",
    "{",
    "}",
    "=",
    '"',
    "'",
    ",",
    "\n",
    "a",
    "1",
    ":",
    ".",
    "#",
    "\\",
    "é",
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.array(piece).map((all) => all.join(""))), (text) => {
      for (const format of ["toml", "json"] as const) {
        const { config, faults } = loadConfig({ text, fileName: "x", format });
        assert.equal(config === undefined, faults.length > 0);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("loadConfig() survives nesting that is deeper than the stack", () => {
  for (const depth of [10_000, 200_000]) {
    for (const [before, after] of [["a = ", ""], ['{"a":', "}"]] as const) {
      const text = `${before}${"[".repeat(depth)}${"]".repeat(depth)}${after}`;
      assert.equal(loadConfig({ text, fileName: "x" }).faults.length, 1);
    }
  }
});
