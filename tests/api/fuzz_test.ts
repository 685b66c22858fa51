import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCookies } from "../../src/api/cookies.ts";
import { OPERATIONS } from "../../src/api/operations.ts";
import { Routes } from "../../src/api/routes.ts";
import { parseBasic, parseSignIn } from "../../src/api/sign_in_body.ts";
import { isPasswordOf } from "../../src/api/password.ts";
import { parseUserLine } from "../../src/config/user_line.ts";
import { ADMIN_LINE, ApiScene, ORIGIN } from "./fixtures.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];

/** Words of paths that are nearly ours. */
const pathWord = fc.oneof(
  fc.constantFrom("run", "vrrp", "config", "auth", "force", "1", "eth0", "..", "%2e%2e", "", "%00"),
  fc.string({ maxLength: 12 }),
  fc.webSegment(),
);

const path = fc.array(pathWord, { maxLength: 7 }).map((words) => `/${words.join("/")}`);

Deno.test("Routes.find() answers or not for any path, and gives no part that was not there", () => {
  const routes = new Routes(OPERATIONS);
  fc.assert(fc.property(path, (text) => {
    const found = routes.find(text);
    for (const value of Object.values(found?.params ?? {})) {
      assert.ok(text.split("/").some((part) => part === value || part.includes("%")), text);
    }
  }));
});

/** Signs that a header may hold. */
const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
});

Deno.test("every request gets an answer of a known status, never an internal error", async () => {
  const known = new Set([200, 201, 400, 401, 403, 404, 405, 412, 413, 415, 422, 428, 429]);
  const arbitrary = fc.record({
    path,
    method: fc.constantFrom(...METHODS),
    body: fc.oneof(fc.json(), fc.string()),
    cookie: fc.oneof(headerText, fc.constant("good")),
    authorization: fc.option(headerText.map((text) => `Basic ${btoa(text)}`), { nil: undefined }),
    type: fc.constantFrom("application/json", "text/plain", ""),
    ifMatch: fc.option(fc.oneof(headerText, fc.constant('"5-1"')), { nil: undefined }),
  });
  const scene = new ApiScene();
  const good = await scene.cookie();
  await fc.assert(
    fc.asyncProperty(arbitrary, async (asked) => {
      const { method, body, type, authorization, ifMatch } = asked;
      const headers = new Headers({ "content-type": type });
      headers.set("cookie", asked.cookie === "good" ? good : asked.cookie);
      if (authorization !== undefined) headers.set("authorization", authorization);
      if (ifMatch !== undefined) headers.set("if-match", ifMatch);
      const hasBody = method !== "GET" && method !== "HEAD";
      scene.nowMs += 1000;
      const answer = await scene.send(encodeURI(asked.path), {
        method,
        headers,
        ...(hasBody ? { body } : {}),
      });
      assert.ok(known.has(answer.status), `${answer.status}`);
      await answer.body?.cancel();
      assert.deepEqual(scene.errors, []);
    }),
    { numRuns: 400 },
  );
});

Deno.test("any Host is answered, never with an internal error", async () => {
  const hosts = fc.oneof(
    headerText,
    fc.constantFrom("", "[", "[::1", "a b", "x:99999", "x:y", "%00", "::", "\xff", "a/b", "@", "?"),
  );
  const scene = new ApiScene();
  const good = await scene.cookie();
  const statuses = new Set<number>();
  await fc.assert(fc.asyncProperty(hosts, fc.boolean(), async (host, isWrite) => {
    const init = isWrite ? { method: "POST", headers: { cookie: good } } : {};
    const request = new Request(`${ORIGIN}/run/vrrp`, init);
    // As the server makes it of the header; a Request of our own cannot be made with it.
    Object.defineProperty(request, "url", { value: `http://${host}/run/vrrp` });
    const { status } = await scene.api.handle(request, scene.address);
    statuses.add(status);
    assert.ok(status < 500, `${status} for ${host}`);
    assert.deepEqual(scene.errors, []);
  }));
  assert.ok(statuses.has(400));
});

Deno.test("any JSON as a body changes nothing unless it fits", async () => {
  const scene = new ApiScene();
  const cookie = await scene.cookie();
  const writes = OPERATIONS.filter(({ body }) => body !== undefined);
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.constantFrom(...writes), async (body, operation) => {
      const place = operation.path.replace("{group}", "1").replace("{interface}", "eth0");
      const headers = { cookie, "content-type": "application/json" };
      const { method } = operation;
      const answer = await scene.send(place, { method, headers, body });
      assert.ok(answer.status < 500);
      if (answer.status >= 400) assert.equal(scene.engine.commands.length, 0);
      scene.engine.commands.length = 0;
    }),
    { numRuns: 400 },
  );
});

Deno.test("parseCookies(), parseBasic() and parseSignIn() take any text", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.base64String()), (text) => {
    parseCookies(text);
    parseBasic(text);
    parseBasic(`Basic ${text}`);
    parseSignIn(text);
    parseSignIn(`user=${text}`);
  }));
});

Deno.test("parseSignIn() takes every password as it is in rVRRPd's form", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9]{1,20}$/);
  fc.assert(fc.property(name, fc.string({ minLength: 1 }), (user, password) => {
    assert.deepEqual(parseSignIn(`user=${user} passwd=${password}`), { user, password });
    assert.deepEqual(parseSignIn(JSON.stringify({ user, passwd: password })), { user, password });
  }));
});

Deno.test("a user line with any one sign replaced is refused, or no password of it is right", async () => {
  const sign = fc.string({ minLength: 1, maxLength: 1 });
  const at = fc.nat(ADMIN_LINE.length - 1);
  await fc.assert(fc.asyncProperty(at, sign, async (index, other) => {
    fc.pre(ADMIN_LINE[index] !== other);
    const user = parseUserLine(ADMIN_LINE.slice(0, index) + other + ADMIN_LINE.slice(index + 1));
    if (!user.ok) return;
    const { name, level } = user.value;
    const isOther = name !== "admin" || level !== 0;
    assert.ok(isOther || !await isPasswordOf(user.value, "banana"));
  }));
});
