import assert from "node:assert/strict";
import { apiSettings, type SettingsContext } from "../../src/cli/api_settings.ts";
import type { ReadConfig } from "../../src/cli/config_file.ts";
import { loadValue, ROUTER } from "../config/support.ts";

const USER = `{{SHA256}}admin:0::${"0f".repeat(32)}`;
const API = { users: [USER], host: "127.0.0.1:7080" };
const CONTEXT: SettingsContext = { controlSocket: "/run/x.sock", home: "/home", changes: [] };

function read(keys: object): ReadConfig {
  const { config, published } = loadValue({ vrouter: [ROUTER], ...keys });
  assert(config !== undefined && published !== undefined);
  const remarks = { obstacles: [], faults: [], warnings: [], pending: [] };
  return { fileName: "rvrrpd.json", config, published, ...remarks };
}

Deno.test("apiSettings() gives nothing where there is neither a client nor a control socket", () => {
  assert.equal(apiSettings(read({}), { ...CONTEXT, controlSocket: "" }), undefined);
  const disabled = read({ api: API, client_api: "disabled" });
  assert.equal(apiSettings(disabled, { ...CONTEXT, controlSocket: "" }), undefined);
});

Deno.test("apiSettings() listens on the control socket alone where clients are not wanted", () => {
  for (const keys of [{}, { api: API, client_api: "disabled" }]) {
    const settings = apiSettings(read(keys), CONTEXT);
    assert.deepEqual(settings?.listen, { hosts: [] });
    assert.deepEqual([settings.users, settings.write], [[], false]);
    assert.equal(settings.controlSocket, "/run/x.sock");
  }
});

Deno.test("apiSettings() finds key and certificate from where the daemon was started", () => {
  const api = { ...API, tls: true, tls_key: "key.pem", tls_cert: "/etc/cert.pem" };
  assert.deepEqual(apiSettings(read({ api }), CONTEXT)?.listen.tls, {
    keyFile: "/home/key.pem",
    certificateFile: "/etc/cert.pem",
  });
});

Deno.test("apiSettings() names the virtual routers that clients have added or changed", () => {
  const settings = apiSettings(read({}), {
    ...CONTEXT,
    changes: [
      { what: "setRouter", router: { group: 1, interface: "eth0" }, keys: { priority: 9 } },
      { what: "addRouter", table: { group: 2, interface: "eth1", vip: ["10.9.1.1/24"] } },
      { what: "deleteRouter", router: { group: 3, interface: "eth0" } },
    ],
  });
  assert.deepEqual(settings?.changedRouters, [
    { group: 1, interface: "eth0" },
    { group: 2, interface: "eth1", family: 4 },
  ]);
});
