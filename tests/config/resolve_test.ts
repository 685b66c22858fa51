import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { loadRouter, loadToml, loadValue, onlyRouter, resolved, ROUTER } from "./support.ts";

Deno.test("loadConfig() fills in every default", () => {
  const address = ip("10.9.0.1");
  assert.deepEqual(resolved(loadRouter({})), {
    debug: 0,
    timeZone: "local",
    timeFormat: "disabled",
    logFormat: "text",
    syslog: false,
    pidFile: "/var/run/rvrrpd.pid",
    workingDir: "/tmp",
    mainLog: "/var/log/rvrrpd.log",
    clientApi: "disabled",
    controlSocket: "/run/rvrrpd.sock",
    stateDir: "/run/rvrrpd",
    replayDir: "/var/lib/rvrrpd",
    scriptUser: "root",
    routers: [{
      interface: "eth0",
      protocol: {
        version: 2,
        family: 4,
        vrid: 1,
        priority: 100,
        preempt: false,
        preemptDelayMs: 0,
        advertIntervalMs: 1000,
        addresses: [address],
        auth: { type: "none" },
        checkAddresses: "auto",
        checksum: "auto",
        rfc3768: true,
        announcements: { repeat: 5, delayMs: 5000, refreshMs: 0 },
        startupDelayMs: 0,
      },
      addresses: [{ address }],
      excludedAddresses: [],
      mayOwn: true,
      driver: "netlink",
      interfaceType: "ether",
      virtualMac: true,
      socketFilter: true,
      padFrames: true,
      accept: true,
      routes: [],
      tracking: { interfaces: [], routes: [], files: [], scripts: [] },
      virtualInterface: "standby1",
    }],
    staticRoutes: [],
  });
});

Deno.test("loadConfig() gives what is written in place of every default", () => {
  const config = resolved(loadToml(`
debug = 3
time_zone = "utc"
time_format = "short"
pid = "/p"
error_log = "/e"
control_socket = ""
startup_delay = 2.5
[[vrouter]]
group = 7
interface = "eth9"
vip = ["10.9.0.2/24", "10.9.0.1"]
excluded_vips = ["10.9.0.3/24"]
priority = 254
owner = false
preemption = true
preempt_delay = 0.25
timers = { advert = 3, garp_repeat = 1, garp_delay = 0, garp_refresh = 60 }
check_addresses = "warn"
pad_frames = false
socket_filter = false
source = "10.9.0.11"
vmac = false
routes = [{ route = "10.20.0.0", mask = "255.255.0.0", nh = "10.9.0.254", metric = 7, mtu = 1400 }]
`));
  assert.equal(config.debug, 3);
  assert.equal(config.timeZone, "utc");
  assert.equal(config.timeFormat, "short");
  assert.equal(config.pidFile, "/p");
  assert.equal(config.errorLog, "/e");
  assert.equal(config.controlSocket, "");
  const [router] = config.routers;
  assert.deepEqual(router, {
    interface: "eth9",
    protocol: {
      version: 2,
      family: 4,
      vrid: 7,
      priority: 254,
      preempt: true,
      preemptDelayMs: 250,
      advertIntervalMs: 3000,
      addresses: [ip("10.9.0.2"), ip("10.9.0.1")],
      auth: { type: "none" },
      checkAddresses: "warn",
      checksum: "auto",
      rfc3768: true,
      announcements: { repeat: 1, delayMs: 0, refreshMs: 60_000 },
      startupDelayMs: 2500,
    },
    addresses: [{ address: ip("10.9.0.2"), prefixLength: 24 }, { address: ip("10.9.0.1") }],
    excludedAddresses: [{ address: ip("10.9.0.3"), prefixLength: 24 }],
    mayOwn: false,
    driver: "netlink",
    interfaceType: "ether",
    virtualMac: false,
    socketFilter: false,
    padFrames: false,
    accept: true,
    routes: [{
      destination: { address: ip("10.20.0.0"), length: 16 },
      nextHop: ip("10.9.0.254"),
      metric: 7,
      mtu: 1400,
    }],
    tracking: { interfaces: [], routes: [], files: [], scripts: [] },
    source: ip("10.9.0.11"),
    virtualInterface: "standby7",
  });
});

