import assert from "node:assert/strict";
import { formatJson } from "../../src/sniffer/json.ts";
import { formatText } from "../../src/sniffer/text.ts";
import * as hmacTrailer from "../../src/wire/hmac_trailer.ts";
import * as pcap from "../../src/wire/pcap.ts";
import { emitted, hexOf, valueOf, viewOf } from "../support/bytes.ts";
import { capturedFrames, captureFiles, readCapture } from "../support/captures.ts";
import { sight } from "./fixtures.ts";

/** Frames are read as JSON from here on: that is what a program sees. */
interface Json {
  readonly [key: string]: unknown;
}

/** The object under a key, which must be there. */
function part(json: Json, key: string): Json {
  const found = json[key];
  assert.ok(typeof found === "object" && found !== null, `no ${key} in ${JSON.stringify(json)}`);
  return found as Json;
}

function jsonOf(bytes: Uint8Array): Json {
  return JSON.parse(formatJson(sight(bytes)));
}

function decodedOf(kind: string): { name: string; seen: Json; decoded: Json }[] {
  const frames = capturedFrames().filter(({ decoded }) => decoded.kind === kind);
  assert.notEqual(frames.length, 0);
  return frames.map(({ name, bytes, decoded }) => {
    return { name, seen: jsonOf(bytes), decoded: decoded as unknown as Json };
  });
}

/** The values under `names`, which may be different in the two, as pairs for one comparison. */
function pick(from: Json, names: readonly string[]): unknown[] {
  return names.map((name) => from[name]);
}

Deno.test("every captured frame is of the kind that the index says, with its addresses", () => {
  for (const { name, bytes, decoded } of capturedFrames()) {
    const seen = jsonOf(bytes);
    const names = ["kind", "src_mac", "dst_mac", "ethertype"];
    assert.deepEqual(pick(seen, names), pick(decoded as unknown as Json, names), name);
    assert.deepEqual([seen.frame_bytes, seen.vlans], [bytes.length, []], name);
  }
});

Deno.test("every captured IPv4 header is read as the index says", () => {
  for (const { name, bytes, decoded } of capturedFrames()) {
    if (decoded.ip?.version !== 4) continue;
    const ip = part(jsonOf(bytes), "ip");
    const same = ["version", "src", "dst", "ttl", "proto", "tos", "id"];
    const expected = decoded.ip as unknown as Json;
    assert.deepEqual(pick(ip, same), pick(expected, same), name);
    assert.equal(ip.length, expected.total_len, name);
    assert.equal(ip.checksum_ok, expected.csum_ok, name);
    assert.equal(ip.dont_fragment, expected.flags_frag === "0x4000", name);
    assert.deepEqual([ip.padding, ip.options, ip.ttl_ok], [0, 0, true], name);
  }
});

Deno.test("every captured IPv6 header is read as the index says", () => {
  for (const { name, bytes, decoded } of capturedFrames()) {
    if (decoded.ip?.version !== 6) continue;
    const ip = part(jsonOf(bytes), "ip");
    const expected = decoded.ip as unknown as Json;
    const same = ["version", "src", "dst", "hop_limit", "next_header", "flow"];
    assert.deepEqual(pick(ip, same), pick(expected, same), name);
    assert.equal(ip.traffic_class, expected.tclass, name);
    assert.equal(ip.length, 40 + Number(expected.payload_len), name);
    assert.deepEqual([ip.padding, ip.options, ip.hop_limit_ok], [0, 0, true], name);
  }
});

/** The index names the rules by which it found a checksum right. */
const RIGHT_RULES = [
  "no-pseudo:hdr+addrs+trailing",
  "ipv4-pseudo(src,dst,0,112,len=vrrp):hdr+addrs",
  "ipv6-pseudo(src,dst,len=vrrp,nh=112):hdr+addrs",
];

for (const kind of ["vrrp", "ah-vrrp"]) {
  Deno.test(`every captured message of kind ${kind} is read as the index says`, () => {
    for (const { name, seen, decoded } of decodedOf(kind)) {
      const [vrrp, expected] = [part(seen, "vrrp"), part(decoded, "vrrp")];
      const same = ["version", "type", "vrid", "priority", "checksum", "auth_type"];
      assert.deepEqual(pick(vrrp, same), pick(expected, same), name);
      assert.deepEqual(
        [vrrp.address_count, vrrp.addresses, vrrp.length],
        [expected.count, expected.addrs, expected.vrrp_len],
        name,
      );
      assert.equal(vrrp.advert_interval_s, expected.adver_int_s, name);
      assert.equal(vrrp.advert_interval_cs, expected.max_adver_cs, name);
      assert.equal(vrrp.reserved_bits, expected.rsvd, name);
      const rules = part(expected, "checksum_matches");
      const isRight = Object.values(rules).some((rule) => RIGHT_RULES.includes(String(rule)));
      assert.equal(vrrp.checksum_ok, isRight, name);
    }
  });
}

