import assert from "node:assert/strict";
import { loadValue, paths, ROUTER } from "./support.ts";

const USER = `{{SHA256}}admin:0::${"0f".repeat(32)}`;

const ROWS = [
  { what: "writing with TLS", api: { write: true, tls: true }, faults: [] },
  { what: "writing without TLS everywhere", api: { write: true }, faults: ["api.write"] },
  {
    what: "writing without TLS on this machine",
    api: { write: true, host: ["127.0.0.1:1", "[::1]:1"] },
    faults: [],
  },
  {
    what: "writing without TLS on one open address of several",
    api: { write: true, host: ["127.0.0.1:1", "[::]:1"] },
    faults: ["api.write"],
  },
  { what: "reading without TLS everywhere", api: { host: "0.0.0.0:1" }, faults: [] },
  {
    what: "writing beside a host that is wrong itself",
    api: { write: true, host: "x" },
    faults: ["api.host"],
  },
] as const;

for (const { what, api, faults } of ROWS) {
  Deno.test(`checkApi() ${faults.length > 0 ? "refuses" : "takes"} ${what}`, () => {
    const loaded = loadValue({ vrouter: [ROUTER], api: { users: [USER], ...api } });
    assert.deepEqual(paths(loaded.faults), faults);
    assert.deepEqual(loaded.warnings, []);
  });
}

Deno.test("checkApi() warns where the API is asked for and nobody could use it", () => {
  const empty = loadValue({ vrouter: [ROUTER], api: { users: [] } });
  assert.deepEqual(paths(empty.warnings), ["api.users"]);
  const missing = loadValue({ vrouter: [ROUTER], client_api: "http" });
  assert.deepEqual(paths(missing.warnings), ["client_api"]);
});
