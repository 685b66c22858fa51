import assert from "node:assert/strict";
import { ApiScene, basic } from "./fixtures.ts";

const FOLDER = new URL("../../src/web/", import.meta.url);
const LINK = /(?:src|href)="(\/[^"]*)"/g;
const IMPORT = /from "\.\/([^"]*)"/g;

async function read(scene: ApiScene, path: string): Promise<string> {
  const answer = await scene.send(path);
  assert.equal(answer.status, 200, path);
  return await answer.text();
}

Deno.test("GET / is the console, whose policy lets in nothing from elsewhere", async () => {
  const answer = await new ApiScene().send("/");
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.ok(!policy.includes("unsafe"));
  const page = await answer.text();
  assert.ok(!/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=/.test(page));
});

Deno.test("the console's page and scripts name nothing that is not served", async () => {
  const scene = new ApiScene();
  const links = Array.from((await read(scene, "/")).matchAll(LINK), ([, path = ""]) => path);
  const paths = new Set(links);
  for (const path of paths) {
    const text = await read(scene, path);
    for (const [, name = ""] of text.matchAll(IMPORT)) paths.add(`/console/${name}`);
  }
  const served = Array.from(paths, (path) => path.replace("/console/", "")).toSorted();
  const files = await Array.fromAsync(Deno.readDir(FOLDER), ({ name }) => name);
  assert.deepEqual([...served, "index.html"].toSorted(), files.toSorted());
});

Deno.test("a console that is turned off leaves a short page and no scripts", async () => {
  const scene = new ApiScene({ console: false });
  assert.doesNotMatch(await read(scene, "/"), /<script/);
  assert.equal((await scene.send("/console/app.js")).status, 404);
});

const CALLERS = [
  { user: undefined, write: true, answer: { user: null, level: null, may_write: false } },
  { user: "admin", write: true, answer: { user: "admin", level: 0, may_write: true } },
  { user: "admin", write: false, answer: { user: "admin", level: 0, may_write: false } },
  { user: "ops", write: true, answer: { user: "ops", level: 1, may_write: false } },
];

for (const { user, write, answer } of CALLERS) {
  const name = `${user ?? "nobody"} with writing ${write ? "on" : "off"}`;
  Deno.test(`GET /auth says what ${name} may do`, async () => {
    const scene = new ApiScene({ write });
    const headers = user === undefined ? {} : basic(user, "banana");
    assert.deepEqual(await (await scene.send("/auth", { headers })).json(), answer);
  });
}
