import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { convert, instance, warnings } from "./support.ts";

interface Row {
  readonly row: string;
  readonly lines: readonly string[];
  /** A line of the result. */
  readonly gives?: string;
  /** Must not be in the result's keys. */
  readonly without?: RegExp;
  /** What a warning says. */
  readonly warns?: RegExp;
}

const ROWS: readonly Row[] = [
  { row: "preemption is on where nothing is said", lines: [], gives: "preemption = true" },
  { row: "nopreempt turns it off", lines: ["nopreempt"], gives: "preemption = false" },
  {
    row: "nopreempt has no effect with state MASTER, as keepalived warns",
    lines: ["nopreempt", "state MASTER"],
    gives: "preemption = true",
    warns: /^line 4: nopreempt: keepalived ignores it with state MASTER$/,
  },
  {
    row: "preempt_delay has no effect with state MASTER",
    lines: ["state MASTER", "preempt_delay 9"],
    without: /^preempt_delay/m,
    warns: /preempt_delay 9: keepalived ignores it/,
  },
  { row: "a virtual MAC only where it is asked for", lines: [], gives: "vmac = false" },
  { row: "use_vmac is a macvlan", lines: ["use_vmac"], gives: 'vifname = "vrrp.7"' },
  { row: "use_vmac with a name", lines: ["use_vmac vr7"], gives: 'vifname = "vr7"' },
  {
    row: "use_vmac with a MAC address",
    lines: ["use_vmac 02:00:00:00:00:07 vr7"],
    gives: 'vifname = "vr7"',
    warns: /MAC address is that of the group/,
  },
  {
    row: "a macvlan takes no prefix length",
    lines: ["use_vmac"],
    gives: 'vip = "10.9.0.100"',
    warns: /lengths are left out/,
  },
  {
    row: "version 2 rounds its interval to whole seconds",
    lines: ["advert_int 2.5"],
    gives: "timers = { advert = 3 }",
    warns: /3 is taken: version 2 has whole seconds/,
  },
  {
    row: "... and one at least",
    lines: ["advert_int .25"],
    gives: "timers = { advert = 1 }",
  },
  {
    row: "version 3 counts hundredths",
    lines: ["version 3", "advert_int 0.255"],
    gives: "timers = { advert = 0.26 }",
  },
  {
    row: "a checksum as in version 2 is that of RFC 9568",
    lines: ["version 3", "v3_checksum_as_v2"],
    gives: 'v3_checksum = "rfc9568"',
  },
  { row: "... in version 3 alone", lines: ["v3_checksum_as_v2"], without: /^v3_checksum/m },
  {
    row: "... and where it is not turned off",
    lines: ["version 3", "v3_checksum_as_v2 off"],
    without: /^v3_checksum/m,
  },
  {
    row: "a source of the other family",
    lines: ["mcast_src_ip fe80::7"],
    without: /^source/m,
    warns: /^line 4: mcast_src_ip fe80::7: no IPv4 address: left out$/,
  },
  {
    row: "a peer of the other family",
    lines: ["unicast_peer {", "10.9.0.2", "2001:db8::2", "}"],
    gives: 'unicast_peers = ["10.9.0.2"]',
    warns: /2001:db8::2: no IPv4 address of a peer: left out$/,
  },
  {
    row: "priority 255 is no owner by configuration",
    lines: ["priority 255"],
    gives: "priority = 254",
    warns: /an owner is who has the addresses on the interface itself/,
  },
  {
    row: "a number out of range is left out",
    lines: ["priority 256"],
    without: /^priority/m,
    warns: /"256" is no number from 1 to 255: left out/,
  },
  {
    row: "strict mode does not accept packets",
    lines: ["strict_mode on"],
    gives: "accept = false",
  },
  { row: "... unless it is said", lines: ["strict_mode", "accept"], without: /^accept/m },
  { row: "no_accept", lines: ["no_accept"], gives: "accept = false" },
  {
    row: "authentication is of version 2",
    lines: ["version 3", "authentication {", "auth_type PASS", "auth_pass abc", "}"],
    without: /^auth_/m,
    warns: /keepalived ignores it: version 3 has none/,
  },
  {
    row: "authentication needs a password",
    lines: ["authentication {", "auth_type AH", "}"],
    without: /^auth_/m,
    warns: /it holds no password/,
  },
  {
    row: "unicast takes any TTL there",
    lines: ["unicast_peer {", "10.9.0.2", "}", "unicast_src_ip 10.9.0.1"],
    gives: "unicast_ttl_min = 1",
  },
  {
    row: "the least min_ttl of all peers counts",
    lines: ["unicast_peer {", "10.9.0.2 min_ttl 254", "10.9.0.3 min_ttl 253", "}"],
    gives: "unicast_ttl_min = 253",
  },
  {
    row: "a source without peers is that of multicast",
    lines: ["mcast_src_ip 10.9.0.1"],
    gives: 'source = "10.9.0.1"',
  },
  {
    row: "an address on another interface stays out",
    lines: ["virtual_ipaddress_excluded {", "10.8.0.1/24 dev eth1", "}"],
    without: /^excluded_vips/m,
    warns: /virtual_ipaddress_excluded 10.8.0.1\/24 dev eth1: .* left out/,
  },
  {
    row: "a route over a next hop that is on the instance's interface alone",
    lines: ["virtual_routes {", "2001:db8:1::/48 via fe80::9 dev eth0", "}"],
    gives: 'routes = [{ route = "2001:db8:1::/48", nh = "fe80::9" }]',
  },
  {
    row: "the same on another interface stays out",
    lines: ["virtual_routes {", "2001:db8:1::/48 via fe80::9 dev eth1", "}"],
    without: /^routes/m,
    warns: /its dev is not that; left out/,
  },
  {
    row: "a keyword that nobody knows",
    lines: ["frobnicate 5"],
    warns: /^line 4: frobnicate 5: not known to this converter: left out$/,
  },
  {
    row: "a keyword of JavaScript's objects",
    lines: ["constructor 5", "__proto__ 6"],
    warns: /__proto__ 6: not known/,
  },
  {
    row: "a keyword twice",
    lines: ["priority 5", "priority 6"],
    gives: "priority = 6",
    warns: /stands here again/,
  },
  {
    row: "another multicast group cannot be heard",
    lines: ["mcast_dst_ip 224.0.0.99"],
    warns: /advertisements always go to 224.0.0.18/,
  },
];

