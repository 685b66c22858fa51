import assert from "node:assert/strict";
import { configSchema } from "../../src/config/schema.ts";
import { loadValue, paths, ROUTER } from "./support.ts";

/** For one key: values that it takes, and values that it refuses. */
interface KeyRow {
  readonly key: string;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
  /** Other keys that the good values need. */
  readonly beside?: Readonly<Record<string, unknown>>;
}

const TEXT_ONLY = ["", 1, true, [], "a\0b"];
const FLAG_ONLY = ["true", 1, []];
const SECONDS_ONLY = [-0.1, 86_401, "5", true];
const COMMAND_ONLY = ["", "'open", "a\\", [], [1], ["a\0"], 3, true];
const SHA_USER = `{{SHA256}}admin:0:1eb7ac761a1201f9:${"0f".repeat(32)}`;

const GENERAL: readonly KeyRow[] = [
  { key: "debug", good: [0, 1, 2, 3, 5], bad: [4, 6, -1, "1", 0.5, true] },
  { key: "time_zone", good: ["local", "utc"], bad: ["UTC", "", 1, "Europe/Zurich"] },
  {
    key: "time_format",
    good: ["disabled", "short", "rfc2822", "iso8601"],
    bad: ["", "long", 0, true],
  },
  { key: "log_format", good: ["text", "json"], bad: ["xml", 1] },
  { key: "syslog", good: [true, false], bad: FLAG_ONLY },
  { key: "pid", good: ["/run/x.pid"], bad: TEXT_ONLY },
  { key: "working_dir", good: ["/"], bad: TEXT_ONLY },
  { key: "main_log", good: ["/var/log/x"], bad: TEXT_ONLY },
  { key: "error_log", good: ["/var/log/y"], bad: TEXT_ONLY },
  { key: "client_api", good: ["http", "disabled"], bad: ["on", true, ""] },
  { key: "control_socket", good: ["/run/x.sock", ""], bad: [1, true, "a\0"] },
  { key: "state_dir", good: ["/run/x"], bad: TEXT_ONLY },
  { key: "replay_dir", good: ["/var/lib/x"], bad: TEXT_ONLY },
  { key: "script_user", good: ["nobody", "_rvrrpd"], bad: ["", "a b", "a:b", 0] },
  { key: "startup_delay", good: [0, 1.5, 86_400], bad: SECONDS_ONLY },
];

const KEY = { id: 7, secret: "0123456789abcdefghijklmnopqrstuv" };
const HMAC = { auth_type: "hmac-sha256", auth_keys: [KEY], active_key: 7 };

