import assert from "node:assert/strict";
import { Others } from "../../src/sniffer/others.ts";

Deno.test("Others says nothing where there was nothing", () => {
  assert.equal(new Others().describe(), undefined);
});

Deno.test("Others counts by kind", () => {
  const others = new Others();
  for (const what of ["IP protocol 17", "IP protocol 6", "IP protocol 17"]) others.add(what);
  assert.equal(
    others.describe(),
    "Not shown, because not VRRP: 2 of IP protocol 17, 1 of IP protocol 6",
  );
});

Deno.test("Others names eight kinds at most and counts the rest together", () => {
  const others = new Others();
  for (let kind = 0; kind < 300; kind++) others.add(`Ethernet type ${kind}`);
  others.add("Ethernet type 0");
  const line = others.describe() ?? "";
  assert.match(line, /: 2 of Ethernet type 0, .* 1 of Ethernet type 7, 292 of other kinds$/);
});
