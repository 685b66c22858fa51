import assert from "node:assert/strict";
import { attempt } from "../support/command.ts";
import { TestProcess } from "../support/process.ts";
import { type Rvrrpd, Rvrrpd as Program } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";
import { ADMIN_LINE, OPS_LINE } from "../api/fixtures.ts";

const VIP = "10.9.0.100";
const JSON_TYPE = "content-type: application/json";

/** Makes a key and a certificate of their own for `name`. */
async function certify(world: World, name: string): Promise<TomlTable> {
  const files = { tls_key: world.path("key.pem"), tls_cert: world.path("cert.pem") };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const made = await attempt([
    "openssl",
    "req",
    "-x509",
    ...key,
    ...["-keyout", files.tls_key, "-out", files.tls_cert, "-days", "2", "-subj", `/CN=${name}`],
  ]);
  assert.equal(made.code, 0, made.stderr);
  return files;
}

/** The daemon on r1 with this `[api]` table. */
function start(world: World, api: TomlTable): Promise<Rvrrpd> {
  return Program.start({
    world,
    machine: "r1",
    routers: [{ group: 1, vip: VIP, vmac: false, priority: 110, timers: { advert: 1 } }],
    general: { api: { users: [ADMIN_LINE, OPS_LINE], ...api } },
  });
}

/** curl on r1: what it prints, whatever its exit code. */
async function curl(world: World, ...args: string[]): Promise<string> {
  const command = ["ip", "netns", "exec", world.namespace("r1"), "curl", "-s", "-m", "20"] as const;
  return (await attempt([...command, ...args])).stdout;
}

async function listening(daemon: Rvrrpd, text: string, since = 0): Promise<void> {
  await daemon.process.waitForLine(new RegExp(`The client API listens on ${text}$`), { since });
}

Deno.test("the two commands of the manual work with curl over TLS, and a take-over is told", async () => {
  await using world = await World.create();
  const files = await certify(world, "first");
  const daemon = await start(world, { ...files, tls: true, write: true, host: "127.0.0.1:7080" });
  await listening(daemon, "https://127.0.0.1:7080");
  const cookie = world.path("cookie");
  const url = "https://127.0.0.1:7080";
  await curl(
    world,
    "-k",
    "-c",
    cookie,
    "-d",
    "user=admin passwd=banana",
    "-X",
    "POST",
    `${url}/auth`,
  );
  const get = async (path: string) =>
    JSON.parse(await curl(world, "-k", "-s", "-b", cookie, "-X", "GET", `${url}${path}`));
  await daemon.waitFor("Master");
  const row = { virtual_ip: VIP, group: 1, interface: "eth0", preempt: false };
  assert.deepEqual(await get("/run/vrrp"), [{ ...row, priority: 110, state: "Master" }]);

  const body = JSON.stringify({ priority: 222 });
  const change = ["-k", "-b", cookie, "-H", JSON_TYPE, "-d", body, "-X", "PUT"];
  assert.equal(await curl(world, ...change, `${url}/run/vrrp/1/eth0`), '{"done":true}');
  await eventually(async () => (await get("/run/vrrp/1/eth0")).effective_priority === 222, {
    what: "the new priority",
  });
  assert.equal((await get("/config/vrouter"))[0].priority, 222);
  // A reload keeps what was changed here.
  const mark = daemon.process.mark();
  await certify(world, "second");
  daemon.process.signal("SIGHUP");
  await listening(daemon, "https://127.0.0.1:7080", mark);
  assert.equal((await get("/run/vrrp"))[0].priority, 222);
  const subject = await curl(world, "-k", "-o", "/dev/null", "-w", "%{certs}", `${url}/healthz`);
  assert.match(subject, /CN ?= ?second/);

  const force = ["-k", "-b", cookie, "-H", JSON_TYPE, "-d", '{"state":"backup"}', "-X", "POST"];
  assert.equal(await curl(world, ...force, `${url}/run/vrrp/1/eth0/force`), '{"done":true}');
  await eventually(async () => {
    const { transitions } = await get("/run/vrrp/1/eth0") as { transitions: { to: string }[] };
    return transitions.slice(2).some(({ to }) => to === "Backup");
  }, { what: "the forced state" });
  const events = await curl(world, "-k", "-N", "-m", "1", "-b", cookie, `${url}/run/events`);
  assert.match(events, /^event: snapshot\nid: \d+-\d+\ndata: \{"gap":false,/);
  const metrics = await curl(world, "-k", "-b", cookie, `${url}/metrics`);
  assert.match(metrics, /^rvrrpd_became_master_total\{group="1",interface="eth0".*\} [1-9]$/m);
  await daemon.stop();
});

Deno.test("virtual routers run whatever is wrong with the API, which begins when it can", async () => {
  await using world = await World.create();
  const files = { tls_key: world.path("key.pem"), tls_cert: world.path("cert.pem") };
  const daemon = await start(world, { ...files, tls: true, host: "127.0.0.1:7080" });
  await daemon.process.waitForLine(/Cannot read the API's key or certificate: /);
  await daemon.waitFor("Master");
  await certify(world, "late");
  const mark = daemon.process.mark();
  daemon.process.signal("SIGHUP");
  await listening(daemon, "https://127.0.0.1:7080", mark);
  // A certificate that cannot be used leaves the one that is.
  await Deno.writeTextFile(files.tls_cert, "nothing");
  daemon.process.signal("SIGHUP");
  await daemon.process.waitForLine(/going on with the old certificate/);
  assert.equal(await curl(world, "-k", "https://127.0.0.1:7080/healthz"), '{"done":true}');
  await daemon.stop();
});

Deno.test("a port that somebody else has costs the API only", async () => {
  await using world = await World.create();
  world.own(
    new TestProcess({
      command: "python3",
      args: ["-m", "http.server", "--bind", "127.0.0.1", "7080"],
      namespace: world.namespace("r1"),
    }),
  );
  await eventually(async () => await curl(world, "http://127.0.0.1:7080/") !== "", {
    what: "the port to be taken",
  });
  const daemon = await start(world, { host: ["127.0.0.1:7080", "127.0.0.2:7080"] });
  await daemon.process.waitForLine(/The client API cannot listen on 127.0.0.1:7080: .*in use/);
  await listening(daemon, "http://127.0.0.2:7080");
  await daemon.waitFor("Master");
  assert.equal(await curl(world, "http://127.0.0.2:7080/healthz"), '{"done":true}');
  await daemon.stop();
});
