import assert from "node:assert/strict";
import { apiSettings, type SettingsContext } from "../../src/cli/api_settings.ts";
import type { ReadConfig } from "../../src/cli/config_file.ts";
import { loadValue, ROUTER } from "../config/support.ts";

const USER = `{{SHA256}}admin:0::${"0f".repeat(32)}`;
const API = { users: [USER], host: "127.0.0.1:7080" };
const CONTEXT: SettingsContext = {
  controlSocket: "/run/x.sock",
  home: "/home",
  revision: "1",
  changes: [],
};

function read(keys: object): ReadConfig {
  const { config, published } = loadValue({ vrouter: [ROUTER], ...keys });
  assert(config !== undefined && published !== undefined);
  const remarks = { obstacles: [], faults: [], warnings: [] };
  return {
    fileName: "rvrrpd.json",
    digest: "",
    config,
    published: JSON.stringify(published),
    ...remarks,
  };
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

Deno.test("apiSettings() marks the static routes that clients have added or changed", () => {
  const route = (byte: number) => ({ route: `10.${byte}.0.0/16`, nh: "10.9.0.9" });
  const added = { ...route(2), mtu: 1400 };
  const settings = apiSettings(read({ protocols: { static: [route(1), added, route(3)] } }), {
    ...CONTEXT,
    changes: [
      { what: "addRoute", table: added },
      { what: "deleteRoute", table: route(1) },
      { what: "setRoute", table: { ...route(3), nh: "10.9.0.8" } },
    ],
  });
  assert.deepEqual(settings?.staticRoutes.map(({ origin }) => origin), [
    undefined,
    "api",
    undefined,
  ]);
});
