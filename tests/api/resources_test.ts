import assert from "node:assert/strict";
import { ApiScene, basic, OPS_LINE, routerSnapshot, START_MS } from "./fixtures.ts";

const ROW = {
  virtual_ip: "10.9.0.100",
  group: 1,
  interface: "eth0",
  priority: 100,
  preempt: false,
  state: "Backup",
};

Deno.test("GET /run/vrrp gives rVRRPd's rows, with a slash at the end too", async () => {
  const scene = new ApiScene();
  assert.deepEqual(await scene.read("/run/vrrp"), [ROW]);
  assert.deepEqual(await scene.read("/run/vrrp/"), [ROW]);
});

Deno.test("GET /run/vrrp names the virtual interface while Master on a macvlan", async () => {
  const scene = new ApiScene();
  const virtual = { virtualInterface: "standby1" };
  scene.engine.routers = [
    routerSnapshot({ ...virtual, state: "Master" }),
    routerSnapshot({ ...virtual, group: 2 }),
  ];
  assert.deepEqual(await scene.read("/run/vrrp"), [
    { ...ROW, state: "Master", interface: "standby1" },
    { ...ROW, group: 2 },
  ]);
});

Deno.test("GET /run/vrrp/GROUP gives that group's rows, none where there are none", async () => {
  const scene = new ApiScene();
  scene.engine.routers = [routerSnapshot(), routerSnapshot({ group: 2 })];
  assert.deepEqual(await scene.read("/run/vrrp/2"), [{ ...ROW, group: 2 }]);
  assert.deepEqual(await scene.read("/run/vrrp/3"), []);
  assert.deepEqual(await scene.read("/run/vrrp/0"), []);
});

for (const group of ["256", "-1", "01", "x", "1.0", "%31x", "1e2"]) {
  Deno.test(`GET /run/vrrp/${group} is malformed`, async () => {
    const scene = new ApiScene();
    const headers = basic("ops", "banana");
    for (const path of [`/run/vrrp/${group}`, `/run/vrrp/${group}/eth0`]) {
      const answer = await scene.send(path, { headers });
      assert.equal(answer.status, 400);
      assert.deepEqual(Object.keys(await answer.json()), ["error", "details"]);
    }
  });
}

Deno.test("GET /run/vrrp/GROUP/INTERFACE gives all of one virtual router", async () => {
  assert.deepEqual(await new ApiScene().read("/run/vrrp/1/eth0"), {
    ...ROW,
    vif: "eth0",
    auth_type: 0,
    interface_hwaddress: "02:00:00:00:00:0A",
    advert_interval: 1,
    masterdown_interval: 3.609,
    skew_time: 0.609,
    master_interval: null,
    auth_name: "none",
    version: 2,
    family: 4,
    virtual_ips: ["10.9.0.100"],
    excluded_ips: [],
    master: "10.9.0.2",
    since: new Date(START_MS).toISOString(),
    reason: "started",
    fault: null,
    fault_text: null,
    effective_priority: 100,
    forced: null,
    tracking: { adjustment: 0, down: null },
    counters: {
      received: 7,
      received_leaving: 0,
      sent: 0,
      sent_leaving: 0,
      send_errors: 0,
      became_master: 0,
      other_addresses: 0,
      wrong_ip_checksum: 0,
      interval_differs: 0,
      checksum_rfc5798: 0,
      checksum_rfc9568: 0,
      rejected: { ttl: 2 },
    },
    transitions: [],
  });
});

