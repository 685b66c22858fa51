import assert from "node:assert/strict";
import fc from "fast-check";
import * as arp from "../../src/wire/arp.ts";
import * as bpf from "../../src/wire/bpf.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as frame from "../../src/wire/frame.ts";
import { peek } from "../../src/wire/vrrp.ts";
import { runBpf } from "../support/bpf_interpreter.ts";
import { fromHex, viewOf, withBytes } from "../support/bytes.ts";
import { capturedArps, capturedFrames } from "../support/captures.ts";

const ADVERT = fromHex(
  "01005e000012 020000000001 0800" +
    "45c0002800010000ff70d0880a090001e0000012" +
    "210164010001708f0a0900640000000000000000",
);
const WITH_OPTIONS = fromHex(
  "01005e000012 020000000001 0800" +
    "48c0003400010000ff7000000a090001e0000012 940400000101010100000000" +
    "210764010001708f0a0900640000000000000000",
);
const BEHIND_AH = fromHex(
  "01005e000012 020000000001 0800" +
    "45c0004000010000ff33d0ad0a090001e0000012" +
    "700400000a090001000000011e71c77c717f46706fbd9a5a" +
    "2101640102016e8f0a0900640000000000000000",
);
const OVER_IPV6 = fromHex(
  "333300000012 00005e000207 86dd" +
    "6c0000000018 70ff fe8000000000000000000000000000ff ff020000000000000000000000000012" +
    "310764010064 0000 fe800000000000000000000000000001",
);
const ANNOUNCEMENT = fromHex(
  "ffffffffffff 020000000001 0806 00010800060400010200000000010a090064ffffffffffff0a090064",
);

const ALL_VRIDS = Array.from({ length: 255 }, (_, index) => index + 1);

function passes(program: readonly bpf.Instruction[], bytes: Uint8Array): boolean {
  return runBpf(program, viewOf(bytes)) !== 0;
}

function filterFor(...vrids: readonly number[]): bpf.Instruction[] {
  return bpf.vrrpFilter({ family: 4, vrids });
}

Deno.test("vrrpFilter() lets the captured IPv4 advertisements of its groups pass, nothing else", () => {
  const any = bpf.vrrpFilter({ family: 4, vrids: "any" });
  const one = filterFor(1);
  for (const { name, bytes, decoded: { kind, ip, vrrp } } of capturedFrames()) {
    const wanted = ip?.version === 4 && ["vrrp", "ah-vrrp", "carp"].includes(kind);
    assert.equal(passes(any, bytes), wanted, name);
    // CARP looks like VRRP this far; ucarp ran with group 1.
    assert.equal(passes(one, bytes), wanted && (vrrp?.vrid ?? 1) === 1, name);
  }
});

Deno.test("vrrpFilter() lets the captured IPv6 advertisements of its groups pass, nothing else", () => {
  const any = bpf.vrrpFilter({ family: 6, vrids: "any" });
  const one = bpf.vrrpFilter({ family: 6, vrids: [1] });
  for (const { name, bytes, decoded: { ip, vrrp } } of capturedFrames()) {
    const wanted = ip?.version === 6 && vrrp !== undefined;
    assert.equal(passes(any, bytes), wanted, name);
    assert.equal(passes(one, bytes), wanted && vrrp.vrid === 1, name);
  }
});

const SETS: readonly { readonly what: string; readonly vrids: readonly number[] }[] = [
  { what: "no group", vrids: [] },
  { what: "the first group", vrids: [1] },
  { what: "the last group", vrids: [255] },
  { what: "the top bit of a word", vrids: [31, 63] },
  { what: "a group named twice", vrids: [7, 7] },
  { what: "every group", vrids: ALL_VRIDS },
  { what: "every other group", vrids: ALL_VRIDS.filter((vrid) => vrid % 2 === 1) },
  {
    what: "every third group, in falling order",
    vrids: ALL_VRIDS.filter((v) => v % 3 === 0).reverse(),
  },
];

