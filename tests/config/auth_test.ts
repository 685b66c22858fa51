import assert from "node:assert/strict";
import { lines, loadRouter, onlyRouter, paths } from "./support.ts";

const SIMPLE = { auth_type: "rfc2338-simple" };
const KEY_1 = { id: 1, secret: "0123456789abcdefghijklmnopqrstuv" };

function simpleData(keys: object, file?: string): string {
  const loaded = loadRouter({ ...SIMPLE, ...keys }, file === undefined ? undefined : () => file);
  const { auth } = onlyRouter(loaded).protocol;
  assert.equal(auth.type, "rfc2338-simple");
  return "data" in auth ? Array.from(auth.data, (byte) => byte.toString(16)).join(" ") : "";
}

Deno.test("rfc2338-simple uses the first 8 bytes of the secret, filled up with zeros", () => {
  const rows = [
    { what: "a short one", secret: "abc", data: "61 62 63 0 0 0 0 0" },
    { what: "one of 8 bytes", secret: "secret12", data: "73 65 63 72 65 74 31 32" },
    { what: "a long one", secret: "secret1234", data: "73 65 63 72 65 74 31 32" },
    { what: "one cut inside a letter", secret: "1234567é", data: "31 32 33 34 35 36 37 c3" },
  ];
  for (const { what, secret, data } of rows) {
    assert.equal(simpleData({ auth_secret: secret }), data, what);
  }
});

Deno.test("rfc2338-simple without a secret uses 8 zero bytes, with a warning", () => {
  assert.equal(simpleData({}), "0 0 0 0 0 0 0 0");
  assert.deepEqual(paths(loadRouter(SIMPLE).warnings), ["vrouter[0].auth_secret"]);
});

Deno.test("P0 and P1 use the whole secret, and P1 under both of its names", () => {
  const rows = [
    { auth_type: "p0-t8-sha256", type: "p0-t8-sha256" },
    { auth_type: "p1-b8-shake256", type: "p1-b8-shake256" },
    { auth_type: "p1-t8-shake256", type: "p1-b8-shake256" },
  ];
  for (const { auth_type, type } of rows) {
    const loaded = loadRouter({ auth_type, auth_secret: "geheißnis" });
    const key = new TextEncoder().encode("geheißnis");
    assert.deepEqual(onlyRouter(loaded).protocol.auth, { type, key }, auth_type);
  }
});

Deno.test("P0 without a secret uses an empty key", () => {
  const { auth } = onlyRouter(loadRouter({ auth_type: "p0-t8-sha256" })).protocol;
  assert.deepEqual(auth, { type: "p0-t8-sha256", key: new Uint8Array() });
});

Deno.test("rfc3768 = false holds, but with P0 and P1, which cover the list of addresses", () => {
  const rows = [
    { auth_type: "none", rfc3768: false },
    { auth_type: "rfc2338-simple", rfc3768: false },
    { auth_type: "p0-t8-sha256", rfc3768: true },
    { auth_type: "p1-b8-shake256", rfc3768: true },
    { auth_type: "p1-t8-shake256", rfc3768: true },
  ];
  for (const { auth_type, rfc3768 } of rows) {
    const loaded = loadRouter({ auth_type, auth_secret: "x", rfc3768: false });
    assert.equal(onlyRouter(loaded).protocol.rfc3768, rfc3768, auth_type);
  }
});

Deno.test("auth_secret_file loses one newline at its end and nothing else", () => {
  const rows = [["ab", "61 62 0"], ["ab\n", "61 62 0"], ["ab\r\n", "61 62 0"], [
    "ab \n\n",
    "61 62 20 a",
  ]];
  for (const [text = "", start = ""] of rows) {
    assert.ok(simpleData({ auth_secret_file: "/s" }, text).startsWith(start), JSON.stringify(text));
  }
});

Deno.test("an auth_secret_file that cannot be read is a fault with the cause", () => {
  const { faults } = loadRouter({ ...SIMPLE, auth_secret_file: "/s" }, () => {
    throw new Error("Permission denied (os error 13)");
  });
  assert.deepEqual(lines(faults), [
    'rvrrpd.conf:1: vrouter[0].auth_secret_file: cannot read "/s": Permission denied (os error 13) (a file that the daemon can read)',
  ]);
});

Deno.test("an auth_secret_file is a fault where no file can be read", () => {
  const { faults } = loadRouter({ ...SIMPLE, auth_secret_file: "/s" });
  assert.deepEqual(paths(faults), ["vrouter[0].auth_secret_file"]);
});

Deno.test("auth_secret and auth_secret_file together are a fault", () => {
  const { faults } = loadRouter({ ...SIMPLE, auth_secret: "a", auth_secret_file: "/s" }, () => "b");
  assert.deepEqual(paths(faults), ["vrouter[0].auth_secret_file"]);
});

Deno.test("rfc2338-ah uses the first 8 bytes of the secret, and all of a shorter one", () => {
  for (
    const [secret = "", key] of [["abc", "abc"], ["secret12", "secret12"], [
      "secret123",
      "secret12",
    ]]
  ) {
    const loaded = loadRouter({ auth_type: "rfc2338-ah", auth_secret: secret });
    const { auth, ...router } = onlyRouter(loaded).protocol;
    assert.deepEqual(auth, { type: "rfc2338-ah", key: new TextEncoder().encode(key) });
    assert.equal(router.version, 2);
  }
});

const HMAC = { auth_type: "hmac-sha256", auth_keys: [KEY_1], active_key: 1 };