Deno.test("a macvlan's addresses always have the whole length", () => {
  const router = onlyRouter(loadRouter({
    iftype: "macvlan",
    vip: ["10.9.0.1/24", "10.9.0.2"],
    excluded_vips: ["2001:db8::1/64"],
    vifname: "vip0",
  }));
  assert.deepEqual(router.addresses.map((own) => own.prefixLength), [32, 32]);
  assert.deepEqual(router.excludedAddresses.map((own) => own.prefixLength), [128]);
  assert.equal(router.virtualInterface, "vip0");
});

Deno.test("an address that is listed twice counts once, at its first place", () => {
  const router = onlyRouter(loadRouter({
    vip: ["10.9.0.2", "10.9.0.1", "10.9.0.2/24"],
    excluded_vips: ["10.9.0.1", "10.9.0.3", "10.9.0.3"],
  }));
  assert.deepEqual(router.protocol.addresses, [ip("10.9.0.2"), ip("10.9.0.1")]);
  assert.deepEqual(router.addresses, [{ address: ip("10.9.0.2") }, { address: ip("10.9.0.1") }]);
  assert.deepEqual(router.excludedAddresses, [{ address: ip("10.9.0.3") }]);
});

Deno.test("version 3 intervals are whole milliseconds", () => {
  const { protocol } = onlyRouter(loadRouter({ version: 3, timers: { advert: 0.07 } }));
  assert.equal(protocol.advertIntervalMs, 70);
});

Deno.test("client_api follows the [api] table unless it is given", () => {
  const api = { users: [] };
  const rows = [
    [{}, "disabled"],
    [{ api }, "http"],
    [{ api, client_api: "disabled" }, "disabled"],
    [{ client_api: "http" }, "http"],
  ] as const;
  for (const [keys, expected] of rows) {
    assert.equal(resolved(loadValue({ vrouter: [ROUTER], ...keys })).clientApi, expected);
  }
});

Deno.test("unicast has no virtual MAC unless it is asked for", () => {
  const unicast = { unicast_peers: ["10.9.0.12"] };
  assert.equal(onlyRouter(loadRouter(unicast)).virtualMac, false);
  assert.equal(onlyRouter(loadRouter({ ...unicast, vmac: true })).virtualMac, true);
  assert.equal(onlyRouter(loadRouter({ ...unicast, iftype: "macvlan" })).virtualMac, true);
});

Deno.test("resolve() of version 3: hundredths of a second, the checksum, and nothing of rVRRPd's", () => {
  const keys = {
    version: 3,
    vip: ["fe80::1", "2001:db8::1/64"],
    timers: { advert: 0.29 },
    rfc3768: false,
    pad_frames: true,
  };
  const { protocol, padFrames } = onlyRouter(loadRouter(keys));
  const { version, family, advertIntervalMs, checksum, rfc3768 } = protocol;
  assert.deepEqual(
    { version, family, advertIntervalMs, checksum, rfc3768, padFrames },
    {
      version: 3,
      family: 6,
      advertIntervalMs: 290,
      checksum: "auto",
      rfc3768: true,
      padFrames: false,
    },
  );
  for (const v3_checksum of ["rfc5798", "rfc9568"]) {
    const loaded = onlyRouter(loadRouter({ version: 3, v3_checksum }));
    assert.equal(loaded.protocol.checksum, v3_checksum);
  }
});

Deno.test("resolve() of version 3 turns every hundredth of a second into whole ones of 10 ms", () => {
  for (let cs = 1; cs <= 4095; cs += 7) {
    const loaded = onlyRouter(loadRouter({ version: 3, timers: { advert: cs / 100 } }));
    assert.equal(loaded.protocol.advertIntervalMs, cs * 10);
  }
});
