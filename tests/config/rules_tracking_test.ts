import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { lines, loadRouter, loadValue, onlyRouter, ROUTER } from "./support.ts";

const WEB = { name: "web", command: "/usr/local/bin/web --fast" };

Deno.test("tracking: every kind with its defaults", () => {
  const { tracking } = onlyRouter(loadRouter({
    track_interface: [{ name: "eth1" }],
    track_route: [{ route: "0.0.0.0/0" }],
    track_file: [{ file: "/run/priority" }],
    track_script: [WEB],
  }));
  assert.deepEqual(tracking, {
    interfaces: [{ name: "eth1", weight: 0 }],
    routes: [{ destination: { address: ip("0.0.0.0"), length: 0 }, weight: 0 }],
    files: [{ path: "/run/priority", weight: 1 }],
    scripts: [{
      name: "web",
      command: ["/usr/local/bin/web", "--fast"],
      intervalMs: 1000,
      timeoutMs: 1000,
      rise: 1,
      fall: 1,
      weight: 0,
    }],
  });
});

Deno.test("tracking: a script's time limit is its interval unless it has one", () => {
  const limits = [{ ...WEB, interval: 5 }, { ...WEB, name: "db", interval: 5, timeout: 0.5 }];
  const { tracking } = onlyRouter(loadRouter({ track_script: limits }));
  assert.deepEqual(tracking.scripts.map(({ timeoutMs }) => timeoutMs), [5000, 500]);
});

const FAULTS: readonly { readonly why: string; readonly keys: object; readonly line: string }[] = [
  {
    why: "one interface with two weights",
    keys: { track_interface: [{ name: "eth1" }, { name: "eth1", weight: -20 }] },
    line:
      "track_interface[1]: eth1 is tracked already, in track_interface[0] (one entry with one weight)",
  },
  {
    why: "one file twice",
    keys: { track_file: [{ file: "/run/a" }, { file: "/run/b" }, { file: "/run/a" }] },
    line: "track_file[2]: /run/a is tracked already, in track_file[0] (one entry with one weight)",
  },
  {
    why: "one script twice",
    keys: { track_script: [WEB, WEB] },
    line: "track_script[1]: web is tracked already, in track_script[0] (one entry with one weight)",
  },
  {
    why: "one destination in two forms",
    keys: { track_route: [{ route: "2001:db8::/32" }, { route: "2001:0db8:0::/32" }] },
    line:
      "track_route[1]: 2001:db8::/32 is tracked already, in track_route[0] (one entry with one weight)",
  },
  {
    why: "a destination without a length",
    keys: { track_route: [{ route: "10.1.0.0" }] },
    line: 'track_route[0]: 10.1.0.0 has no length (route = "network/length")',
  },
  {
    why: "a destination with host bits",
    keys: { track_route: [{ route: "10.1.2.3/16" }] },
    line:
      "track_route[0]: 10.1.2.3/16 is no network: bits beyond its length are set (10.1.0.0/16 is the network around it)",
  },
  {
    why: "a file whose place depends on the working directory",
    keys: { track_file: [{ file: "priority" }] },
    line: 'track_file[0].file: "priority" is no absolute path (the whole path, from / on)',
  },
];

for (const { why, keys, line } of FAULTS) {
  Deno.test(`tracking: ${why} is a fault`, () => {
    const found = lines(loadRouter(keys).faults);
    assert.equal(found.length, 1);
    assert.ok(found[0]?.endsWith(`vrouter[0].${line}`), found[0]);
  });
}

Deno.test("tracking: virtual routers share a script whose name and runs are the same", () => {
  const asList = { ...WEB, command: ["/usr/local/bin/web", "--fast"], timeout: 1, weight: -5 };
  const vrouter = [
    { ...ROUTER, track_script: [WEB] },
    { ...ROUTER, group: 2, vmac: false, track_script: [asList] },
  ];
  assert.deepEqual(loadValue({ vrouter }).faults, []);
});

Deno.test("tracking: one name for two different scripts is a fault", () => {
  const vrouter = [
    { ...ROUTER, track_script: [WEB] },
    { ...ROUTER, group: 2, vmac: false, track_script: [{ ...WEB, fall: 3 }] },
  ];
  const [line, ...others] = lines(loadValue({ vrouter }).faults);
  assert.deepEqual(others, []);
  assert.ok(
    line?.includes("vrouter[1].track_script[0]: web is not what vrouter[0].track_script[0] has"),
    line,
  );
});
