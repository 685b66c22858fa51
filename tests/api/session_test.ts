import assert from "node:assert/strict";
import { Api } from "../../src/api/api.ts";
import { readUsers } from "../../src/api/users.ts";
import { Sessions } from "../../src/api/sessions.ts";
import { ADMIN_LINE, ApiScene, basic, cookieOf, OPS_LINE, ORIGIN, settings } from "./fixtures.ts";

Deno.test("POST /auth begins a session that four cookies carry", async () => {
  const scene = new ApiScene();
  const answer = await scene.signIn();
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { user: "admin", level: 0 });
  const cookies = answer.headers.getSetCookie();
  assert.deepEqual(cookies.map((one) => one.split("=")[0]), ["user", "ts", "nonce", "token"]);
  for (const cookie of cookies) {
    assert.match(cookie, /; Path=\/; Max-Age=3600; HttpOnly; SameSite=Strict$/);
  }
  const read = await scene.send("/run/vrrp", { headers: { cookie: cookieOf(answer) } });
  assert.equal(read.status, 200);
});

Deno.test("POST /auth makes the cookies secure where the API speaks TLS", async () => {
  const answer = await new ApiScene({ tls: true }).signIn();
  for (const cookie of answer.headers.getSetCookie()) assert.match(cookie, /; Secure$/);
});

const BODIES = [
  { body: "user=admin passwd=banana", status: 200, row: "rVRRPd's form" },
  { body: '{"user":"admin","passwd":"banana"}', status: 200, row: "JSON" },
  { body: "user=admin&passwd=banana", status: 200, row: "a form of a browser" },
  { body: "user=admin passwd=banana&x=1", status: 401, row: "a password to the body's end" },
  { body: "user=admin passwd=Banana", status: 401, row: "a wrong password" },
  { body: "user=nobody passwd=banana", status: 401, row: "an unknown user" },
  { body: "user=admin", status: 400, row: "no password" },
  { body: "", status: 400, row: "nothing" },
  { body: '{"user":["admin"],"passwd":"banana"}', status: 400, row: "a list for a name" },
  { body: "{", status: 400, row: "half a JSON text" },
];

for (const { body, status, row } of BODIES) {
  Deno.test(`POST /auth answers ${row} with ${status}`, async () => {
    const answer = await new ApiScene().signIn(body);
    assert.equal(answer.status, status);
    if (status !== 200) assert.deepEqual(answer.headers.getSetCookie(), []);
  });
}

Deno.test("without a session a resource answers 401 with an empty body", async () => {
  const answer = await new ApiScene().send("/run/vrrp");
  assert.equal(answer.status, 401);
  assert.equal(await answer.text(), "");
  assert.match(answer.headers.get("www-authenticate") ?? "", /^Basic /);
});

Deno.test("the console's requests are answered without the browser's own question", async () => {
  const answer = await new ApiScene().send("/run/vrrp", { headers: { "x-rvrrpd-console": "1" } });
  assert.equal(answer.status, 401);
  assert.equal(answer.headers.get("www-authenticate"), null);
});

Deno.test("any change to any cookie of a session ends it", async () => {
  const scene = new ApiScene();
  const good = cookieOf(await scene.signIn());
  for (let at = 0; at < good.length; at++) {
    const sign = good[at] === "1" ? "2" : "1";
    const cookie = good.slice(0, at) + sign + good.slice(at + 1);
    const { status } = await scene.send("/run/vrrp", { headers: { cookie } });
    // A blank after a semicolon is no part of any cookie, and one more sign there makes another name.
    assert.equal(status, 401, cookie);
  }
});

Deno.test("no digit moves from one cookie to the next", async () => {
  const scene = new ApiScene();
  const cookie = cookieOf(await scene.signIn());
  const [, ts = "", nonce = ""] = /ts=(\d+); nonce=(\d+)/.exec(cookie) ?? [];
  const moved = cookie
    .replace(`ts=${ts}`, `ts=${ts.slice(0, -1)}`)
    .replace(`nonce=${nonce}`, `nonce=${ts.slice(-1)}${nonce}`);
  assert.equal((await scene.send("/run/vrrp", { headers: { cookie: moved } })).status, 401);
});

Deno.test("a number that is not in its canonical form proves nothing", () => {
  const users = readUsers([ADMIN_LINE]);
  const [user] = users.values();
  assert.ok(user);
  const sessions = new Sessions({ ttlS: 60 });
  const cookies = sessions.begin(user, 5000);
  const find = (differences: object) =>
    sessions.find({ ...cookies, ...differences }, { users, nowMs: 5000 });
  assert.ok(find({}));
  for (const ts of ["05", "+5", " 5", "5.0", "5e0", "", "-5"]) {
    assert.equal(find({ ts }), undefined);
  }
});