function assertExactly(vrids: readonly number[]): void {
  const program = filterFor(...vrids);
  const ipv6 = bpf.vrrpFilter({ family: 6, vrids });
  for (let vrid = 0; vrid <= 255; vrid++) {
    const wanted = vrids.includes(vrid);
    assert.equal(passes(ipv6, withBytes(OVER_IPV6, 55, [vrid])), wanted, `VRID ${vrid}, IPv6`);
    assert.equal(passes(program, withBytes(ADVERT, 35, [vrid])), wanted, `VRID ${vrid}`);
    assert.equal(passes(program, withBytes(BEHIND_AH, 59, [vrid])), wanted, `VRID ${vrid}, AH`);
  }
}

for (const { what, vrids } of SETS) {
  Deno.test(`vrrpFilter() lets exactly ${what} pass`, () => assertExactly(vrids));
}

Deno.test("vrrpFilter() lets exactly any set of groups pass [R6 demands]", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(255)), assertExactly), { numRuns: 30 });
});

Deno.test("vrrpFilter() stays short for every group", () => {
  assert.ok(filterFor(...ALL_VRIDS).length <= 64);
});

Deno.test("vrrpFilter() finds the VRID behind IP options", () => {
  assert.equal(passes(filterFor(7), WITH_OPTIONS), true);
  assert.equal(passes(filterFor(1), WITH_OPTIONS), false);
});

const DROPPED: readonly {
  readonly what: string;
  readonly at: number;
  readonly bytes: readonly number[];
}[] = [
  { what: "IPv6", at: 12, bytes: [0x86, 0xdd] },
  { what: "ARP", at: 12, bytes: [0x08, 0x06] },
  { what: "UDP", at: 23, bytes: [17] },
  { what: "a later fragment", at: 20, bytes: [0x20, 0x01] },
  { what: "the last fragment", at: 20, bytes: [0x1f, 0xff] },
];

for (const { what, at, bytes } of DROPPED) {
  Deno.test(`vrrpFilter() drops ${what}`, () => {
    const changed = withBytes(ADVERT, at, bytes);
    assert.equal(passes(bpf.vrrpFilter({ family: 4, vrids: "any" }), changed), false);
  });
}

const DROPPED_OF_IPV6 = [
  { what: "IPv4", at: 12, bytes: [0x08, 0x00] },
  { what: "ICMPv6", at: 20, bytes: [58] },
  { what: "a fragment", at: 20, bytes: [44] },
  { what: "an authentication header", at: 20, bytes: [51] },
];

for (const { what, at, bytes } of DROPPED_OF_IPV6) {
  Deno.test(`the filters of IPv6 drop ${what}`, () => {
    const changed = withBytes(OVER_IPV6, at, bytes);
    assert.equal(passes(bpf.vrrpFilter({ family: 6, vrids: "any" }), changed), false);
    assert.equal(passes(bpf.urgentFilter({ family: 6, keen: [7] }), changed), false);
  });
}

Deno.test("the filters of IPv6 drop every frame that ends before what they look at", () => {
  for (let length = 0; length <= OVER_IPV6.length; length++) {
    const cut = OVER_IPV6.subarray(0, length);
    const filter = bpf.vrrpFilter({ family: 6, vrids: [7] });
    assert.equal(passes(filter, cut), length > 55, `${length} bytes`);
    const urgency = bpf.urgentFilter({ family: 6, keen: [7] });
    assert.equal(passes(urgency, cut), length > 56, `${length} bytes, urgent`);
  }
});

Deno.test("the filters of IPv4 drop IPv6", () => {
  assert.equal(passes(filterFor(7), OVER_IPV6), false);
  assert.equal(passes(urgent(7), OVER_IPV6), false);
});

Deno.test("vrrpFilter() lets a first fragment pass, for the receiver to count", () => {
  assert.equal(passes(filterFor(1), withBytes(ADVERT, 20, [0x20, 0x00])), true);
});

Deno.test("vrrpFilter() drops every frame that ends before the VRID", () => {
  for (const complete of [ADVERT, WITH_OPTIONS, BEHIND_AH]) {
    const vridAt = complete === ADVERT ? 35 : complete === WITH_OPTIONS ? 47 : 59;
    for (let length = 0; length <= complete.length; length++) {
      const cut = complete.subarray(0, length);
      assert.equal(passes(filterFor(1, 7), cut), length > vridAt, `${length} bytes`);
    }
  }
});

