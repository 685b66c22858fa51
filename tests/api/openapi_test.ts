import assert from "node:assert/strict";
import { OPERATIONS } from "../../src/api/operations.ts";
import { openApi } from "../../src/api/openapi.ts";
import { mismatches } from "../support/json_schema.ts";
import { ApiScene } from "./fixtures.ts";

interface Documented {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> }>
  >;
}

type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>> };

const document = JSON.parse(JSON.stringify(openApi(OPERATIONS, "0.1.0"))) as Document;

const GOOD: Readonly<Record<string, unknown>> = {
  addRouter: { group: 9, interface: "eth1", vip: "10.9.1.100" },
  addRouterByName: { vip: "10.9.1.100" },
  setRouter: { priority: 120 },
  forceRouter: { state: "backup" },
  addRoute: { route: "10.0.0.0", mask: "255.0.0.0", nh: "10.9.0.1" },
  setRoute: { route: "10.0.0.0/8", nh: "10.9.0.1", mtu: 1400 },
  deleteRoute: { route: "10.0.0.0/8", nh: "10.9.0.1" },
  writeConfigGlobal: { vrouter: null },
  writeConfigVrouter: [],
  writeConfigProtocols: null,
  signIn: { user: "admin", passwd: "banana" },
};

const BAD = [null, [], "x", 7, {}, { priority: "x" }, { state: "up" }, { "\u0000": 1 }];

/** Bodies of those that the engine's side alone can judge, or that are no change. */
const FITS_IN_FORM: Readonly<Record<string, (body: unknown) => boolean>> = {
  setRouter: (body) => JSON.stringify(body) === "{}",
  writeConfigGlobal: (body) => isTable(body),
  writeConfigVrouter: (body) => body === null || Array.isArray(body),
  writeConfigProtocols: (body) => body === null || isTable(body),
};

function isTable(body: unknown): boolean {
  return typeof body === "object" && body !== null && !Array.isArray(body);
}

/** The answer has a status of the document, and a body as it says. */
async function assertDocumented(id: string, answer: Response): Promise<void> {
  const operation = OPERATIONS.find((one) => one.id === id);
  const documented = document.paths[operation?.path ?? ""]?.[operation?.method.toLowerCase() ?? ""];
  const spec = documented?.responses[String(answer.status)];
  assert.ok(spec !== undefined, `${id} answers ${answer.status}, which is not in the document`);
  const [type, media] = Object.entries(spec.content ?? {})[0] ?? [];
  if (type === undefined) {
    assert.equal(await answer.text(), "");
    return;
  }
  assert.equal(answer.headers.get("content-type"), type);
  if (type !== "application/json") return void await answer.body?.cancel();
  assert.deepEqual(mismatches(media?.schema ?? {}, await answer.json()), [], id);
}

function pathOf(path: string): string {
  return path.replace("{group}", "1").replace("{interface}", "eth0");
}

for (const { id, method, path, access } of OPERATIONS) {
  Deno.test(`${id} (${method} ${path}) answers as the document says`, async () => {
    const scene = new ApiScene();
    scene.engine.happen(1);
    const cookie = await scene.cookie();
    if (access === "local") {
      const refused = await scene.write(method, pathOf(path), GOOD[id], cookie);
      assert.equal(refused.status, 403);
      await assertDocumented(id, refused);
    }
    const good = access === "local"
      ? await scene.local(method, pathOf(path), GOOD[id])
      : await scene.write(method, pathOf(path), GOOD[id], cookie);
    assert.ok(good.ok, `${good.status}`);
    await assertDocumented(id, good);
    await assertDocumented(id, await scene.write(method, pathOf(path), GOOD[id]));
    const reader = await scene.cookie("ops");
    await assertDocumented(id, await scene.write(method, pathOf(path), GOOD[id], reader));
    scene.engine.silent = true;
    await assertDocumented(id, await scene.write(method, pathOf(path), GOOD[id], cookie));
  });
}

for (const { id, method, path } of OPERATIONS.filter((one) => GOOD[one.id] !== undefined)) {
  Deno.test(`${id} refuses wrong bodies as the document says, and does nothing`, async () => {
    const scene = new ApiScene();
    const cookie = await scene.cookie();
    for (const body of BAD) {
      if (FITS_IN_FORM[id]?.(body)) continue;
      const answer = await scene.write(method, pathOf(path), body, cookie);
      assert.ok(answer.status >= 400 && answer.status < 500, `${id} ${JSON.stringify(body)}`);
      assert.deepEqual(scene.engine.commands, [], JSON.stringify(body));
      await assertDocumented(id, answer);
    }
    assert.deepEqual(scene.errors, []);
  });
}

for (const { id, method, path } of OPERATIONS.filter(({ path }) => path.includes("{group}"))) {
  Deno.test(`${id} refuses a wrong group as the document says`, async () => {
    const scene = new ApiScene();
    const wrong = pathOf(path).replace("/1", "/300");
    const answer = await scene.write(method, wrong, GOOD[id], await scene.cookie());
    assert.equal(answer.status, 400);
    await assertDocumented(id, answer);
  });
}

Deno.test("GET /openapi.json is the document", async () => {
  assert.deepEqual(await new ApiScene().read("/openapi.json"), document);
});

Deno.test("every operation has a name of its own", () => {
  assert.equal(new Set(OPERATIONS.map(({ id }) => id)).size, OPERATIONS.length);
});
