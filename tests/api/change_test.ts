import assert from "node:assert/strict";
import { ApiScene, basic, ORIGIN } from "./fixtures.ts";

const TABLE = { group: 9, interface: "eth1", vip: "10.9.1.100", priority: 150 };
const ROUTER = { group: 1, interface: "eth0" };

const CALLS = [
  {
    call: ["POST", "/run/vrrp", TABLE],
    status: 201,
    command: { do: "change", change: { what: "addRouter", table: TABLE } },
  },
  {
    call: ["POST", "/run/vrrp/9/eth1", { vip: "10.9.1.100" }],
    status: 201,
    command: {
      do: "change",
      change: { what: "addRouter", table: { vip: "10.9.1.100", group: 9, interface: "eth1" } },
    },
  },
  {
    call: ["PUT", "/run/vrrp/1/eth0", { priority: 200, preempt_delay: null }],
    status: 200,
    command: {
      do: "change",
      change: { what: "setRouter", router: ROUTER, keys: { priority: 200, preempt_delay: null } },
    },
  },
  {
    call: ["DELETE", "/run/vrrp/1/eth0?family=6"],
    status: 200,
    command: { do: "change", change: { what: "deleteRouter", router: { ...ROUTER, family: 6 } } },
  },
  {
    call: ["POST", "/run/vrrp/1/eth0/force", { state: "master" }],
    status: 200,
    command: { do: "force", router: ROUTER, to: "Master" },
  },
  {
    call: ["POST", "/run/protocols/static", { route: "10.0.0.0/8", nh: "10.9.0.1" }],
    status: 201,
    command: {
      do: "change",
      change: { what: "addRoute", table: { route: "10.0.0.0/8", nh: "10.9.0.1" } },
    },
  },
  {
    call: ["DELETE", "/run/protocols/static", { route: "10.0.0.0/8", nh: "10.9.0.1" }],
    status: 200,
    command: {
      do: "change",
      change: { what: "deleteRoute", table: { route: "10.0.0.0/8", nh: "10.9.0.1" } },
    },
  },
] as const;

for (const { call: [method, path, body], status, command } of CALLS) {
  Deno.test(`${method} ${path} asks the engine for it, of those who may write`, async () => {
    const scene = new ApiScene();
    const answer = await scene.write(method, path, body, await scene.cookie());
    assert.equal(answer.status, status, await answer.clone().text());
    const expected = command.do === "change" ? { ...command, isLocal: false } : command;
    assert.deepEqual(scene.engine.commands, [expected]);
    scene.engine.commands.length = 0;
    assert.equal((await scene.write(method, path, body)).status, 401);
    assert.equal((await scene.write(method, path, body, await scene.cookie("ops"))).status, 403);
    const readOnly = new ApiScene({ write: false });
    assert.equal((await readOnly.write(method, path, body, await readOnly.cookie())).status, 403);
    assert.deepEqual([...scene.engine.commands, ...readOnly.engine.commands], []);
  });
}

const OUTCOMES = [
  { why: "missing", status: 404 },
  { why: "conflict", status: 409 },
  { why: "invalid", status: 422 },
  { why: "unable", status: 503 },
] as const;

for (const { why, status } of OUTCOMES) {
  Deno.test(`what the engine refuses as ${why} is ${status}, with its reasons`, async () => {
    const scene = new ApiScene();
    const details = [{ path: "vrouter[0].priority", message: "is odd" }];
    scene.engine.outcome = { done: false, why, message: "No", details };
    const answer = await scene.write("DELETE", "/run/vrrp/1/eth0", undefined, await scene.cookie());
    assert.equal(answer.status, status);
    assert.deepEqual(await answer.json(), { error: "No", details });
  });
}

Deno.test("POST /run/vrrp/GROUP/INTERFACE refuses a family that is not the addresses'", async () => {
  const scene = new ApiScene();
  const cookie = await scene.cookie();
  const post = async (family: number, vip: string) =>
    (await scene.write("POST", `/run/vrrp/9/eth1?family=${family}`, { version: 3, vip }, cookie))
      .status;
  assert.equal(await post(6, "10.9.1.100"), 422);
  assert.equal(await post(4, "fe80::1"), 422);
  assert.deepEqual(scene.engine.commands, []);
  assert.equal(await post(6, "fe80::1"), 201);
});