Deno.test("hmac-sha256 has keys of text, of digits and of files, and keepalived's defaults", () => {
  const auth_keys = [KEY_1, { id: 2, secret: `hex:${"0A".repeat(32)}` }, {
    id: 3,
    secret_file: "/k",
  }];
  const loaded = loadRouter(
    { ...HMAC, auth_keys, active_key: 3 },
    () => `hex:${"0b".repeat(64)}\n`,
  );
  assert.deepEqual(onlyRouter(loaded).protocol.auth, {
    type: "hmac-sha256",
    keys: [
      { id: 1, key: new TextEncoder().encode(KEY_1.secret) },
      { id: 2, key: new Uint8Array(32).fill(10) },
      { id: 3, key: new Uint8Array(64).fill(11) },
    ],
    activeKey: 3,
    antiReplay: "time",
    windowS: 5,
    mode: "enforce",
  });
});

Deno.test("hmac-sha256 allows 3 intervals between clocks, but 5 s at least and 300 s at most", () => {
  const rows = [[1, 5], [4, 12], [200, 300]] as const;
  for (const [advert, windowS] of rows) {
    const { auth } = onlyRouter(loadRouter({ ...HMAC, timers: { advert } })).protocol;
    assert.equal("windowS" in auth && auth.windowS, windowS, `${advert} s`);
  }
  const { auth } = onlyRouter(loadRouter({ ...HMAC, time_window: 7 })).protocol;
  assert.equal("windowS" in auth && auth.windowS, 7);
});

const KEY_FILES = [
  { what: "that is too short", text: "short\n", complaint: /holds is a key of 5 bytes/ },
  { what: "with a lone digit", text: `hex:${"0".repeat(65)}`, complaint: /pairs of hexadecimal/ },
];

for (const { what, text, complaint } of KEY_FILES) {
  Deno.test(`attack: a key file ${what} is a fault, never a router without authentication`, () => {
    const auth_keys = [{ id: 1, secret_file: "/k" }];
    const loaded = loadRouter({ ...HMAC, auth_keys }, () => text);
    assert.equal(loaded.config, undefined);
    assert.match(lines(loaded.faults).join(), complaint);
    assert.doesNotMatch(lines(loaded.faults).join(), /short/);
  });
}

Deno.test("attack: a key file that cannot be read is a fault", () => {
  const loaded = loadRouter({ ...HMAC, auth_keys: [{ id: 1, secret_file: "/k" }] }, () => {
    throw new Error("No such file or directory (os error 2)");
  });
  assert.deepEqual(paths(loaded.faults), ["vrouter[0].auth_keys[0].secret_file"]);
});

interface AuthRow {
  readonly what: string;
  readonly keys: object;
  readonly faults?: readonly string[];
  readonly warnings?: readonly string[];
}

const ROWS: readonly AuthRow[] = [
  { what: "a secret of 8 bytes", keys: { ...SIMPLE, auth_secret: "12345678" } },
  {
    what: "a secret of 9 bytes",
    keys: { ...SIMPLE, auth_secret: "123456789" },
    warnings: ["auth_secret"],
  },
  {
    what: "a long secret of rfc2338-ah",
    keys: { auth_type: "rfc2338-ah", auth_secret: "123456789" },
    warnings: ["auth_secret"],
  },
  { what: "a long secret of P0", keys: { auth_type: "p0-t8-sha256", auth_secret: "123456789" } },
  { what: "P1 without a secret", keys: { auth_type: "p1-t8-shake256" }, warnings: ["auth_secret"] },
  { what: "a secret without auth_type", keys: { auth_secret: "x" }, warnings: ["auth_secret"] },
  { what: "a key list without auth_type", keys: { auth_keys: [KEY_1] }, warnings: ["auth_keys"] },
  {
    what: "P0 with rfc3768 = false",
    keys: { auth_type: "p0-t8-sha256", auth_secret: "x", rfc3768: false },
    warnings: ["rfc3768"],
  },
  {
    what: "a type of version 2 in version 3",
    keys: { version: 3, auth_type: "rfc2338-simple", auth_secret: "x" },
    faults: ["auth_type"],
  },
  { what: "hmac-sha256 without keys", keys: { auth_type: "hmac-sha256" }, faults: ["auth_keys"] },
  {
    what: "hmac-sha256 without active_key",
    keys: { auth_type: "hmac-sha256", auth_keys: [KEY_1] },
    faults: ["active_key"],
  },
  {
    what: "hmac-sha256 with an active_key that is no key",
    keys: { auth_type: "hmac-sha256", auth_keys: [KEY_1], active_key: 2 },
    faults: ["active_key"],
  },
  {
    what: "hmac-sha256 in version 3",
    keys: { version: 3, auth_type: "hmac-sha256", auth_keys: [KEY_1], active_key: 1 },
  },
  {
    what: "hmac-sha256 with a plain secret beside its keys",
    keys: { auth_type: "hmac-sha256", auth_keys: [KEY_1], active_key: 1, auth_secret: "x" },
    warnings: ["auth_secret"],
  },
];

for (const { what, keys, faults = [], warnings = [] } of ROWS) {
  const outcome = faults.length > 0 ? "refuses" : warnings.length > 0 ? "warns of" : "takes";
  Deno.test(`checkAuth() ${outcome} ${what}`, () => {
    const loaded = loadRouter(keys);
    const below = (all: readonly string[]) => all.map((path) => `vrouter[0].${path}`);
    assert.deepEqual(paths(loaded.faults), below(faults));
    assert.deepEqual(paths(loaded.warnings), below(warnings));
  });
}