Deno.test("every captured authentication header is read as the index says", () => {
  for (const { name, seen, decoded } of decodedOf("ah-vrrp")) {
    assert.deepEqual(
      pick(part(seen, "ah"), ["next_header", "spi", "sequence", "icv"]),
      pick(part(decoded, "ah"), ["next_header", "spi", "seq", "icv"]),
      name,
    );
  }
});

Deno.test("every captured CARP message is read as the index says", () => {
  for (const { name, seen, decoded } of decodedOf("carp")) {
    assert.deepEqual(
      pick(part(seen, "carp"), ["vhid", "advskew", "advbase_s", "checksum", "checksum_ok"]),
      pick(part(decoded, "carp"), [
        "vhid",
        "advskew",
        "advbase",
        "checksum",
        "checksum_ok_no_pseudo",
      ]),
      name,
    );
  }
});

Deno.test("every captured ARP packet is read as the index says", () => {
  for (const { name, seen, decoded } of decodedOf("arp")) {
    const arp = part(seen, "arp");
    const same = ["op", "sender_hw", "sender_ip", "target_hw", "target_ip"];
    assert.deepEqual(pick(arp, same), pick(decoded, same), name);
    assert.equal(arp.gratuitous, decoded.sender_ip === decoded.target_ip, name);
  }
});

Deno.test("every captured neighbour advertisement is read as the index says", () => {
  for (const { name, seen, decoded } of decodedOf("na")) {
    const [na, expected] = [part(seen, "na"), part(decoded, "na")];
    const flags = [na.router, na.solicited, na.override].map(Number);
    assert.deepEqual(flags, pick(expected, ["R", "S", "O"]), name);
    assert.deepEqual([na.target, na.checksum_ok], pick(expected, ["target", "csum_ok"]), name);
    const option = part(part(expected, "options"), "0");
    assert.equal(String(na.target_mac).replaceAll(":", ""), option.data, name);
  }
});

Deno.test("a captured frame has a fault exactly where keepalived's former checksum is", () => {
  for (const { name, file, bytes, decoded } of capturedFrames()) {
    const isFormer = file === "keepalived-v3-unicast-oldchksum.pcap" && decoded.kind === "vrrp";
    const former =
      "the VRRP checksum is made for the group's address, as old_unicast_checksum of keepalived does";
    assert.deepEqual(sight(bytes).problems, isFormer ? [former] : [], name);
  }
});

Deno.test("no password of the captures is ever shown", () => {
  const frames = capturedFrames().filter(({ decoded }) => decoded.vrrp?.auth_type === 1);
  assert.notEqual(frames.length, 0);
  for (const { name, bytes, decoded } of frames) {
    const hex = decoded.vrrp?.trailing_hex ?? "";
    const text = new TextDecoder().decode(Uint8Array.fromHex(hex)).replaceAll("\0", "");
    for (const shown of [formatText(sight(bytes)), formatJson(sight(bytes))]) {
      assert.ok(!shown.includes(text) && !shown.includes(hex), name);
      assert.match(shown, /password (?:not shown)|"password_present":true/, name);
    }
  }
});

const HMAC_CAPTURES = [
  { file: "v2-ipv4", keys: [1] },
  { file: "v2-unicast-ipv4", keys: [2] },
  { file: "v3-ipv4-250ms", keys: [2] },
  { file: "v3-ipv4-3vips", keys: [1] },
  { file: "v3-ipv4-migration", keys: [1, undefined] },
  { file: "v3-ipv4-monotonic", keys: [1] },
  { file: "v3-ipv4-rotation", keys: [1, 2, 9] },
  { file: "v3-ipv6", keys: [3] },
  { file: "v3-unicast-ipv4", keys: [2] },
  { file: "v3-unicast-ipv6", keys: [2] },
];

for (const { file, keys } of HMAC_CAPTURES) {
  Deno.test(`every frame of ${file} shows its HMAC trailer or that there is none`, () => {
    const records = valueOf(pcap.parse(viewOf(readCapture(`auth-hmac/${file}.pcap`))));
    const found = new Set<unknown>();
    for (const { frame } of records) {
      const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
      const { content, problems } = sight(bytes);
      assert.deepEqual(problems, []);
      if (content.kind !== "vrrp") continue;
      assert.equal(content.vrrp.checksum.verdict, "right");
      const { auth } = content.vrrp;
      found.add(auth.name === "hmac-sha256" ? auth.trailer.keyId : undefined);
      if (auth.name !== "hmac-sha256") continue;
      const again = emitted(hmacTrailer.size(), (view) => hmacTrailer.emit(auth.trailer, view));
      assert.equal(hexOf(again), hexOf(bytes.subarray(-28)));
    }
    assert.deepEqual(found, new Set(keys));
  });
}

Deno.test("every capture file that there is has been looked at", () => {
  const files = new Set(capturedFrames().map(({ file }) => file));
  assert.deepEqual([...files].toSorted(), captureFiles().toSorted());
});
