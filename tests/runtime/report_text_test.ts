import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { faultText, type ReportLine, reportLines } from "../../src/runtime/report_text.ts";
import type { FaultReason, Report, StateName, TransitionReason } from "../../src/vrrp/types.ts";
import { addresses, mac, router } from "./fixtures.ts";

const ROUTER = router({
  protocol: {
    vrid: 1,
    addresses: addresses("10.9.0.1", "10.9.0.2"),
    priority: 120,
    syncGroup: "uplinks",
  },
  virtualInterface: "standby1",
});
ROUTER.track({ adjustment: 0, down: "script web" });
const LABEL = "VR 10.9.0.1 for group 1 on interface eth0";
const PEER = { address: ip("10.9.0.9"), priority: 200 };

interface Change {
  readonly from: StateName;
  readonly to: StateName;
  readonly reason: TransitionReason;
  readonly peer?: typeof PEER;
}

function texts(report: Report, level: ReportLine["level"]): string[] {
  return reportLines(ROUTER, report).map((line) => {
    assert.equal(line.level, level);
    return line.text;
  });
}

const CHANGES: readonly { readonly change: Change; readonly lines: readonly string[] }[] = [
  {
    change: { from: "Init", to: "Backup", reason: "started" },
    lines: [`${LABEL} - Changed from Init to Backup`],
  },
  {
    change: { from: "Backup", to: "Master", reason: "masterSilent" },
    lines: [`${LABEL} - Master VR is down`, `${LABEL} - Changed from Backup to Master`],
  },
  {
    change: { from: "Backup", to: "Master", reason: "noMasterHeard" },
    lines: [`${LABEL} - Master VR is down`, `${LABEL} - Changed from Backup to Master`],
  },
  {
    change: { from: "Backup", to: "Master", reason: "masterLeft" },
    lines: [`${LABEL} - Master VR is down`, `${LABEL} - Changed from Backup to Master`],
  },
  {
    change: { from: "Backup", to: "Master", reason: "preempting", peer: { ...PEER, priority: 90 } },
    lines: [
      `${LABEL} - 10.9.0.9 with priority 90 is Master, ours is greater: taking over`,
      `${LABEL} - Changed from Backup to Master`,
    ],
  },
  {
    change: { from: "Init", to: "Master", reason: "ownsAddresses" },
    lines: [
      `${LABEL} - The virtual addresses are the interface's own`,
      `${LABEL} - Changed from Init to Master`,
    ],
  },
  {
    change: { from: "Master", to: "Backup", reason: "higherPriorityHeard", peer: PEER },
    lines: [
      `${LABEL} - 10.9.0.9 with priority 200 is Master, our priority is 120`,
      `${LABEL} - Changed from Master to Backup`,
    ],
  },
  {
    change: { from: "Backup", to: "Master", reason: "forced" },
    lines: [`${LABEL} - Forced to be Master`, `${LABEL} - Changed from Backup to Master`],
  },
  {
    change: { from: "Master", to: "Backup", reason: "groupMoved" },
    lines: [
      `${LABEL} - Follows the others of sync group uplinks`,
      `${LABEL} - Changed from Master to Backup`,
    ],
  },
  {
    change: { from: "Master", to: "Down", reason: "stopped" },
    lines: [`${LABEL} - Changed from Master to Down`],
  },
];

for (const { change, lines } of CHANGES) {
  Deno.test(`reportLines() tells ${change.from} to ${change.to}, ${change.reason}`, () => {
    assert.deepEqual(texts({ what: "transition", ...change }, "information"), lines);
  });
}

const FAULTS: Readonly<Record<FaultReason, RegExp>> = {
  interfaceMissing: /interface eth0 does not exist$/,
  interfaceDown: /interface eth0 is down$/,
  notEthernet: /interface eth0 is not an Ethernet interface$/,
  noAddress: /interface eth0 has no IPv4 address to send from: add one$/,
  macRefused: /interface eth0 .*MAC address.*: set iftype = "macvlan" or vmac = false$/,
  nameTaken: /interface standby1 that is not ours.*: remove it or set vifname$/,
  interfaceFollowed: /interface eth0 runs .* under the name that it had before: restart/,
  carrierMissing: /standby1 was deleted, and is made again$/,
  ownershipLost: /interface eth0 has lost virtual addresses that were its own$/,
  ownerOnMacvlan: /addresses are eth0's own: set iftype = "ether" or owner = false$/,
  runsElsewhere: /another process runs this virtual router, see the error in the log$/,
  macTaken: /another process replaces the MAC of eth0, see the error in the log$/,
  trackedDown: /: script web is down$/,
  groupMemberFault: /another member of sync group uplinks is in Fault$/,
  refused: /the kernel refused what is needed, see the error in the log$/,
};

