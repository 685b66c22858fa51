import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { readConfig } from "../../src/cli/config_file.ts";
import { putConfig } from "../../src/cli/config_putting.ts";
import { draftConfig, type WriteAnswer, type WriteOrder } from "../../src/cli/config_writing.ts";
import type { Change } from "../../src/config/changes.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const NO_OPTIONS = { help: false, version: false, check: false };
const TOML = `# how it came to be
debug = 2

[[vrouter]]
group = 1
interface = "eth0"
vip = "10.9.0.1"
auth_type = "rfc2338-simple"
auth_secret = "joshua"
`;
const ROUTER = { group: 1, interface: "eth0", vip: "10.9.0.1" };
const PRIORITY: Change = {
  what: "setRouter",
  router: { group: 1, interface: "eth0" },
  keys: { priority: 7 },
};
const ROUTE: Change = { what: "addRoute", table: { route: "10.8.0.0/16", nh: "10.9.0.9" } };

class Scene implements Disposable {
  readonly #directory = Deno.makeTempDirSync();
  readonly path: string;
  readonly #digest: string;

  constructor({ text = TOML, name = "rvrrpd.conf" } = {}) {
    this.path = `${this.#directory}/${name}`;
    Deno.writeTextFileSync(this.path, text, { mode: 0o600 });
    this.#digest = readConfig(this.#options).digest;
  }

  get #options() {
    return { ...NO_OPTIONS, configFile: this.path };
  }

  get text(): string {
    return Deno.readTextFileSync(this.path);
  }

  /** Drafts it, and puts what it has drafted. */
  write(order: Partial<WriteOrder>, changes: readonly Change[] = []): WriteAnswer {
    const answer = this.draft(order, changes);
    if (!answer.done || answer.draft === undefined) return answer;
    const put = putConfig(answer.draft, () => {});
    return put.done ? { ...answer, remarks: [...put.remarks, ...answer.remarks] } : put;
  }

  draft(order: Partial<WriteOrder>, changes: readonly Change[] = []): WriteAnswer {
    return draftConfig(this.#options, changes, {
      what: "save",
      text: "",
      isLocal: false,
      digest: this.#digest,
      objects: 0,
      ...order,
    });
  }

  put(what: WriteOrder["what"], value: unknown, changes: readonly Change[] = []): WriteAnswer {
    return this.write({ what, text: JSON.stringify(value) }, changes);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }
}

function assertDone(answer: WriteAnswer): Extract<WriteAnswer, { done: true }> {
  assert.ok(answer.done, JSON.stringify(answer));
  return answer;
}

/** Nothing is written, for this reason. */
function assertRefused(scene: Scene, answer: WriteAnswer, why: string, paths: string[] = []): void {
  assert.ok(!answer.done);
  assert.deepEqual([answer.why, answer.faults.map(({ path }) => path)], [why, paths]);
  assert.ok(!JSON.stringify(answer).includes("joshua"));
  assert.throws(() => Deno.statSync(`${scene.path}.bak`), Deno.errors.NotFound);
}

Deno.test("draftConfig() saves the changes, tells of lost comments, and what it wrote runs", () => {
  using scene = new Scene();
  const { read, changes, remarks } = assertDone(scene.write({}, [PRIORITY, ROUTE]));
  assert.deepEqual([changes, remarks.length], [[], 1]);
  assert.match(remarks[0] ?? "", /^The comments of .* are lost: .*\.bak has them$/);
  assert.equal(
    scene.text,
    `${TOML.slice(TOML.indexOf("debug"))}priority = 7

[[protocols.static]]
route = "10.8.0.0/16"
nh = "10.9.0.9"
`,
  );
  assert.equal(Deno.readTextFileSync(`${scene.path}.bak`), TOML);
  assert.deepEqual(readConfig({ ...NO_OPTIONS, configFile: scene.path }), read);
  assert.equal(read.config?.routers[0]?.protocol.priority, 7);
});

Deno.test("draftConfig() does not touch the file where there is nothing to save", () => {
  using scene = new Scene();
  const { remarks } = assertDone(scene.write({}));
  assert.equal(remarks.length, 1);
  assert.equal(scene.text, TOML);
  assert.throws(() => Deno.statSync(`${scene.path}.bak`), Deno.errors.NotFound);
});

Deno.test("draftConfig() writes JSON where the file is JSON", () => {
  using scene = new Scene({ text: JSON.stringify({ vrouter: [ROUTER] }), name: "x.json" });
  const { remarks } = assertDone(scene.put("vrouter", [{ ...ROUTER, priority: 9, vmac: null }]));
  assert.deepEqual(remarks, []);
  assert.deepEqual(JSON.parse(scene.text), { vrouter: [{ ...ROUTER, priority: 9 }] });
});

Deno.test("draftConfig() takes a file that begins with a byte order mark", () => {
  using scene = new Scene({ text: `\uFEFF${TOML}` });
  assertDone(scene.write({}, [PRIORITY]));
  assert.ok(scene.text.startsWith("debug"));
});

Deno.test("draftConfig() runs what it writes with the changes that nobody has saved", () => {
  using scene = new Scene();
  const { read, changes } = assertDone(scene.put("protocols", { static: [] }, [PRIORITY, ROUTE]));
  assert.deepEqual(changes, [PRIORITY]);
  assert.equal(read.config?.routers[0]?.protocol.priority, 7);
  assert.deepEqual(read.config?.staticRoutes, []);
  assert.ok(!scene.text.includes("priority"));
});

