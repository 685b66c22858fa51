import assert from "node:assert/strict";
import { loadRouter, loadValue, onlyRouter, ROUTER } from "./support.ts";

const ROUTE = { route: "10.0.0.0/8", nh: "10.9.0.254" };

Deno.test("pendingFeatures() says nothing about a configuration that works whole", () => {
  assert.deepEqual(loadRouter({ priority: 5, iftype: "macvlan", routes: [ROUTE] }).pending, []);
});

Deno.test("pendingFeatures() names every key that is not acted on", () => {
  const { pending } = loadValue({
    log_format: "json",
    script_user: "nobody",
    vrouter: [{ ...ROUTER, notify_master: "a", sync_group: "b", track_interface: [] }],
    protocols: {
      static: [
        ROUTE,
        { route: "2001:db8:1::/48", nh: "fe80::1" },
      ],
    },
    api: { users: [] },
  });
  assert.deepEqual(pending, [
    "script_user is accepted but not acted on in this version",
    "api is accepted but not acted on in this version",
    "protocols.static[1] is accepted but not acted on in this version",
    "vrouter[0].notify_master is accepted but not acted on in this version",
    "vrouter[0].track_interface is accepted but not acted on in this version",
    "vrouter[0].sync_group is accepted but not acted on in this version",
  ]);
});

Deno.test("a virtual router that would be unsafe or alone is kept in Fault, with the key that does it", () => {
  const key = { id: 1, secret: "0123456789abcdefghijklmnopqrstuv" };
  const rows: readonly (readonly [object, string])[] = [
    [{ version: 3 }, "version = 3"],
    [{ version: 3, vip: "fe80::1" }, "version = 3"],
    [{ auth_type: "rfc2338-ah", auth_secret: "x" }, 'auth_type = "rfc2338-ah"'],
    [{ auth_type: "hmac-sha256", auth_keys: [key], active_key: 1 }, 'auth_type = "hmac-sha256"'],
    [{ unicast_peers: ["10.9.0.12"] }, "unicast_peers"],
    [{ accept: false }, "accept = false"],
  ];
  for (const [keys, what] of rows) {
    const loaded = loadRouter(keys);
    const reason = `${what} does not work in this version`;
    assert.equal(onlyRouter(loaded).unsupported, reason);
    assert.deepEqual(loaded.pending, [`vrouter[0] stays in Fault: ${reason}`]);
  }
});