function arbitraryChangeOf(original: Uint8Array<ArrayBuffer>): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
  return fc.tuple(fc.array(change, { maxLength: 3 }), fc.nat(original.length)).map(
    ([changes, cut]) => {
      const bytes = original.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      return bytes.subarray(0, original.length - cut % 8);
    },
  );
}

Deno.test("vrrpFilter() drops nothing of its groups that the frame codec takes", () => {
  const vrids = [1, 7, 200];
  const program = filterFor(...vrids);
  const changed = fc.oneof(arbitraryChangeOf(ADVERT), arbitraryChangeOf(WITH_OPTIONS));
  fc.assert(
    fc.property(changed, (bytes) => {
      const packet = frame.parse(viewOf(bytes));
      if (!packet.ok) return;
      const head = peek(packet.value.message);
      if (!head.ok) return;
      assert.equal(passes(program, bytes), vrids.includes(head.value.vrid));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("vrrpFilter() drops nothing over IPv6 that the frame codec takes without options", () => {
  const vrids = [1, 7, 200];
  const program = bpf.vrrpFilter({ family: 6, vrids });
  fc.assert(
    fc.property(arbitraryChangeOf(OVER_IPV6), (bytes) => {
      const packet = frame.parse(viewOf(bytes));
      if (!packet.ok || packet.value.family !== 6 || bytes[20] !== 112) return;
      const head = peek(packet.value.message);
      if (!head.ok) return;
      assert.equal(passes(program, bytes), vrids.includes(head.value.vrid));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("vrrpFilter() throws on a number that is no VRID", () => {
  assert.throws(() => filterFor(256), /256 is no VRID/);
});

Deno.test("gratuitousArpFilter() lets the captured announcements pass, nothing else", () => {
  const program = bpf.gratuitousArpFilter();
  const announcements = new Set(
    capturedArps().filter(({ decoded }) => decoded.sender_ip === decoded.target_ip)
      .map(({ name }) => name),
  );
  assert.notEqual(announcements.size, 0);
  for (const { name, bytes } of capturedFrames()) {
    assert.equal(passes(program, bytes), announcements.has(name), name);
  }
});

Deno.test("gratuitousArpFilter() lets replies pass, no other operation", () => {
  const program = bpf.gratuitousArpFilter();
  for (const [operation, wanted] of [[0, false], [1, true], [2, true], [3, false]] as const) {
    const bytes = withBytes(ANNOUNCEMENT, 21, [operation]);
    assert.equal(passes(program, bytes), wanted, `operation ${operation}`);
  }
});

Deno.test("gratuitousArpFilter() agrees with the ARP codec on any packet", () => {
  const program = bpf.gratuitousArpFilter();
  fc.assert(
    fc.property(arbitraryChangeOf(ANNOUNCEMENT), (bytes) => {
      assert.equal(passes(program, bytes), isAnnouncement(bytes));
    }),
    { numRuns: 2000 },
  );
});

function isAnnouncement(bytes: Uint8Array): boolean {
  const outer = ethernet.parse(viewOf(bytes));
  if (!outer.ok || outer.value.etherType !== ethernet.ETHER_TYPE.arp) return false;
  const packet = arp.parse(outer.value.payload);
  if (!packet.ok || !arp.isGratuitous(packet.value)) return false;
  const { request, reply } = arp.OPERATION;
  return packet.value.operation === request || packet.value.operation === reply;
}

Deno.test("assemble() turns labels into distances", () => {
  const program = bpf.assemble([
    { op: bpf.OP.loadByte, k: 0 },
    { op: bpf.OP.jumpIfEqual, k: 7, then: "end", else: "middle" },
    { op: bpf.OP.return, k: 1 },
    { label: "middle" },
    { op: bpf.OP.jump, k: 0, then: "end" },
    { op: bpf.OP.return, k: 2 },
    { label: "end" },
    { op: bpf.OP.return, k: 3 },
  ]);
  assert.deepEqual(program, [
    { code: 0x30, jt: 0, jf: 0, k: 0 },
    { code: 0x15, jt: 3, jf: 1, k: 7 },
    { code: 0x06, jt: 0, jf: 0, k: 1 },
    { code: 0x05, jt: 0, jf: 0, k: 1 },
    { code: 0x06, jt: 0, jf: 0, k: 2 },
    { code: 0x06, jt: 0, jf: 0, k: 3 },
  ]);
});

function programWithGap(length: number): bpf.Line[] {
  return [
    { op: bpf.OP.jumpIfEqual, k: 0, then: "far" },
    ...Array.from({ length }, () => ({ op: bpf.OP.loadConstant, k: 0 })),
    { label: "far" },
    { op: bpf.OP.return, k: 0 },
  ];
}

Deno.test("assemble() throws where a test would jump further than 255 instructions", () => {
  assert.equal(bpf.assemble(programWithGap(255))[0]?.jt, 255);
  assert.throws(() => bpf.assemble(programWithGap(256)), /far cannot be reached from 0/);
});

Deno.test("assemble() throws on a label behind the jump or nowhere", () => {
  const jump = { op: bpf.OP.jump, k: 0, then: "back" };
  assert.throws(() => bpf.assemble([{ label: "back" }, jump]), /back cannot be reached/);
  assert.throws(() => bpf.assemble([jump]), /back cannot be reached/);
});

function urgent(...keen: readonly number[]): bpf.Instruction[] {
  return bpf.urgentFilter({ family: 4, keen });
}

Deno.test("urgentFilter() lets exactly the keen groups pass, behind options and AH too", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(255)), (keen) => {
      const program = urgent(...keen);
      for (let vrid = 0; vrid <= 255; vrid++) {
        const wanted = keen.includes(vrid);
        assert.equal(passes(program, withBytes(ADVERT, 35, [vrid])), wanted, `VRID ${vrid}`);
        assert.equal(passes(program, withBytes(BEHIND_AH, 59, [vrid])), wanted, `${vrid}, AH`);
        assert.equal(passes(program, withBytes(WITH_OPTIONS, 47, [vrid])), wanted, `${vrid}, IHL`);
        const ipv6 = bpf.urgentFilter({ family: 6, keen });
        assert.equal(passes(ipv6, withBytes(OVER_IPV6, 55, [vrid])), wanted, `${vrid}, IPv6`);
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("urgentFilter() lets whoever leaves pass, keen or not", () => {
  for (const [bytes, priorityAt] of [[ADVERT, 36], [WITH_OPTIONS, 48], [BEHIND_AH, 60]] as const) {
    assert.equal(passes(urgent(), bytes), false);
    assert.equal(passes(urgent(), withBytes(bytes, priorityAt, [0])), true);
  }
  const ipv6 = bpf.urgentFilter({ family: 6, keen: [] });
  assert.equal(passes(ipv6, OVER_IPV6), false);
  assert.equal(passes(ipv6, withBytes(OVER_IPV6, 56, [0])), true);
});

Deno.test("urgentFilter() lets pass to a peer what it lets pass to the group", () => {
  for (const bytes of [ADVERT, BEHIND_AH]) {
    const toPeer = withBytes(withBytes(bytes, 0, [2, 0, 0, 0, 0, 2]), 30, [10, 9, 0, 2]);
    const priorityAt = bytes === ADVERT ? 36 : 60;
    assert.equal(passes(urgent(1), toPeer), true);
    assert.equal(passes(urgent(), toPeer), false);
    assert.equal(passes(urgent(), withBytes(toPeer, priorityAt, [0])), true);
  }
});

Deno.test("urgentFilter() drops what is no advertisement, and every frame that ends too early", () => {
  for (const { what, at, bytes } of DROPPED) {
    assert.equal(passes(urgent(1), withBytes(ADVERT, at, bytes)), false, what);
  }
  for (let length = 0; length <= 36; length++) {
    assert.equal(passes(urgent(1), ADVERT.subarray(0, length)), false, `${length} bytes`);
  }
});

Deno.test("urgentFilter() stays short for every group", () => {
  assert.ok(urgent(...ALL_VRIDS).length <= 64);
  assert.ok(bpf.urgentFilter({ family: 6, keen: ALL_VRIDS }).length <= 64);
});
