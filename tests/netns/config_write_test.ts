import assert from "node:assert/strict";
import { attempt } from "../support/command.ts";
import { TestProcess } from "../support/process.ts";
import { changePattern, RVRRPD, Rvrrpd, writeConfig } from "../support/rvrrpd.ts";
import { eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";
import { ADMIN_LINE } from "../api/fixtures.ts";

const AUTH = { auth_type: "rfc2338-simple", auth_secret: "joshua" };
const BASE = "http://127.0.0.1:7080";

interface Answer {
  readonly status: number;
  readonly tag: string;
  readonly body: unknown;
}

/** A client on r1, with curl. */
class Client {
  readonly #world: World;
  /** Where it connects to; without it, BASE as the user admin. */
  readonly #socket: string | undefined;

  constructor(world: World, socket?: string) {
    this.#world = world;
    this.#socket = socket;
  }

  async ask(method: string, path: string, body?: unknown, ifMatch?: string): Promise<Answer> {
    const access = this.#socket === undefined
      ? ["-u", "admin:banana"]
      : ["--unix-socket", this.#socket];
    const { stdout } = await attempt([
      ...["ip", "netns", "exec", this.#world.namespace("r1"), "curl", "-s", "-m", "60"] as const,
      "--compressed",
      ...["-w", "\n%{http_code}\n%header{etag}", "-X", method, ...access],
      ...(body === undefined
        ? []
        : ["-H", "content-type: application/json", "-d", JSON.stringify(body)]),
      ...(ifMatch === undefined ? [] : ["-H", `If-Match: ${ifMatch}`]),
      `${BASE}${path}`,
    ]);
    const [tag = "", status, ...text] = stdout.split("\n").toReversed();
    return {
      tag,
      status: Number(status),
      body: JSON.parse(text.toReversed().join("\n") || "null"),
    };
  }

  async effectivePriority(): Promise<unknown> {
    const { body } = await this.ask("GET", "/run/vrrp/1/eth0");
    return (body as { readonly effective_priority?: unknown } | null)?.effective_priority;
  }
}

async function priorityIs(client: Client, priority: number): Promise<void> {
  await eventually(async () => await client.effectivePriority() === priority, {
    what: `priority ${priority}`,
  });
}

Deno.test("clients write the configuration file, and the daemon goes by it without a gap", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ group: 1, vip: "10.9.0.100", vmac: false, priority: 110, ...AUTH }],
    general: { api: { users: [ADMIN_LINE], write: true, host: "127.0.0.1:7080" } },
  });
  const client = new Client(world);
  const local = new Client(world, world.path("rvrrpd-r1.sock"));
  const file = world.path("rvrrpd-r1.conf");
  await daemon.process.waitForLine(/The client API listens on/);
  await daemon.waitFor("Master");

  // Somebody writes it by hand, and nobody else may write over that.
  await Deno.writeTextFile(file, "# by hand\n", { append: true });
  const byHand = await Deno.readTextFile(file);
  const first = await client.ask("GET", "/config/vrouter");
  assert.equal((await client.ask("PUT", "/config/vrouter", first.body, first.tag)).status, 412);
  assert.equal(await Deno.readTextFile(file), byHand);
  assert.equal((await local.ask("POST", "/daemon/reload")).status, 200);

  // A volatile change is saved with the rest.
  assert.equal((await client.ask("PUT", "/run/vrrp/1/eth0", { priority: 222 })).status, 200);
  const stale = await client.ask("PUT", "/config/vrouter", first.body, first.tag);
  assert.equal(stale.status, 412);
  const saved = await client.ask("POST", "/config/save");
  assert.deepEqual(saved.body, {
    done: true,
    remarks: [`The comments of ${file} are lost: ${file}.bak has them`],
  });
  assert.match(await Deno.readTextFile(file), /^priority = 222$/m);
  assert.match(await Deno.readTextFile(file), /^auth_secret = "joshua"$/m);
  assert.equal(await Deno.readTextFile(`${file}.bak`), byHand);
  for (const path of [file, `${file}.bak`]) {
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  }
  const [row] = (await client.ask("GET", "/run/vrrp")).body as [Record<string, unknown>];
  assert.deepEqual([row["priority"], row["origin"]], [222, undefined]);

  // A part of it is written anew, with the secret that nobody is told.
  const read = await client.ask("GET", "/config/vrouter");
  const [router] = read.body as [Record<string, unknown>];
  assert.equal(router["auth_secret"], "***");
  const put = await client.ask("PUT", "/config/vrouter", [{ ...router, priority: 150 }], read.tag);
  assert.deepEqual([put.status, put.body], [200, { done: true, remarks: [] }]);
  assert.notEqual(put.tag, read.tag);
  await priorityIs(client, 150);
  assert.match(await Deno.readTextFile(file), /^priority = 150$/m);
  assert.match(await Deno.readTextFile(file), /^auth_secret = "joshua"$/m);

  // All faults at once, and what only the control socket may set.
  const all = await client.ask("GET", "/config/global");
  const whole = all.body as Record<string, unknown>;
  const before = await Deno.readTextFile(file);
  const wrong = {
    ...whole,
    debug: 4,
    vrouter: [{ ...router, priority: 0 }],
    script_user: "nobody",
  };
  const refused = await client.ask("PUT", "/config/global", wrong, put.tag);
  const { details } = refused.body as { readonly details: readonly { readonly path: string }[] };
  assert.equal(refused.status, 422);
  assert.deepEqual(
    details.map(({ path }) => path).toSorted(),
    ["debug", "script_user", "vrouter[0].priority"],
  );
  assert.equal(await Deno.readTextFile(file), before);
  const written = await local.ask(
    "PUT",
    "/config/global",
    { ...whole, pid: "/run/x.pid" },
    put.tag,
  );
  assert.deepEqual(written.body, { done: true, remarks: ["pid is taken over at a restart"] });

  // Whoever has the control socket may also write over what somebody has written by hand.
  const good = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, "# by hand\n", { append: true });
  const last = await local.ask("GET", "/config/global");
  assert.equal((await local.ask("PUT", "/config/global", last.body, last.tag)).status, 412);
  assert.equal((await client.ask("PUT", "/config/global", last.body, "*")).status, 412);
  assert.equal((await local.ask("PUT", "/config/global", last.body, "*")).status, 200);
  assert.equal(await Deno.readTextFile(file), good);

  assert.deepEqual(daemon.changes().filter((change) => change.startsWith("Master to")), []);
  assert.ok(!daemon.process.text.includes("joshua"));
  await daemon.stop();
});