Deno.test("an interface may be named by its own or by its virtual name, and the family told", async () => {
  const scene = new ApiScene();
  scene.engine.routers = [
    routerSnapshot({ virtualInterface: "standby1.2", family: 6, addresses: ["fe80::1"] }),
    routerSnapshot({ virtualInterface: "standby1" }),
  ];
  const virtualIp = async (path: string) =>
    (await scene.read(path) as { virtual_ip?: string }).virtual_ip;
  assert.equal(await virtualIp("/run/vrrp/1/eth0"), "10.9.0.100");
  assert.equal(await virtualIp("/run/vrrp/1/standby1.2/"), "fe80::1");
  assert.equal(await virtualIp("/run/vrrp/1/eth0?family=6"), "fe80::1");
  const cookie = await scene.cookie();
  const statusOf = async (path: string) => (await scene.send(path, { headers: { cookie } })).status;
  assert.equal(await statusOf("/run/vrrp/1/eth0?family=5"), 400);
  assert.equal(await statusOf("/run/vrrp/1/eth1"), 404);
  assert.equal(await statusOf("/run/vrrp/2/eth0"), 404);
});

Deno.test("both families of a group are in the lists, and each tells that there is the other", async () => {
  const scene = new ApiScene();
  scene.engine.routers = [
    routerSnapshot({ family: 6, version: 3, addresses: ["fe80::1", "2001:db8::1"] }),
    routerSnapshot(),
    routerSnapshot({ group: 2 }),
  ];
  const list = async (path: string) =>
    (await scene.read(path) as { virtual_ip: string }[]).map((one) => one.virtual_ip);
  assert.deepEqual(await list("/run/vrrp/1"), ["fe80::1", "10.9.0.100"]);
  assert.deepEqual(await list("/run/vrrp"), ["fe80::1", "10.9.0.100", "10.9.0.100"]);
  const detail = async (path: string) =>
    await scene.read(path) as { family: number; other_family?: number; virtual_ips: string[] };
  const { family, other_family } = await detail("/run/vrrp/1/eth0");
  assert.deepEqual([family, other_family], [4, 6]);
  assert.equal((await detail("/run/vrrp/1/eth0?family=6")).other_family, undefined);
  assert.equal((await detail("/run/vrrp/2/eth0")).other_family, undefined);
});

Deno.test("a fault is told as a word for programs and as a sentence for people", async () => {
  const scene = new ApiScene();
  const faultText = "interface eth0 is down";
  scene.engine.routers = [routerSnapshot({ state: "Fault", fault: "interfaceDown", faultText })];
  const { fault, fault_text } = await scene.read("/run/vrrp/1/eth0") as Record<string, unknown>;
  assert.deepEqual([fault, fault_text], ["interfaceDown", faultText]);
});

Deno.test("GET /run/global gives rVRRPd's numbers and our own facts", async () => {
  assert.deepEqual(await new ApiScene().read("/run/global"), {
    debug: 0,
    timestamp: 2,
    timezone: 1,
    timeformat: 2,
    pid: 4711,
    working_dir: "/tmp",
    main_log: "/var/log/rvrrpd.log",
    error_log: null,
    version: "0.1.0",
    uptime: 60,
    started: new Date(START_MS).toISOString(),
    problems: [],
  });
});

Deno.test("GET /run/protocols gives the static routes, under their protocol and alone", async () => {
  const scene = new ApiScene();
  const routes = [{
    destination: "0.0.0.0",
    mask: "0.0.0.0",
    next_hop: "10.240.0.254",
    metric: 0,
    mtu: 0,
  }];
  assert.deepEqual(await scene.read("/run/protocols"), { static: routes });
  assert.deepEqual(await scene.read("/run/protocols/static"), routes);
});

Deno.test("GET /config gives the configuration and its parts", async () => {
  const scene = new ApiScene();
  const vrouter = [{ group: 1, auth_secret: "***" }];
  assert.deepEqual(await scene.read("/config/global"), { debug: 0, vrouter, protocols: null });
  assert.deepEqual(await scene.read("/config/vrouter"), vrouter);
  assert.deepEqual(await scene.read("/config/protocols"), null);
});

Deno.test("GET / is a page for everybody that runs nothing", async () => {
  const answer = await new ApiScene().send("/");
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.match(await answer.text(), /<title>rvrrpd<\/title>/);
});