const VROUTER: readonly KeyRow[] = [
  { key: "group", good: [1, 255], bad: [0, 256, 1.5, "1", -1, true] },
  {
    key: "interface",
    good: ["eth0", "ens192.900", "br-lan", "lo1", "abcdefghijklmno"],
    bad: [
      "",
      "lo",
      "ppp0",
      "ppp",
      ".",
      "..",
      "a/b",
      "a b",
      "eth0:1",
      "abcdefghijklmnop",
      "é".repeat(8),
      0,
    ],
  },
  {
    key: "vip",
    good: ["10.0.0.1", "10.0.0.1/24", ["10.0.0.1", "10.0.0.2/32"], "10.0.0.255/31"],
    bad: [
      "",
      [],
      "10.0.0",
      "10.0.0.01",
      "10.0.0.1/33",
      "10.0.0.1/",
      "0.0.0.0",
      "127.0.0.1",
      "224.0.0.18",
      "255.255.255.255",
      "240.0.0.1",
      "10.0.0.255/24",
      "10.0.0.1/0",
      "fe80::1",
      1,
      ["10.0.0.1", 2],
    ],
  },
  {
    key: "excluded_vips",
    good: [[], ["10.0.0.9"], ["2001:db8::1/64"]],
    bad: ["10.0.0.9", ["x"], ["ff02::1"], ["::1"], ["::"], ["::ffff:10.0.0.1"], [1]],
  },
  { key: "version", good: [2, 3], bad: [1, 4, "2", 2.5] },
  { key: "priority", good: [1, 254], bad: [0, 255, 300, "high", 1.5] },
  { key: "owner", good: [true, false], bad: FLAG_ONLY },
  { key: "preemption", good: [true, false], bad: FLAG_ONLY },
  { key: "preempt_delay", good: [0, 0.25, 300], bad: SECONDS_ONLY },
  {
    key: "timers",
    good: [{}, { advert: 1 }, { advert: 255 }, { garp_repeat: 0 }, {
      garp_delay: 0,
      garp_refresh: 60,
    }],
    bad: [
      1,
      [],
      { advert: 0 },
      { advert: 256 },
      { advert: 1.5 },
      { advert: "1" },
      { garp_repeat: -1 },
      { garp_repeat: 1.5 },
      { garp_delay: -1 },
      { garp_refresh: "x" },
    ],
  },
  {
    key: "auth_type",
    good: [
      "none",
      "rfc2338-simple",
      "rfc2338-ah",
      "p0-t8-sha256",
      "p1-b8-shake256",
      "p1-t8-shake256",
    ],
    bad: ["", "simple", "md5", 1, "hmac_sha256"],
  },
  { key: "auth_secret", good: ["x", "thissecretnolongeris"], bad: ["", 1, true, ["x"]] },
  { key: "auth_secret_file", good: ["/etc/secret"], bad: TEXT_ONLY },
  {
    key: "auth_keys",
    good: [[KEY], [KEY, { id: 255, secret: `hex:${"0A".repeat(32)}` }], [{
      id: 7,
      secret_file: "/k",
    }]],
    bad: [
      "x",
      [],
      [{}],
      [{ id: 7 }],
      [{ ...KEY, secret_file: "/k" }],
      [KEY, KEY],
      [{ ...KEY, id: 0 }],
      [{ ...KEY, id: 256 }],
      [{ ...KEY, secret: "short" }],
      [{ ...KEY, secret: "x".repeat(65) }],
      [{ ...KEY, secret: `hex:${"0".repeat(65)}` }],
    ],
    beside: HMAC,
  },
  { key: "active_key", good: [7], bad: [0, 256, 8, "7", 1.5], beside: HMAC },
  { key: "anti_replay", good: ["time", "monotonic"], bad: ["none", 1] },
  { key: "time_window", good: [1, 300], bad: [0, 301, 1.5, "5"], beside: HMAC },
  { key: "auth_mode", good: ["enforce", "permissive", "receive-only"], bad: ["off", 1] },
  { key: "rfc3768", good: [true, false], bad: FLAG_ONLY },
  { key: "check_addresses", good: ["auto", "drop", "warn", "off"], bad: [false, "on"] },
  { key: "v3_checksum", good: ["auto", "rfc5798", "rfc9568"], bad: ["rfc3768", 5798] },
  { key: "pad_frames", good: [true, false], bad: FLAG_ONLY },
  { key: "source", good: ["10.9.0.11"], bad: ["", "10.9.0.11/24", "fe80::1", 1] },
  { key: "unicast_src", good: ["10.9.0.11"], bad: ["", "x", "fe80::1", 1] },
  { key: "unicast_peers", good: [["10.9.0.12"]], bad: ["10.9.0.12", [], ["x"], ["fe80::1"], [1]] },
  { key: "unicast_ttl_min", good: [1, 255], bad: [0, 256, "255"] },
  { key: "netdrv", good: ["ioctl", "libnl", "netlink"], bad: ["nl", 1] },
  { key: "iftype", good: ["ether", "macvlan"], bad: ["ipvlan", true] },
  { key: "vmac", good: [true, false], bad: FLAG_ONLY },
  { key: "vifname", good: ["vrrp0", "standby5"], bad: ["", "a b", "a%d", "x".repeat(16), 5] },
  { key: "socket_filter", good: [true, false], bad: FLAG_ONLY },
  { key: "accept", good: [true, false], bad: FLAG_ONLY },
  { key: "router_advert", good: [false], bad: FLAG_ONLY },
  {
    key: "routes",
    good: [[], [{ route: "10.20.0.0/16", nh: "10.9.0.254" }]],
    bad: [{}, "x", [{ route: "10.20.0.1/16", nh: "10.9.0.254" }], [{ route: "10.20.0.0/16" }]],
  },
  { key: "notify_master", good: ["/a b", ["/a", ""]], bad: COMMAND_ONLY },
  { key: "notify_backup", good: ["/a 'b c'", ["/a"]], bad: COMMAND_ONLY },
  { key: "notify_fault", good: ["/a"], bad: COMMAND_ONLY },
  { key: "notify_stop", good: ["/a"], bad: COMMAND_ONLY },
  { key: "notify", good: ["/a"], bad: COMMAND_ONLY },
  { key: "notify_timeout", good: [0.1, 30, 3600], bad: [0, -1, "30"] },
  {
    key: "track_interface",
    good: [[], [{ name: "eth1" }], [{ name: "eth1", weight: -253 }]],
    bad: ["eth1", ["eth1"], [{}], [{ name: "a/b" }], [{ name: "eth1", weight: 254 }]],
  },
  {
    key: "track_script",
    good: [[{
      name: "a",
      command: ["/b", "c"],
      interval: 0.5,
      timeout: 2,
      rise: 2,
      fall: 3,
      weight: 5,
    }]],
    bad: [
      [{ name: "a" }],
      [{ command: "a" }],
      [{ name: "a", command: "b", interval: 0 }],
      [{ name: "a", command: "b", timeout: 0 }],
      [{ name: "a", command: "b", rise: 0 }],
      [{ name: "a", command: "b", fall: 0 }],
      [{ name: "a b", command: "b" }],
      {},
    ],
  },
  {
    key: "track_route",
    good: [[{ route: "0.0.0.0/0" }], [{ route: "2001:db8::/32", weight: 1 }]],
    bad: [[{ route: "default" }], [{}], [{ route: "0.0.0.0/0", weight: "1" }]],
  },
  {
    key: "track_file",
    good: [[{ file: "/run/w" }], [{ file: "/run/w", weight: -1 }]],
    bad: [[{ file: "" }], [{}], [{ file: "/run/w", weight: 1.5 }]],
  },
  { key: "sync_group", good: ["edge", "a-1.b"], bad: ["", "a b", 1] },
];