Deno.test("what the running daemon cannot go on with is neither written nor read", async () => {
  await using world = await World.create();
  const router = { group: 1, vip: "10.9.0.100", vmac: false };
  const file = await writeConfig({ world, machine: "r1", routers: [router] });
  // As a service that may do what virtual routers need, and not start programs as somebody else.
  await using process = new TestProcess({
    command: "setpriv",
    args: ["--bounding-set=-setuid,-setgid", RVRRPD, "-m1", "-c", file],
    namespace: world.namespace("r1"),
  });
  await process.waitForLine(changePattern("Master"));
  const local = new Client(world, world.path("rvrrpd-r1.sock"));
  const before = await local.ask("GET", "/config/global");
  const text = await Deno.readTextFile(file);
  const [table] = (before.body as { readonly vrouter: readonly object[] }).vrouter;
  const programs = {
    ...before.body as object,
    script_user: "nobody",
    vrouter: [{ ...table, notify_master: "/bin/true" }],
  };
  const refused = await local.ask("PUT", "/config/global", programs, before.tag);
  assert.equal(refused.status, 422, JSON.stringify(refused.body));
  assert.match(JSON.stringify(refused.body), /lacks CAP_SETUID/);
  assert.equal(await Deno.readTextFile(file), text);
  assert.equal((await local.ask("PUT", "/config/global", before.body, before.tag)).status, 200);

  const good = await Deno.readTextFile(file);
  const byHand = good.replace(/^group = 1$/m, '$&\nnotify_master = "/bin/true"');
  await Deno.writeTextFile(file, `script_user = "nobody"\n${byHand}`);
  const unread = await local.ask("POST", "/daemon/reload");
  assert.equal(unread.status, 422, JSON.stringify(unread.body));
  assert.match(JSON.stringify(unread.body), /The configuration stays as it was: .* CAP_SETUID/);
  await Deno.writeTextFile(file, good);
  assert.equal((await local.ask("POST", "/daemon/reload")).status, 200);
});
