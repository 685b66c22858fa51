import assert from "node:assert/strict";
import { RouterIndex } from "../../src/config/router_index.ts";

const ROUTER = { group: 1, interface: "eth0", vip: "10.9.0.1" };

Deno.test("RouterIndex tells virtual routers apart by group, interface and family", () => {
  const others = [
    { ...ROUTER, group: 2 },
    { ...ROUTER, interface: "eth1" },
    { ...ROUTER, vip: "fe80::1" },
  ];
  const index = new RouterIndex([null, ...others, ROUTER, { ...ROUTER, priority: 7 }]);
  for (const one of [...others, ROUTER]) assert.equal(index.sameAs({ ...one }), one);
  assert.equal(index.sameAs({ ...ROUTER, group: 3 }), undefined);
  assert.equal(new RouterIndex(undefined).sameAs(ROUTER), undefined);
});