Deno.test("a session ends at its time and does not begin in the future", async () => {
  const scene = new ApiScene({ sessionTtlS: 100 });
  const cookie = await scene.cookie();
  const status = async (nowMs: number) => {
    scene.nowMs = nowMs;
    return (await scene.send("/run/vrrp", { headers: { cookie } })).status;
  };
  const beganMs = scene.nowMs;
  assert.equal(await status(beganMs + 99_999), 200);
  assert.equal(await status(beganMs + 100_000), 401);
  assert.equal(await status(beganMs - 1), 401);
});

Deno.test("POST /auth/logout ends this session and no other", async () => {
  const scene = new ApiScene();
  const [one, other] = [await scene.cookie(), await scene.cookie()];
  const answer = await scene.send("/auth/logout", { method: "POST", headers: { cookie: one } });
  assert.equal(answer.status, 200);
  assert.ok(answer.headers.getSetCookie().every((cookie) => /=; .*Max-Age=0/.test(cookie)));
  assert.equal((await scene.send("/run/vrrp", { headers: { cookie: one } })).status, 401);
  assert.equal((await scene.send("/run/vrrp", { headers: { cookie: other } })).status, 200);
});

Deno.test("a user that is gone or has another line has no session any more", async () => {
  for (const users of [[OPS_LINE], [OPS_LINE.replace("ops:1", "admin:1")]]) {
    const scene = new ApiScene();
    const cookie = await scene.cookie();
    scene.api.configure(settings({ users }));
    assert.equal((await scene.send("/run/vrrp", { headers: { cookie } })).status, 401);
  }
});

Deno.test("sessions outlive a restart where a secret signs them, and no longer where it changes", async () => {
  const before = new ApiScene({ secret: "one" });
  const cookie = await before.cookie();
  const statusOf = async (secret?: string) => {
    const after = new ApiScene(secret === undefined ? {} : { secret });
    return (await after.send("/run/vrrp", { headers: { cookie } })).status;
  };
  assert.deepEqual([await statusOf("one"), await statusOf("two"), await statusOf()], [
    200,
    401,
    401,
  ]);
});

Deno.test("too many revoked sessions end all that are as old as the forgotten ones", () => {
  const users = readUsers([ADMIN_LINE]);
  const [user] = users.values();
  assert.ok(user);
  const sessions = new Sessions({ ttlS: 1_000_000 });
  const find = (cookies: ReturnType<typeof sessions.begin>) =>
    sessions.find(cookies, { users, nowMs: 9000 });
  const first = sessions.begin(user, 1000);
  const sibling = sessions.begin(user, 1000);
  const later = sessions.begin(user, 2000);
  const session = find(first);
  assert.ok(session);
  sessions.revoke(session, 9000);
  for (let count = 0; count < 10_000; count++) {
    sessions.revoke({ ...session, id: String(count), beganS: session.beganS + 5 }, 9000);
  }
  assert.equal(find(first), undefined);
  assert.equal(find(sibling), undefined);
  assert.ok(find(later));
});

Deno.test("a session that has been logged out stays so when session_ttl changes, and others go on", async () => {
  for (const changed of [100, 7200]) {
    const scene = new ApiScene({ secret: "one" });
    const [ended, other] = [await scene.cookie(), await scene.cookie()];
    const statusOf = async (cookie: string) =>
      (await scene.send("/run/vrrp", { headers: { cookie } })).status;
    await scene.send("/auth/logout", { method: "POST", headers: { cookie: ended } });
    scene.api.configure(settings({ secret: "one", sessionTtlS: changed }));
    assert.deepEqual([await statusOf(ended), await statusOf(other)], [401, 200]);
  }
});

Deno.test("a logged-out session that was forgotten at its end stays ended when sessions last longer", () => {
  const users = readUsers([ADMIN_LINE]);
  const [user] = users.values();
  assert.ok(user);
  const sessions = new Sessions({ ttlS: 10 });
  const find = (cookies: ReturnType<typeof sessions.begin>, nowMs: number) =>
    sessions.find(cookies, { users, nowMs });
  const [first, second] = [sessions.begin(user, 1000), sessions.begin(user, 5000)];
  for (const [cookies, nowMs] of [[first, 6000], [second, 11_000]] as const) {
    const session = find(cookies, nowMs);
    assert.ok(session);
    // The second one comes when the first one would be over.
    sessions.revoke(session, nowMs);
  }
  sessions.setTtl(1000);
  assert.deepEqual([find(first, 12_000), find(second, 12_000)], [undefined, undefined]);
});

