import assert from "node:assert/strict";
import { formatText } from "../../src/sniffer/text.ts";
import * as pcap from "../../src/wire/pcap.ts";
import { fromHex, valueOf, viewOf, withBytes } from "../support/bytes.ts";
import { captureFiles, readCapture } from "../support/captures.ts";
import { sight } from "./fixtures.ts";

/**
 * Compares with tests/golden/sniffer/`<name>`.txt. With RVRRPD_REWRITE=1 in the environment it writes
 * the file instead, for a look at the difference.
 */
async function compare(name: string, text: string): Promise<void> {
  const path = new URL(`../golden/sniffer/${name}.txt`, import.meta.url);
  if (Deno.env.get("RVRRPD_REWRITE") === "1") await Deno.writeTextFile(path, text);
  else assert.deepEqual(text.split("\n"), (await Deno.readTextFile(path)).split("\n"));
}

/** The frames of a capture, the like of which has not been shown before: announcements repeat. */
function shown(file: string): string {
  const records = valueOf(pcap.parse(viewOf(readCapture(file))));
  const seen = new Set<string>();
  const texts = records.flatMap(({ timestampUs, frame }) => {
    const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
    const isNew = !seen.has(bytes.toHex());
    seen.add(bytes.toHex());
    return isNew ? [formatText(sight(bytes, { timestampUs }))] : [];
  });
  return texts.join("\n") + "\n";
}

const CAPTURES = [...captureFiles(), "auth-hmac/v2-ipv4.pcap", "auth-hmac/v3-ipv6.pcap"];

for (const file of CAPTURES) {
  const name = file.replace("/", "-").replace(/\.pcap$/, "");
  Deno.test(`formatText() shows ${name} as its golden file`, () => compare(name, shown(file)));
}

const V2 = fromHex(
  "01005e000012 020000000001 0800 45c0002800010000ff70d0880a090001e0000012" +
    "210164010001708f0a0900640000000000000000",
);
const V3 = fromHex(
  "01005e000012 020000000001 0800 45c0002000010000ff70d0900a090001e0000012" +
    "310164010064602c0a090064",
);

const FRAMES = [
  sight(V2, { direction: "out" }),
  sight(withBytes(V2, 22, [64]), { direction: "in" }),
  sight(withBytes(V2, 36, [255])),
  sight(withBytes(V2, 38, [1])),
  sight(withBytes(V2, 38, [1]).subarray(0, 50), { wireBytes: 54 }),
  sight(withBytes(V2, 38, [9])),
  sight(fromHex(V2.toHex().replace("0800", "8100e0640800") + "000000000000")),
  sight(V2.subarray(0, 44), { wireBytes: 54 }),
  sight(V2.subarray(0, 24)),
  sight(V2.subarray(0, 7)),
  sight(withBytes(V2, 34, [0x41])),
  sight(V3),
  sight(withBytes(V3, 38, [0xf0])),
  sight(fromHex("01005e000012 020000000001 88cc 0207")),
];

Deno.test("formatText() shows what no capture holds as its golden file", async () => {
  await compare("made-up", FRAMES.map(formatText).join("\n") + "\n");
});