const ROUTE: readonly KeyRow[] = [
  { key: "route", good: ["10.1.0.0", "0.0.0.0"], bad: ["", "10.1.0.1", "10.1.0.0/99", 1] },
  { key: "mask", good: ["255.255.0.0", "255.255.255.255"], bad: ["", "255.0.255.0", "16", 16] },
  { key: "nh", good: ["10.9.0.254"], bad: ["", "fe80::1", "10.9.0.254/24", 1] },
  { key: "metric", good: [0, 500, 4_294_967_295], bad: [-1, 4_294_967_296, "1", 0.5] },
  { key: "mtu", good: [68, 1500, 65_535], bad: [0, 67, 65_536, "1500"] },
];

const API: readonly KeyRow[] = [
  { key: "users", good: [[], [SHA_USER]], bad: [SHA_USER, ["admin"], [1], [""]] },
  { key: "secret", good: ["x"], bad: ["", 1] },
  {
    key: "host",
    good: ["127.0.0.1:7080", "[::1]:1", ["0.0.0.0:80", "[::]:65535"]],
    bad: [
      "",
      [],
      "127.0.0.1",
      "::1:80",
      "[::1]",
      "127.0.0.1:0",
      "127.0.0.1:65536",
      "localhost:80",
      "[127.0.0.1]:80",
      7080,
    ],
  },
  { key: "tls", good: [true, false], bad: FLAG_ONLY },
  { key: "tls_key", good: ["/k"], bad: TEXT_ONLY },
  { key: "tls_cert", good: ["/c"], bad: TEXT_ONLY },
  { key: "write", good: [true, false], bad: FLAG_ONLY, beside: { tls: true } },
  { key: "session_ttl", good: [1, 3600], bad: [0, -1, 1.5, "3600"] },
  { key: "metrics", good: ["open", "user", "off"], bad: [true, "all"] },
  { key: "console", good: [true, false], bad: FLAG_ONLY },
];

