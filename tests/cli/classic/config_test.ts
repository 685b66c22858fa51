import assert from "node:assert/strict";
import { formatIp } from "../../../src/base/ip.ts";
import { type ClassicConfig, classicConfig } from "../../../src/cli/classic/config.ts";
import { parseOptions } from "../../../src/cli/classic/options.ts";

const LEAST = ["-i", "eth0", "-v", "50", "10.0.0.1"];

function read(...args: string[]) {
  return classicConfig(parseOptions(args), { directory: "/home/me" });
}

function accepted(...args: string[]): ClassicConfig {
  const result = read(...args);
  assert.ok(result.ok, result.ok ? "" : result.error.lines.join("\n"));
  return result.value;
}

Deno.test("classicConfig() fills in what the old daemon did", () => {
  const { config, router, warnings } = accepted(...LEAST);
  const { vrid, priority, preempt, advertIntervalMs, version, auth } = router.protocol;
  assert.deepEqual(
    { vrid, priority, preempt, advertIntervalMs, version, auth },
    {
      vrid: 50,
      priority: 100,
      preempt: true,
      advertIntervalMs: 1000,
      version: 2,
      auth: { type: "none" },
    },
  );
  assert.deepEqual(
    [router.interface, router.interfaceType, router.virtualMac],
    ["eth0", "ether", true],
  );
  assert.deepEqual(router.notify, undefined);
  assert.deepEqual([config.pidFile, config.controlSocket, config.stateDir], [
    "/var/run/vrrpd_eth0_50.pid",
    "",
    "/run/rvrrpd",
  ]);
  assert.deepEqual(config.routers, [router]);
  assert.deepEqual(warnings, []);
});

Deno.test("classicConfig() takes every option", () => {
  const { config, router } = accepted(
    ...["-snv7", "-i", "eth1.5", "-p254", "-d", "255", "-f", "run/"],
    ...["10.0.0.1/24", "10.0.0.2", "-a", "pw/0x6162"],
  );
  const { vrid, priority, preempt, advertIntervalMs, addresses, auth } = router.protocol;
  assert.deepEqual({ vrid, priority, preempt, advertIntervalMs, auth }, {
    vrid: 7,
    priority: 254,
    preempt: false,
    advertIntervalMs: 255_000,
    auth: { type: "rfc2338-simple", data: Uint8Array.of(0x61, 0x62, 0, 0, 0, 0, 0, 0) },
  });
  assert.deepEqual(addresses.map(formatIp), ["10.0.0.1", "10.0.0.2"]);
  assert.deepEqual(router.addresses.map(({ prefixLength }) => prefixLength), [24, undefined]);
  assert.equal(router.virtualMac, false);
  assert.equal(config.pidFile, "/home/me/run/vrrpd_eth1.5_7.pid");
});

Deno.test("classicConfig() runs programs without more words, -b for one that was Master", () => {
  const { router } = accepted(...LEAST, "-m", "up.sh 'a b' $X", "-b", "/etc/down");
  const { timeoutMs: _, ...notify } = router.notify ?? {};
  assert.deepEqual(notify, {
    onMaster: ["/home/me/up.sh", "a b", "$X"],
    onMasterEnd: ["/etc/down"],
    appendsWords: false,
  });
});