for (const { row, lines, gives, without, warns } of ROWS) {
  Deno.test(`convertKeepalived(): ${row}`, () => {
    const conversion = convert(instance(...lines));
    const entries = conversion.toml.split("\n").map((line) => line.replace(/ # .*$/, ""));
    if (gives !== undefined) assert.ok(entries.includes(gives), conversion.toml);
    if (without !== undefined) assert.doesNotMatch(conversion.toml, without);
    if (warns !== undefined) {
      assert.ok(warnings(conversion).some((line) => warns.test(line)), conversion.toml);
    }
    assert.deepEqual(loadConfig({ text: conversion.toml, fileName: "a.toml" }).faults, []);
  });
}

Deno.test("convertKeepalived() tells no secret but in its key", () => {
  const secret = "c0rrect-h0rse";
  const conversion = convert([
    instance("authentication {", "auth_type PASS", `auth_pass ${secret}`, "}"),
    instance(`auth_pass ${secret}`, `authentication { auth_type PASS auth_pass ${secret}`, "}"),
    instance("auth_hmac {", `key 1 ${secret}`, `key none ${secret}`, "}"),
    `SSL { password ${secret}`,
    "}",
    `@elsewhere auth_pass ${secret}`,
  ].join("\n"));
  const holding = conversion.toml.split("\n").filter((line) => line.includes(secret));
  assert.deepEqual(holding, [
    `auth_secret = "${secret}"`,
    `auth_keys = [{ id = 1, secret = "${secret}" }]`,
  ]);
  assert.ok(!warnings(conversion).join("\n").includes(secret));
  assert.equal(conversion.holdsSecret, true);
});

Deno.test("convertKeepalived() takes version 3 for IPv6, and says so where version 2 is written", () => {
  const text = instance("version 2").replace("10.9.0.100/24", "fe80::7/64");
  const conversion = convert(text);
  assert.match(conversion.toml, /^version = 3$/m);
  assert.deepEqual(warnings(conversion), [
    "line 1: vrrp_instance V: version 2 has no IPv6: version 3 is taken",
  ]);
});