/** The tables of a configuration: how a key is set in each, and where its faults then are. */
const TABLES = [
  {
    name: "general",
    rows: GENERAL,
    at: "",
    wrap: (keys: object) => ({ ...keys, vrouter: [ROUTER] }),
  },
  {
    name: "vrouter",
    rows: VROUTER,
    at: "vrouter[0].",
    wrap: (keys: object) => ({ vrouter: [{ ...ROUTER, ...keys }] }),
  },
  {
    name: "protocols.static",
    rows: ROUTE,
    at: "protocols.static[0].",
    wrap: (keys: object) => ({
      vrouter: [ROUTER],
      protocols: {
        static: [{ route: "10.1.0.0", mask: "255.255.0.0", nh: "10.9.0.254", ...keys }],
      },
    }),
  },
  {
    name: "api",
    rows: API,
    at: "api.",
    wrap: (keys: object) => ({ vrouter: [ROUTER], api: { users: [SHA_USER], ...keys } }),
  },
] as const;

/** Rules between two keys put their fault at one of them. */
const RELATED: Readonly<Record<string, readonly string[]>> = {
  // A key list without the active one is a fault of the active one.
  auth_keys: ["active_key"],
};

for (const { name, rows, at, wrap } of TABLES) {
  for (const { key, good, bad, beside = {} } of rows) {
    Deno.test(`loadConfig() takes every good value of ${name} ${key}`, () => {
      for (const value of good) {
        const { faults } = loadValue(wrap({ ...beside, [key]: value }), () => KEY.secret);
        assert.deepEqual(faults, [], JSON.stringify(value));
      }
    });

    Deno.test(`loadConfig() refuses every bad value of ${name} ${key}, there and nowhere else`, () => {
      for (const value of bad) {
        const loaded = loadValue(wrap({ ...beside, [key]: value }), () => KEY.secret);
        assert.equal(loaded.config, undefined, JSON.stringify(value));
        assert.ok(loaded.faults.length > 0, JSON.stringify(value));
        for (const fault of loaded.faults) {
          const related = RELATED[key] ?? [];
          assert.ok(
            [key, ...related].some((own) => fault.path.startsWith(`${at}${own}`)),
            `${fault.path} for ${JSON.stringify(value)}`,
          );
        }
      }
    });
  }
}

Deno.test("the tables of this test name every key of the schema", () => {
  const { properties } = configSchema() as { properties: Record<string, JsonTable> };
  const routers = properties["vrouter"]?.items?.properties ?? {};
  const routes = properties["protocols"]?.properties?.["static"]?.items?.properties ?? {};
  const expected = [
    ...Object.keys(properties).filter((key) => !["vrouter", "protocols", "api"].includes(key)),
    ...Object.keys(routers),
    ...Object.keys(routes),
    ...Object.keys(properties["api"]?.properties ?? {}),
  ];
  assert.deepEqual(TABLES.flatMap(({ rows }) => rows.map(({ key }) => key)), expected);
});

interface JsonTable {
  readonly properties?: Record<string, JsonTable>;
  readonly items?: JsonTable;
}

Deno.test("loadConfig() reports each required key that is missing", () => {
  const { faults } = loadValue({ vrouter: [{}], protocols: { static: [{}] }, api: {} });
  assert.deepEqual(paths(faults).toSorted(), [
    "api.users",
    "protocols.static[0].nh",
    "protocols.static[0].route",
    "vrouter[0].group",
    "vrouter[0].interface",
    "vrouter[0].vip",
  ]);
});