Deno.test("faultText() names the address that IPv6 is sent from", () => {
  const protocol = { version: 3, family: 6, addresses: addresses("fe80::1") } as const;
  assert.equal(
    faultText(router({ protocol }), "noAddress"),
    "interface eth0 has no link-local IPv6 address to send from: add one",
  );
  assert.equal(
    faultText(router({ protocol, unicast: { peers: addresses("2001:db8::9") } }), "noAddress"),
    "interface eth0 has no IPv6 address to send from: add one",
  );
});

Deno.test("reportLines() tells another interval, and which one counts", () => {
  const report = { what: "intervalDiffers", peer: PEER, intervalMs: 250 } as const;
  const said =
    "10.9.0.9 advertises every 0.25 s, ours is 1 s: its interval counts while it is Master";
  assert.deepEqual(texts(report, "information"), [`${LABEL} - ${said}`]);
});

Deno.test("faultText() names the source of unicast that is missing, with the mend", () => {
  const one = router({ source: ip("10.9.0.77"), unicast: { peers: addresses("10.9.0.9") } });
  assert.equal(
    faultText(one, "noAddress"),
    "10.9.0.77 is no address of this machine: add it, or correct unicast_src",
  );
});

for (const [fault, said] of Object.entries(FAULTS)) {
  Deno.test(`reportLines() tells the fault ${fault} in one line with its mend`, () => {
    const lines = texts({
      what: "transition",
      from: "Backup",
      to: "Fault",
      reason: "linkFault",
      fault: fault as FaultReason,
    }, "warning");
    assert.equal(lines.length, 1);
    assert.ok(lines[0]?.startsWith(`${LABEL} - Changed from Backup to Fault: `), lines[0]);
    assert.match(lines[0] ?? "", said);
  });
}

Deno.test("reportLines() tells a Fault that got another reason as no change of state", () => {
  const lines = texts({
    what: "transition",
    from: "Fault",
    to: "Fault",
    reason: "linkFault",
    fault: "interfaceDown",
  }, "warning");
  assert.deepEqual(lines, [`${LABEL} - Still in Fault: interface eth0 is down`]);
});

Deno.test("reportLines() tells of other Masters, claims, owners and pauses", () => {
  assert.deepEqual(texts({ what: "rivalMaster", peer: PEER }, "warning"), [
    `${LABEL} - 10.9.0.9 with priority 200 is Master too: announced again`,
  ]);
  const claim = { address: ip("10.9.0.2"), mac: mac("02:00:00:00:00:09") };
  assert.deepEqual(texts({ what: "rivalClaim", ...claim }, "warning"), [
    `${LABEL} - 02:00:00:00:00:09 claims 10.9.0.2: announced again`,
  ]);
  assert.deepEqual(texts({ what: "otherOwner", peer: PEER, weStay: true }, "error"), [
    `${LABEL} - 10.9.0.9 owns the same addresses: we stay Master, as our address is greater`,
  ]);
  assert.deepEqual(texts({ what: "otherOwner", peer: PEER, weStay: false }, "error"), [
    `${LABEL} - 10.9.0.9 owns the same addresses: we give way, as its address is greater`,
  ]);
  assert.deepEqual(texts({ what: "paused", pausedMs: 12_345, listenMs: 3609 }, "warning"), [
    `${LABEL} - This process stood still for 12.3 s: listening for 3.6 s`,
  ]);
  assert.deepEqual(texts({ what: "paused", pausedMs: 37.4, listenMs: 100 }, "warning"), [
    `${LABEL} - This process stood still for 37 ms: listening for 100 ms`,
  ]);
});

Deno.test("reportLines() tells what others have changed on the machine, and when it is put back", () => {
  const [first, second] = addresses("10.9.0.1", "10.9.0.2");
  assert.ok(first !== undefined && second !== undefined);
  const one = { what: "addressesRemoved", addresses: [first], waitedMs: 20 } as const;
  assert.deepEqual(texts(one, "warning"), [`${LABEL} - Somebody removed 10.9.0.1: put back`]);
  const both = { what: "addressesRemoved", addresses: [first, second], waitedMs: 400 } as const;
  assert.deepEqual(texts(both, "warning"), [
    `${LABEL} - Somebody removed 10.9.0.1 and 1 more: put back after 0.4 s`,
  ]);
  const replaced = { what: "macReplaced", mac: mac("02:00:00:00:00:09"), waitedMs: 20 } as const;
  assert.deepEqual(texts(replaced, "warning"), [
    `${LABEL} - Somebody set the MAC of eth0 to 02:00:00:00:00:09: the virtual MAC is put back`,
  ]);
  assert.deepEqual(texts({ what: "carrierLowered" }, "warning"), [
    `${LABEL} - Somebody lowered eth0: raised again`,
  ]);
  const moved = { what: "sourceChanged", before: ip("10.9.0.5"), source: ip("10.9.0.6") } as const;
  assert.deepEqual(texts(moved, "information"), [
    `${LABEL} - Sends from 10.9.0.6, before 10.9.0.5`,
  ]);
});
