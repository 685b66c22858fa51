import assert from "node:assert/strict";
import { ApiScene } from "./fixtures.ts";

interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly ifMatch?: string;
  readonly user?: string;
}

/** Without a body, and without If-Match, unless they are given. */
async function send(scene: ApiScene, path: string, sent: Sent = {}): Promise<Response> {
  const { method = "PUT", body, ifMatch, user } = sent;
  const headers = {
    "content-type": "application/json",
    cookie: await scene.cookie(user),
    ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
  };
  return await scene.send(path, { method, headers, ...(body === undefined ? {} : { body }) });
}

Deno.test("GET /config and its parts tell the revision that a PUT goes by", async () => {
  const scene = new ApiScene();
  for (const part of ["global", "vrouter", "protocols"]) {
    const answer = await send(scene, `/config/${part}`, { method: "GET" });
    assert.equal(answer.headers.get("etag"), '"5-1"');
    // The listener leaves such an answer, and its tag, as it is.
    assert.match(answer.headers.get("cache-control") ?? "", /\bno-transform\b/);
  }
});

Deno.test("PUT /config/PART has the engine write it, tells remarks and the new revision", async () => {
  const scene = new ApiScene();
  const outcome = { done: true, remarks: ["The comments are lost"], revision: "5-2" } as const;
  for (
    const [part, body] of [["global", "{}"], ["vrouter", "[]"], ["protocols", "null"]] as const
  ) {
    scene.engine.outcome = outcome;
    const answer = await send(scene, `/config/${part}/`, { body, ifMatch: '"5-1"' });
    assert.equal(answer.status, 200, part);
    assert.equal(answer.headers.get("etag"), '"5-2"');
    assert.deepEqual(await answer.json(), { done: true, remarks: outcome.remarks });
    const [command] = scene.engine.commands.splice(0);
    const sent = { do: "writeConfig", what: part, text: body, ifMatch: ["5-1"], isLocal: false };
    assert.deepEqual(command, sent);
  }
});

Deno.test("POST /config/save needs no If-Match, and goes by one", async () => {
  const scene = new ApiScene();
  for (const ifMatch of [undefined, '"5-1"']) {
    const answer = await send(scene, "/config/save", { method: "POST", ...ifMatch && { ifMatch } });
    assert.equal(answer.status, 200);
    const [command] = scene.engine.commands.splice(0);
    assert.deepEqual(command, {
      do: "writeConfig",
      what: "save",
      text: "",
      ifMatch: ifMatch && ["5-1"],
      isLocal: false,
    });
  }
});

const TAGS = [
  { ifMatch: "*", revisions: undefined, row: "any" },
  { ifMatch: '"a", "b" ,"c"', revisions: ["a", "b", "c"], row: "several" },
  { ifMatch: 'W/"a", "b"', revisions: ["a", "b"], row: "one that compression has weakened" },
  { ifMatch: '""', revisions: [""], row: "an empty one" },
];

for (const { ifMatch, revisions, row } of TAGS) {
  Deno.test(`If-Match takes ${row}`, async () => {
    const scene = new ApiScene();
    assert.equal((await send(scene, "/config/vrouter", { body: "[]", ifMatch })).status, 200);
    const [command] = scene.engine.commands;
    assert.ok(command?.do === "writeConfig");
    assert.deepEqual(command.ifMatch, revisions);
  });
}

const REFUSED = [
  { sent: { body: "[]" }, status: 428, row: "without If-Match" },
  { sent: { body: "[]", ifMatch: "5-1" }, status: 400, row: "a tag without quotes" },
  { sent: { body: "[]", ifMatch: '"5-1' }, status: 400, row: "half a tag" },
  { sent: { body: "[]", ifMatch: `"${"x".repeat(2000)}"` }, status: 400, row: "an endless tag" },
  { sent: { body: "{}", ifMatch: "*" }, status: 422, row: "a table for a list" },
  { sent: { body: "[", ifMatch: "*" }, status: 400, row: "half a list" },
  { sent: { ifMatch: "*" }, status: 400, row: "nothing" },
  {
    sent: { body: "[".repeat(400_000) + "]".repeat(400_000), ifMatch: "*" },
    status: 422,
    row: "lists in lists without end",
  },
  {
    sent: { body: `[${"{},".repeat(120_000)}{}]`, ifMatch: "*" },
    status: 422,
    row: "an endless list",
  },
  {
    sent: { body: `[${`[${"0,".repeat(9_000)}0],`.repeat(20)}0]`, ifMatch: "*" },
    status: 422,
    row: "many long lists",
  },
  { sent: { body: '["\\ud800"]', ifMatch: "*" }, status: 422, row: "half a character" },
  {
    sent: { body: '[{"\\udc00": 1}]', ifMatch: "*" },
    status: 422,
    row: "half a character as a key",
  },
  { sent: { body: `["${"x".repeat(1 << 20)}"]`, ifMatch: "*" }, status: 413, row: "too much" },
  { sent: { body: "[]", ifMatch: "*", user: "ops" }, status: 403, row: "one who may only read" },
];

for (const { sent, status, row } of REFUSED) {
  Deno.test(`PUT /config/vrouter refuses ${row}, and asks the engine for nothing`, async () => {
    const scene = new ApiScene();
    const answer = await send(scene, "/config/vrouter", sent);
    assert.equal(answer.status, status);
    assert.ok((await answer.json()).error.length > 0);
    assert.deepEqual([scene.engine.commands, scene.errors], [[], []]);
  });
}

Deno.test("what the engine finds stale is 412", async () => {
  const scene = new ApiScene();
  scene.engine.outcome = { done: false, why: "stale", message: "It has changed", details: [] };
  const answer = await send(scene, "/config/save", { method: "POST" });
  assert.equal(answer.status, 412);
  assert.deepEqual(await answer.json(), { error: "It has changed", details: [] });
});

Deno.test("the control socket's owner may write whatever the file lets him", async () => {
  const scene = new ApiScene({ write: false });
  assert.equal((await scene.local("PUT", "/config/global", {})).status, 200);
  const [command] = scene.engine.commands;
  assert.ok(command?.do === "writeConfig" && command.isLocal);
});