Deno.test("of a thread before, no session is let in; of this one all are, even of the same second", () => {
  const users = readUsers([ADMIN_LINE]);
  const [user] = users.values();
  assert.ok(user);
  const before = new Sessions({ secret: "one", ttlS: 60 });
  const old = before.begin(user, 5100);
  const sessions = new Sessions({ secret: "one", ttlS: 60, refusedUpToMs: 5300 });
  const own = sessions.begin(user, 5600);
  const find = (cookies: typeof old) => sessions.find(cookies, { users, nowMs: 5900 });
  assert.equal(find(old), undefined);
  const session = find(own);
  assert.ok(session);
  sessions.revoke(session, 5900);
  assert.equal(find(own), undefined);
  assert.ok(find(before.begin(user, 6000)) === undefined, "not yet begun");
});

Deno.test("an API that takes another one's place lets none of its sessions in", async () => {
  const before = new ApiScene({ secret: "one" });
  const headers = { cookie: await before.cookie() };
  const after = new Api({
    settings: settings({ secret: "one" }),
    engine: before.engine,
    log: { error: assert.fail },
    clock: () => before.nowMs,
    steadyClock: () => before.nowMs,
    refusedUpToMs: before.nowMs,
  });
  const statusOf = async (headers: Record<string, string>) =>
    (await after.handle(new Request(`${ORIGIN}/run/vrrp`, { headers }), "10.9.0.77")).status;
  assert.equal(await statusOf(headers), 401);
  const body = "user=admin passwd=banana";
  const signedIn = new Request(`${ORIGIN}/auth`, { method: "POST", body });
  const cookie = cookieOf(await after.handle(signedIn, "10.9.0.77"));
  assert.equal(await statusOf({ cookie }), 200);
});

Deno.test("a wall clock that is set back makes nobody wait longer", async () => {
  const scene = new ApiScene();
  for (let count = 0; count < 5; count++) await scene.signIn("user=admin passwd=no");
  assert.equal((await scene.signIn()).status, 429);
  scene.wallStepMs = -86_400_000;
  assert.equal((await scene.signIn()).headers.get("retry-after"), "60");
  scene.nowMs += 60_000;
  assert.equal((await scene.signIn()).status, 200);
});

Deno.test("who has to wait is told so before the body is read", async () => {
  const scene = new ApiScene();
  for (let count = 0; count < 5; count++) await scene.signIn("user=admin passwd=no");
  let pulled = 0;
  const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 });
  const answer = await scene.send("/auth", { method: "POST", body });
  assert.deepEqual([answer.status, pulled], [429, 0]);
});

Deno.test("POST /auth reads 8 KiB at most", async () => {
  const scene = new ApiScene();
  const status = async (length: number) => {
    const head = "user=admin passwd=";
    return (await scene.signIn(head + "x".repeat(length - head.length))).status;
  };
  assert.deepEqual([await status(8192), await status(8193)], [401, 413]);
});

Deno.test("a Basic credential stands for a session in each request", async () => {
  const scene = new ApiScene();
  const status = async (user: string, password: string) =>
    (await scene.send("/run/vrrp", { headers: basic(user, password) })).status;
  assert.equal(await status("admin", "banana"), 200);
  assert.equal(await status("admin", "apple"), 401);
  for (const authorization of ["Basic", "Basic !!!!", "Basic YWRtaW4=", "Bearer x", "Basic /w=="]) {
    const answer = await scene.send("/run/vrrp", { headers: { authorization } });
    assert.equal(answer.status, 401, authorization);
  }
});

Deno.test("five failures from one address within a minute make the next ones wait, Basic included", async () => {
  const scene = new ApiScene();
  for (let count = 0; count < 5; count++) {
    assert.equal((await scene.signIn("user=admin passwd=no")).status, 401);
  }
  const answer = await scene.signIn();
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get("retry-after"), "60");
  const again = await scene.send("/run/vrrp", { headers: basic("admin", "banana") });
  assert.equal(again.status, 429);
  scene.address = "10.9.0.78";
  assert.equal((await scene.signIn()).status, 200);
  scene.address = "10.9.0.77";
  scene.nowMs += 60_000;
  assert.equal((await scene.signIn()).status, 200);
});

Deno.test("more than sixteen passwords do not wait", async () => {
  const scene = new ApiScene();
  const answers = await Promise.all(Array.from({ length: 40 }, () => scene.signIn()));
  const statuses = answers.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 200).length, 16);
  assert.equal(statuses.filter((status) => status === 503).length, 24);
  assert.equal((await scene.signIn()).status, 200);
});