Deno.test("GET /healthz says whether the engine answers, and nothing else", async () => {
  const scene = new ApiScene();
  const answer = await scene.send("/healthz");
  assert.deepEqual([answer.status, await answer.json()], [200, { done: true }]);
  scene.engine.silent = true;
  assert.equal((await scene.send("/healthz")).status, 503);
});

Deno.test("an engine that does not answer makes 503 of everything that needs it", async () => {
  const scene = new ApiScene();
  const cookie = await scene.cookie();
  scene.engine.silent = true;
  for (const path of ["/run/global", "/run/vrrp", "/run/vrrp/1", "/run/vrrp/1/eth0", "/metrics"]) {
    assert.equal((await scene.send(path, { headers: { cookie } })).status, 503, path);
  }
});

Deno.test("a path that nothing has is 404, and a method that a resource has not is 405", async () => {
  const scene = new ApiScene();
  for (
    const path of ["/runs", "/run", "/run/vrrp/1/eth0/x", "//run/vrrp", "/run//vrrp", "/run/%zz"]
  ) {
    assert.equal((await scene.send(path)).status, 404, path);
  }
  const answer = await scene.send("/run/global", { method: "PATCH" });
  assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "GET"]);
  assert.equal((await scene.send("/auth/logout")).status, 405);
});

Deno.test("HEAD is GET without the body", async () => {
  const scene = new ApiScene();
  const answer = await scene.send("/run/vrrp", {
    method: "HEAD",
    headers: basic("ops", "banana"),
  });
  assert.deepEqual([answer.status, await answer.text()], [200, ""]);
});

Deno.test("GET /metrics is for whom the configuration says", async () => {
  const statusOf = async (metrics: "open" | "user" | "off", headers = {}) =>
    (await new ApiScene({ metrics }).send("/metrics", { headers })).status;
  assert.equal(await statusOf("open"), 200);
  assert.equal(await statusOf("user"), 401);
  assert.equal(await statusOf("user", basic("ops", "banana")), 200);
  assert.equal(await statusOf("off", basic("ops", "banana")), 404);
});

Deno.test("no answer shows a hash or a token", async () => {
  const scene = new ApiScene();
  const cookie = await scene.cookie();
  const token = /token=(\S+)/.exec(cookie)?.[1] ?? "?";
  const paths = [
    "/",
    "/run/global",
    "/run/vrrp/1/eth0",
    "/config/global",
    "/metrics",
    "/openapi.json",
  ];
  for (const path of paths) {
    const text = await (await scene.send(path, { headers: { cookie } })).text();
    for (const secret of [OPS_LINE.slice(-64), token, "banana"]) assert.ok(!text.includes(secret));
  }
});

Deno.test("a virtual router that a client has changed says so, and no other does", async () => {
  const scene = new ApiScene({ changedRouters: [{ group: 2, interface: "eth0" }] });
  scene.engine.routers = [routerSnapshot(), routerSnapshot({ group: 2 })];
  const origins = async (path: string) =>
    [await scene.read(path)].flat().map((one) => (one as { readonly origin?: string }).origin);
  assert.deepEqual(await origins("/run/vrrp"), [undefined, "api"]);
  assert.deepEqual(await origins("/run/vrrp/2"), ["api"]);
  assert.deepEqual(await origins("/run/vrrp/1/eth0"), [undefined]);
  assert.deepEqual(await origins("/run/vrrp/2/eth0"), ["api"]);
});

Deno.test("the stream of events says of which virtual routers a client has changed something", async () => {
  const scene = new ApiScene({ changedRouters: [{ group: 1, interface: "eth0" }] });
  const headers = { cookie: await scene.cookie() };
  const answer = await scene.send("/run/events", { headers });
  let text = "";
  for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    if (text.endsWith("\n\n")) break;
  }
  assert.match(text, /"origin":"api"/);
});