const WRONG = [
  { args: ["-v", "1", "10.0.0.1"], lines: [/^-i is missing /], row: "no interface" },
  { args: ["-i", "eth0", "10.0.0.1"], lines: [/^-v is missing \(.*1 to 255/], row: "no VRID" },
  { args: ["-i", "eth0", "-v", "1"], lines: [/^IPADDR is missing /], row: "no address" },
  { args: ["-s"], lines: [/^-i is/, /^-v is/, /^IPADDR is/], row: "nothing that is required" },
  { args: [...LEAST, "-v0"], lines: [/^-v 0 is out of range \(1 to 255/], row: "VRID 0" },
  {
    args: [...LEAST, "-v", "50x"],
    lines: [/^-v "50x" is not a whole number/],
    row: "a VRID and a letter",
  },
  {
    args: [...LEAST, "-p255"],
    lines: [/^-p 255 is out of range \(1 to 254/],
    row: "an owner's priority",
  },
  {
    args: [...LEAST, "-p-1"],
    lines: [/^-p "-1" is not a whole number/],
    row: "a negative priority",
  },
  {
    args: [...LEAST, "-d256"],
    lines: [/^-d 256 .*\(whole seconds, 1 to 255\)/],
    row: "a long delay",
  },
  { args: [...LEAST, "-d0"], lines: [/^-d 0 .*\(whole seconds, 1 to 255\)/], row: "no delay" },
  { args: [...LEAST, "-d", "1.5"], lines: [/^-d 1\.5 .*\(whole seconds/], row: "half a second" },
  { args: [...LEAST, "-d", ""], lines: [/^-d "" is not a number/], row: "an empty delay" },
  {
    args: [...LEAST, "10.0.0.256"],
    lines: [/^IPADDR "10\.0\.0\.256" is not/],
    row: "a wrong address",
  },
  { args: [...LEAST, "224.0.0.18"], lines: [/^IPADDR 224\.0\.0\.18 /], row: "a multicast address" },
  {
    args: [...LEAST, "fe80::1"],
    lines: [/^IPADDR .*mixed \(IPv4 addresses/],
    row: "IPv6 beside IPv4",
  },
  {
    args: [...LEAST, "-f", ""],
    lines: [/^-f "" is not a path/],
    row: "a directory without a name",
  },
  {
    args: [...LEAST, "-m", "'x"],
    lines: [/^-m "'x" has a quote that is not closed/],
    row: "an open quote",
  },
  { args: [...LEAST, "-b", ""], lines: [/^-b "" names no program/], row: "an empty command" },
  {
    args: [...LEAST, "-a", "pw/banana"],
    lines: [/^-a is of no known form/],
    row: "a key that is no number",
  },
  {
    args: [...LEAST, "-p", "0", "-d", "x", "-a", "y"],
    lines: [/^-p 0/, /^-d "x"/, /^-a /],
    row: "all faults at once",
  },
];

for (const { args, lines, row } of WRONG) {
  Deno.test(`classicConfig() refuses ${row}`, () => {
    const result = read(...args);
    assert.equal(result.ok, false);
    const { error } = result;
    for (const pattern of lines) {
      assert.ok(error.lines.some((line) => pattern.test(line)), `${pattern}: ${error.lines}`);
    }
    assert.equal(error.lines.length, lines.length, error.lines.join("\n"));
    assert.equal(error.ofInterface, false);
    assert.doesNotMatch(error.lines.join("\n"), /banana|vrouter/);
  });
}

for (const name of ["ppp0", "lo", "eth0:1", "a-name-that-is-too-long"]) {
  Deno.test(`classicConfig() says that nothing but the interface is wrong with ${name}`, () => {
    const result = read("-v", "1", "10.0.0.1", "-i", name);
    assert.equal(result.ok, false);
    assert.equal(result.error.ofInterface, true);
    const [line = "", ...more] = result.error.lines;
    assert.ok(line.startsWith(`-i "${name}" `), line);
    assert.deepEqual(more, []);
  });
}

Deno.test("classicConfig() refuses a program that others could exchange, and warns of a missing one", () => {
  const objections = {
    "/home/me/up": { problem: "can be changed by everybody", hint: "chmod", isDangerous: true },
    "/nowhere": { problem: "is missing", hint: "one that exists", isDangerous: false },
  };
  const programs = {
    knowsUser: () => true,
    objectionTo: (path: string) => new Map(Object.entries(objections)).get(path),
  };
  const machine = { directory: "/home/me", programs };
  const refused = classicConfig(parseOptions([...LEAST, "-m", "up 1", "-b/nowhere"]), machine);
  assert.deepEqual(refused, {
    ok: false,
    error: { lines: ["-m can be changed by everybody (chmod)"], ofInterface: false },
  });
  const warned = classicConfig(parseOptions([...LEAST, "-b/nowhere"]), machine);
  assert.ok(warned.ok);
  assert.deepEqual(warned.value.warnings, ["-b is missing (one that exists)"]);
});
