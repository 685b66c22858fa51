import assert from "node:assert/strict";
import { publishedConfig } from "../../src/config/published.ts";
import { ConfigSchema } from "../../src/config/schema.ts";
import { RouterSchema } from "../../src/config/schema_vrouter.ts";

Deno.test("publishedConfig() has every key, null where it is absent", () => {
  const published = publishedConfig({ debug: 5 });
  assert.deepEqual(Object.keys(published), Object.keys(ConfigSchema.properties));
  assert.equal(published["debug"], 5);
  assert.ok(Object.entries(published).every(([key, value]) => key === "debug" || value === null));
});

Deno.test("publishedConfig() gives virtual routers and routes with all their keys", () => {
  const { vrouter, protocols } = publishedConfig({
    vrouter: [{ group: 1, vip: ["10.9.0.1"], timers: { advert: 2 } }],
    protocols: { static: [{ route: "0.0.0.0" }] },
  });
  assert.ok(Array.isArray(vrouter));
  assert.deepEqual(Object.keys(vrouter[0]), Object.keys(RouterSchema.properties));
  assert.deepEqual([vrouter[0].vip, vrouter[0].timers.advert], [["10.9.0.1"], 2]);
  assert.deepEqual(protocols, {
    static: [{ route: "0.0.0.0", mask: null, nh: null, metric: null, mtu: null }],
  });
});

Deno.test("publishedConfig() shows nothing secret, wherever it stands", () => {
  const secret = "0123456789abcdefghijklmnopqrstuv";
  const text = JSON.stringify(publishedConfig({
    vrouter: [{ auth_secret: secret, auth_keys: [{ id: 1, secret }] }],
    api: { users: [`{{SHA256}}a:0::${secret}`], secret },
    [secret]: secret,
  }));
  assert.ok(!text.includes(secret));
  assert.equal(text.split('"***"').length - 1, 4);
});
