import assert from "node:assert/strict";
import { loadRouter, loadValue, onlyRouter, ROUTER } from "./support.ts";

const ROUTE = { route: "10.0.0.0/8", nh: "10.9.0.254" };

Deno.test("pendingFeatures() says nothing about a configuration that works whole", () => {
  assert.deepEqual(loadRouter({ priority: 5, iftype: "macvlan", routes: [ROUTE] }).pending, []);
});

const IPV4 = { route: "10.0.0.0/8" };
const IPV6 = { route: "2001:db8:1::/48" };

Deno.test("pendingFeatures() names every key that is not acted on", () => {
  const { pending } = loadValue({
    log_format: "json",
    vrouter: [{ ...ROUTER, track_route: [IPV4, IPV6] }],
    protocols: {
      static: [
        ROUTE,
        { route: "2001:db8:1::/48", nh: "fe80::1" },
      ],
    },
    api: { users: [] },
  });
  assert.deepEqual(pending, [
    "protocols.static[1] is accepted but not acted on in this version",
    "vrouter[0].track_route[1] is accepted but not acted on in this version",
  ]);
});

Deno.test("a virtual router that would be unsafe or alone is kept in Fault, with the key that does it", () => {
  const rows: readonly (readonly [object, string])[] = [
    [{ version: 3 }, "version = 3"],
    [{ version: 3, vip: "fe80::1" }, "version = 3"],
    [{ accept: false }, "accept = false"],
  ];
  for (const [keys, what] of rows) {
    const loaded = loadRouter(keys);
    const reason = `${what} does not work in this version`;
    assert.equal(onlyRouter(loaded).unsupported, reason);
    assert.deepEqual(loaded.pending, [`vrouter[0] stays in Fault: ${reason}`]);
  }
});