const WRONG = [
  { body: { ...TABLE, priority: 300 }, path: "priority", row: "a value out of range" },
  { body: { ...TABLE, prioriti: 3 }, path: "prioriti", row: "an unknown key" },
  { body: { group: 9, interface: "eth1" }, path: "vip", row: "a key that is missing" },
  { body: { ...TABLE, notify: "/bin/x" }, path: "notify", row: "a program to run" },
  { body: { ...TABLE, auth_secret_file: "/etc/shadow" }, path: "auth_secret_file", row: "a file" },
  {
    body: { ...TABLE, auth_keys: [{ id: 1, secret_file: "/etc/shadow" }] },
    path: "auth_keys[0].secret_file",
    row: "a file in a list",
  },
  { body: [], path: "", row: "a list for a table" },
  { body: null, path: "", row: "nothing for a table" },
  { body: "x", path: "", row: "a text for a table" },
];

for (const { body, path, row } of WRONG) {
  Deno.test(`POST /run/vrrp refuses ${row}, names the key, and changes nothing`, async () => {
    const scene = new ApiScene();
    const answer = await scene.write("POST", "/run/vrrp", body, await scene.cookie());
    assert.equal(answer.status, 422);
    const { details } = await answer.json();
    assert.deepEqual(details.map((one: { path: string }) => one.path), [path]);
    assert.deepEqual(scene.engine.commands, []);
  });
}

Deno.test("PUT on a virtual router refuses keys with wrong values and files, and takes null", async () => {
  const scene = new ApiScene();
  const cookie = await scene.cookie();
  const put = async (body: unknown) =>
    (await scene.write("PUT", "/run/vrrp/1/eth0", body, cookie)).status;
  assert.equal(await put({ priority: 0 }), 422);
  assert.equal(await put({ notify_master: ["/bin/sh"] }), 422);
  assert.equal(await put({ notify_master: null }), 422);
  assert.equal(await put([]), 422);
  assert.deepEqual(scene.engine.commands, []);
  assert.equal(await put({ priority: null }), 200);
});

Deno.test("a body that is not what it says is refused", async () => {
  const scene = new ApiScene();
  const cookie = await scene.cookie();
  const post = async (body: BodyInit, type = "application/json") => {
    const headers = { cookie, "content-type": type };
    return (await scene.send("/run/vrrp", { method: "POST", headers, body })).status;
  };
  assert.equal(await post("{}", "text/plain"), 415);
  assert.equal(await post("{"), 400);
  assert.equal(await post(""), 400);
  assert.equal(await post(Uint8Array.of(0x22, 0xff, 0x22)), 400);
  assert.equal(await post(`"${"x".repeat(1 << 20)}"`), 413);
  assert.equal(await post("[".repeat(500_000)), 400);
  assert.equal(await post("[".repeat(500_000) + "]".repeat(500_000)), 422);
  assert.deepEqual([scene.engine.commands, scene.errors], [[], []]);
});

Deno.test("a request that a page from elsewhere has caused changes nothing", async () => {
  const scene = new ApiScene();
  const statusOf = async (headers: Record<string, string>) => {
    const all = { ...basic("admin", "banana"), ...headers };
    return (await scene.send("/run/vrrp/1/eth0", { method: "DELETE", headers: all })).status;
  };
  assert.equal(await statusOf({ origin: "https://evil.example" }), 403);
  assert.equal(await statusOf({ origin: "null" }), 403);
  assert.equal(await statusOf({ "sec-fetch-site": "cross-site" }), 403);
  assert.equal(await statusOf({ "sec-fetch-site": "same-site" }), 403);
  assert.equal(scene.engine.commands.length, 0);
  assert.equal(await statusOf({ origin: ORIGIN, "sec-fetch-site": "same-origin" }), 200);
  assert.equal(await statusOf({ "sec-fetch-site": "none" }), 200);
});
