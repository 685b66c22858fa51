import assert from "node:assert/strict";
import { eventLine, rejectLines } from "../../../src/cli/control/events.ts";
import { parseControlOptions } from "../../../src/cli/control/options.ts";
import { routerPath } from "../../../src/cli/control/router_path.ts";
import { assignmentsOf, parseAssignment } from "../../../src/cli/control/set.ts";
import { controlSocketOf } from "../../../src/cli/control/socket_path.ts";
import { transitionBody } from "../../../src/api/router_views.ts";
import type { TransitionEvent } from "../../../src/runtime/snapshot.ts";
import { transition } from "../../api/fixtures.ts";

Deno.test("routerPath() names the resource of GROUP/INTERFACE", () => {
  assert.deepEqual(routerPath("1/eth0.7", undefined), { path: "/run/vrrp/1/eth0.7", query: "" });
  assert.deepEqual(routerPath("255/a b", "6"), {
    path: "/run/vrrp/255/a%20b",
    query: "?family=6",
  });
});

for (const word of [undefined, "", "1", "eth0", "eth0/1", "1/", "/eth0", "-1/eth0"]) {
  Deno.test(`routerPath() refuses ${word ?? "nothing"}`, () => {
    assert.throws(() => routerPath(word, undefined), { message: /GROUP\/INTERFACE/ });
  });
}

const ASSIGNMENTS: readonly (readonly [string, string, unknown, string])[] = [
  ["priority=120", "priority", 120, "a number"],
  ["preemption=true", "preemption", true, "a truth value"],
  ["vip=10.0.0.1", "vip", "10.0.0.1", "a bare word"],
  ['vip=["10.0.0.1","10.0.0.2"]', "vip", ["10.0.0.1", "10.0.0.2"], "a list"],
  ["priority=null", "priority", null, "the default"],
  ["auth_secret=a=b c", "auth_secret", "a=b c", "a text with everything in it"],
  ['auth_secret="1"', "auth_secret", "1", "a text of digits"],
  ["timers.advert=0.25", "timers.advert", 0.25, "a key of the table of timers"],
  ["auth_secret=", "auth_secret", "", "an empty text"],
];

for (const [word, key, value, row] of ASSIGNMENTS) {
  Deno.test(`parseAssignment() reads ${row}`, () => {
    assert.deepEqual(parseAssignment(word), [key, value]);
  });
}

for (const word of ["banana", "=banana", "Key=banana", "a.b=banana", " a=banana"]) {
  Deno.test(`parseAssignment() refuses "${word}" without showing it`, () => {
    assert.throws(() => parseAssignment(word), ({ message }: Error) => !message.includes("banana"));
  });
}

const DEFAULT = "/run/rvrrpd.sock";
const SOURCES: readonly (readonly [string, string, string])[] = [
  ['control_socket = "/x.sock"\nnonsense = 1', "/x.sock", "whatever else is wrong"],
  ['{"control_socket": "/x.sock"}', "/x.sock", "JSON"],
  ['control_socket = ""', "", "turned off"],
  ["debug = 1", DEFAULT, "the default"],
  ["control_socket = 7", DEFAULT, "the default for a wrong type"],
  ["[[", DEFAULT, "the default for what nobody can read"],
];

for (const [text, expected, row] of SOURCES) {
  Deno.test(`controlSocketOf() finds the path: ${row}`, () => {
    assert.equal(controlSocketOf({ text, fileName: "rvrrpd.conf" }), expected);
  });
}

Deno.test("parseControlOptions() knows the flags of the command only", () => {
  assert.equal(parseControlOptions(["--json"], ["json"]).json, true);
  assert.throws(() => parseControlOptions(["--json"], []), { message: /^Unknown option '--json'/ });
  assert.throws(() => parseControlOptions(["--nonsense"], []), { message: /--nonsense/ });
  assert.throws(() => parseControlOptions(["--family", "5"], ["family"]), { message: /4, 6/ });
});

Deno.test("assignmentsOf() puts timers into their table", () => {
  assert.deepEqual(
    assignmentsOf(["timers.advert=0.25", "priority=7", "timers.garp_delay=1"]),
    { priority: 7, timers: { advert: 0.25, garp_delay: 1 } },
  );
});

Deno.test("eventLine() is one change of state on one line", () => {
  assert.equal(
    eventLine(transitionBody(transition(1))),
    "2026-11-22T12:00:00.001Z  1/eth0  Backup to Master  " +
      "(the Master is silent, 10.9.0.2 with priority 90)",
  );
});

Deno.test("eventLine() tells the family apart, and a fault in words", () => {
  const event: TransitionEvent = {
    ...transition(1),
    family: 6,
    to: "Fault",
    reason: "linkFault",
    fault: "interfaceDown",
    faultText: "interface eth0 is down",
    peer: null,
  };
  assert.equal(
    eventLine(transitionBody(event)),
    "2026-11-22T12:00:00.001Z  1/eth0 (IPv6)  Backup to Fault  (interface eth0 is down)",
  );
});

Deno.test("rejectLines() tells each reason, and what there is no room for", () => {
  const at = "2026-11-22T12:00:00.001Z";
  assert.deepEqual(
    rejectLines({
      at,
      rejected: [
        { group: 7, interface: "eth0", family: 6, reason: "authFailed", count: 12 },
        { group: null, interface: "eth0", family: null, reason: "unknownGroup", count: 1 },
      ],
      left_out: 3,
    }),
    [
      `${at}  7/eth0 (IPv6)  12 packets dropped  (authFailed)`,
      `${at}  eth0  1 packet dropped  (unknownGroup)`,
      `${at}  3 more reasons are not shown`,
    ],
  );
});
