import assert from "node:assert/strict";
import { ApiScene } from "./fixtures.ts";

const SCRIPT = { notify_master: ["/usr/local/bin/told"] };

Deno.test("the control socket reads and writes without a session, whatever TCP may", async () => {
  const scene = new ApiScene({ users: [], write: false, metrics: "off" });
  assert.equal((await scene.local("GET", "/run/vrrp")).status, 200);
  assert.equal((await scene.local("GET", "/metrics")).status, 200);
  const answer = await scene.local("PUT", "/run/vrrp/1/eth0", { priority: 120 });
  assert.deepEqual(await answer.json(), { done: true });
  assert.deepEqual(scene.engine.commands, [{
    do: "change",
    change: {
      what: "setRouter",
      router: { group: 1, interface: "eth0" },
      keys: { priority: 120 },
    },
    isLocal: true,
  }]);
});

Deno.test("the control socket sets keys that run programs, and TCP does not", async () => {
  const scene = new ApiScene();
  const remote = await scene.write("PUT", "/run/vrrp/1/eth0", SCRIPT, await scene.cookie());
  assert.equal(remote.status, 422);
  assert.deepEqual(scene.engine.commands, []);
  assert.equal((await scene.local("PUT", "/run/vrrp/1/eth0", SCRIPT)).status, 200);
  assert.equal(scene.engine.commands.length, 1);
});

Deno.test("the control socket checks bodies as TCP does", async () => {
  const scene = new ApiScene();
  const answer = await scene.local("PUT", "/run/vrrp/1/eth0", { priority: 999 });
  assert.equal(answer.status, 422);
  assert.deepEqual(scene.engine.commands, []);
});

for (const what of ["reload", "stop"] as const) {
  Deno.test(`POST /daemon/${what} is for the control socket only`, async () => {
    const scene = new ApiScene();
    assert.equal((await scene.write("POST", `/daemon/${what}`)).status, 401);
    const cookie = await scene.cookie();
    assert.equal((await scene.write("POST", `/daemon/${what}`, undefined, cookie)).status, 403);
    assert.deepEqual(scene.engine.commands, []);
    assert.equal((await scene.local("POST", `/daemon/${what}`)).status, 200);
    assert.deepEqual(scene.engine.commands, [{ do: what }]);
  });
}

Deno.test("the control socket has room for an event stream when clients have taken all there is", async () => {
  const scene = new ApiScene();
  const headers = { cookie: await scene.cookie() };
  let answer = await scene.send("/run/events", { headers });
  while (answer.ok) answer = await scene.send("/run/events", { headers });
  assert.equal(answer.status, 503);
  assert.equal((await scene.local("GET", "/run/events")).status, 200);
  scene.api.close();
});