Deno.test("draftConfig() tells every fault at once, names unknown keys, and writes nothing", () => {
  using scene = new Scene();
  const answer = scene.put("global", {
    debug: 4,
    vrouter: [{ ...ROUTER, priority: 300, prioriti: 1, auth_secret: 5 }, { group: 2 }],
    colour: "red",
    main_log: "/etc/passwd",
  });
  assert.ok(!answer.done);
  assert.deepEqual(answer.faults.map(({ path }) => path).toSorted(), [
    "colour",
    "debug",
    "main_log",
    "vrouter[0].auth_secret",
    "vrouter[0].prioriti",
    "vrouter[0].priority",
    "vrouter[1].interface",
    "vrouter[1].vip",
  ]);
  assert.equal(scene.text, TOML);
});

const REFUSED = [
  {
    what: "vrouter",
    value: [{ ...ROUTER, group: 2, auth_secret: "***" }],
    path: "vrouter[0].auth_secret",
  },
  { what: "vrouter", value: {}, path: "vrouter" },
  { what: "vrouter", value: [null], path: "vrouter[0]" },
  { what: "protocols", value: [], path: "protocols" },
  { what: "protocols", value: { bgp: 1 }, path: "protocols.bgp" },
  { what: "global", value: [], path: "" },
] as const;

for (const { what, value, path } of REFUSED) {
  Deno.test(`draftConfig() refuses ${JSON.stringify(value)} as ${what}, and writes nothing`, () => {
    using scene = new Scene();
    assertRefused(scene, scene.put(what, value), "invalid", [path]);
  });
}

Deno.test("draftConfig() leaves a file alone that has changed since it was read", () => {
  using scene = new Scene();
  Deno.writeTextFileSync(scene.path, `${TOML}priority = 9\n`);
  assertRefused(scene, scene.write({}, [PRIORITY]), "stale");
  assertRefused(scene, scene.put("vrouter", []), "stale");
});

Deno.test("draftConfig() refuses to write what it has no words for", () => {
  using scene = new Scene({ text: `${TOML}\n[other]\nday = 2026-11-22\n` });
  assertRefused(scene, scene.write({}, [PRIORITY]), "unable");
});

Deno.test("draftConfig() keeps unknown keys that are not in the part that it writes", () => {
  using scene = new Scene({ text: `colour = "red"\n${TOML}` });
  assertDone(scene.put("protocols", { static: [] }));
  assert.ok(scene.text.startsWith('colour = "red"\n'));
});

Deno.test("draftConfig() limits what clients make of it, and not the control socket", () => {
  using scene = new Scene();
  const routers = Array.from({ length: 11 }, (_, index) => ({
    group: index + 1,
    interface: `eth${index}`,
    vip: `10.100.0.${index}`,
    excluded_vips: Array.from({ length: 1000 }, (_, at) => `10.${index}.${at >> 8}.${at & 255}`),
  }));
  assertRefused(scene, scene.put("vrouter", routers), "conflict");
  assertDone(scene.write({ what: "vrouter", text: JSON.stringify(routers), isLocal: true }));
});

Deno.test("draftConfig() writes nothing, and putConfig() nothing where its beginning is refused", () => {
  using scene = new Scene();
  const { draft } = assertDone(scene.draft({}, [PRIORITY]));
  assert.ok(draft !== undefined);
  assert.equal(scene.text, TOML);
  const put = putConfig(draft, () => {
    throw new Error("too late");
  });
  assert.ok(!put.done);
  assert.deepEqual([put.why, put.message, scene.text], ["unable", "too late", TOML]);
});

Deno.test("putConfig() leaves a file alone that has changed since the draft", () => {
  using scene = new Scene();
  const { draft } = assertDone(scene.draft({}, [PRIORITY]));
  assert.ok(draft !== undefined);
  Deno.writeTextFileSync(scene.path, `${TOML}priority = 9\n`);
  const put = putConfig(draft, () => {});
  assert.deepEqual(put.done ? "done" : put.why, "stale");
  assert.ok(scene.text.endsWith("priority = 9\n"));
});

Deno.test("draftConfig() goes by whatever the file holds where nobody says what", () => {
  using scene = new Scene();
  Deno.writeTextFileSync(scene.path, `${TOML}priority = 9\n`);
  assertDone(scene.write({ what: "protocols", text: "null", digest: undefined }));
  assert.match(scene.text, /^priority = 9$/m);
});

Deno.test("draftConfig() with nothing to save refuses a file whose secret is gone", () => {
  const secret = Deno.makeTempFileSync();
  Deno.writeTextFileSync(secret, "joshua");
  const text = TOML.replace('auth_secret = "joshua"', `auth_secret_file = "${secret}"`);
  using scene = new Scene({ text });
  Deno.removeSync(secret);
  assertRefused(scene, scene.write({}), "invalid", ["vrouter[0].auth_secret_file"]);
});

Deno.test("draftConfig() hands on no more faults than anybody reads", () => {
  using scene = new Scene();
  const answer = scene.put("vrouter", Array.from({ length: 2000 }, () => ({})));
  assert.ok(!answer.done);
  assert.equal(answer.faults.length, 1000);
});
