import assert from "node:assert/strict";
import { ip, ipFromBytes } from "../../src/base/ip.ts";
import { step } from "../../src/vrrp/machine.ts";
import type { RouterState } from "../../src/vrrp/types.ts";
import { advert, config, mac, master, NOW_MS } from "./fixtures.ts";

const ADDRESSES = [
  { ours: "10.9.0.5", theirs: "10.9.0.9", yields: true, why: "the greater last byte wins" },
  { ours: "10.9.0.9", theirs: "10.9.0.5", yields: false, why: "the lesser last byte loses" },
  { ours: "10.9.0.5", theirs: "10.9.0.5", yields: false, why: "our own address changes nothing" },
  {
    ours: "10.9.0.200",
    theirs: "10.10.0.1",
    yields: true,
    why: "an earlier byte counts more than a greater later one",
  },
  {
    ours: "10.10.0.1",
    theirs: "10.9.0.200",
    yields: false,
    why: "a greater later byte does not make up for an earlier one",
  },
  { ours: "127.0.0.1", theirs: "128.0.0.0", yields: true, why: "bytes have no sign" },
  { ours: "10.9.0.9", theirs: "10.9.0.10", yields: true, why: "numbers are not compared as text" },
];

for (const { ours, theirs, yields, why } of ADDRESSES) {
  Deno.test(`step() as Master among equals: ${why}`, () => {
    const state = master(config(), { source: ip(ours) });
    const result = step(config(), state, advert({ from: ip(theirs) }), NOW_MS + 10);
    assert.equal(result.state.name, yields ? "Backup" : "Master");
    if (!yields) return;
    const last = result.actions.at(-1);
    assert.ok(last?.do === "report" && last.report.what === "transition");
    assert.equal(last.report.reason, "higherAddressHeard");
  });
}

Deno.test("step() as Master orders all addresses of a small domain as one unsigned number [A12b demands]", () => {
  const bytes = [0, 1, 127, 128, 255];
  const addresses = bytes.flatMap((a) => {
    return bytes.flatMap((b) => bytes.map((c) => ipFromBytes(Uint8Array.of(10, a, b, c))));
  });
  for (const source of addresses) {
    const state = master(config(), { source });
    for (const from of addresses) {
      const greater = BigInt(`0x${from.bytes.toHex()}`) > BigInt(`0x${source.bytes.toHex()}`);
      const { state: next } = step(config(), state, advert({ from }), NOW_MS);
      assert.equal(next.name, greater ? "Backup" : "Master", `${source.bytes} hears ${from.bytes}`);
    }
  }
});

Deno.test("step() as Master compares priorities before addresses, for every pair [A12a demands] [A12b forbids]", () => {
  for (let ours = 1; ours <= 254; ours++) {
    const routerConfig = config({ priority: ours });
    const state = master(routerConfig);
    for (let theirs = 1; theirs <= 255; theirs++) {
      for (const from of [ip("0.0.0.1"), ip("255.255.255.254")]) {
        const next = step(routerConfig, state, advert({ priority: theirs, from }), NOW_MS).state;
        const yields = theirs > ours || (theirs === ours && from.bytes[0] === 255);
        assert.equal(next.name, yields ? "Backup" : "Master", `${ours} hears ${theirs}`);
      }
    }
  }
});

function ownerHears(differences: Parameters<typeof advert>[0]): ReturnType<typeof step> {
  const state = master(config(), { owner: true });
  return step(config(), state, advert({ priority: 255, ...differences }), NOW_MS + 10);
}

Deno.test("step() as one of two owners stays with the greater source address, and says so [R7 demands] [H19a demands]", () => {
  const { state, actions } = ownerHears({ from: ip("10.9.0.4") });
  assert.equal(state.name, "Master");
  assert.deepEqual(actions, [
    { do: "sendAdvert", priority: 255 },
    { do: "announce", repeat: 5 },
    {
      do: "report",
      report: {
        what: "otherOwner",
        peer: { address: ip("10.9.0.4"), priority: 255 },
        weStay: true,
      },
    },
  ]);
});

Deno.test("step() as one of two owners gives way to the greater address and keeps its own", () => {
  const { state, actions, deadlineMs } = ownerHears({});
  const peer = { address: ip("10.9.0.9"), priority: 255 };
  assert.equal(state.name, "Backup");
  assert.equal(deadlineMs, NOW_MS + 10 + 3004);
  assert.deepEqual(actions, [
    { do: "releaseMac" },
    { do: "report", report: { what: "otherOwner", peer, weStay: false } },
    {
      do: "report",
      report: {
        what: "transition",
        from: "Master",
        to: "Backup",
        reason: "otherOwnerHeard",
        peer,
      },
    },
  ]);
});

Deno.test("step() lets the greater MAC decide between two owners of one source address", () => {
  const from = ip("10.9.0.5");
  const rows: readonly [string, RouterState["name"]][] = [
    ["02:00:00:00:00:04", "Master"],
    ["02:00:00:00:00:05", "Master"],
    ["02:00:00:00:00:06", "Backup"],
    ["02:00:00:00:01:00", "Backup"],
    ["82:00:00:00:00:00", "Backup"],
  ];
  for (const [fromMac, expected] of rows) {
    assert.equal(ownerHears({ from, fromMac: mac(fromMac) }).state.name, expected, fromMac);
  }
});

Deno.test("step() does not look at MACs where nobody is an owner", () => {
  const fromMac = mac("fe:ff:ff:ff:ff:ff");
  const { state } = step(config(), master(), advert({ from: ip("10.9.0.5"), fromMac }), NOW_MS);
  assert.equal(state.name, "Master");
});

Deno.test("step() brings the lesser owner back when the other has gone", () => {
  const { state, deadlineMs } = ownerHears({});
  const result = step(config(), state, { kind: "timer" }, deadlineMs);
  assert.equal(result.state.name, "Master");
  assert.equal(result.actions.some((action) => action.do === "addAddresses"), false);
});
