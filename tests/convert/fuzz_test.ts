import assert from "node:assert/strict";
import fc from "fast-check";
import { parseToml } from "../../src/config/parse_toml.ts";
import { parseBlocks, type Statement } from "../../src/convert/blocks.ts";
import { convertKeepalived } from "../../src/convert/convert.ts";
import { expand } from "../../src/convert/expand.ts";
import { GLOBAL_RULES } from "../../src/convert/global_defs.ts";
import { INSTANCE_RULES } from "../../src/convert/instance_rules.ts";
import { SCRIPT_RULES } from "../../src/convert/scripts.ts";
import { SYNC_GROUP_RULES } from "../../src/convert/sync_groups.ts";
import { TOP_LEVEL } from "../../src/convert/top_level.ts";
import { optionsFor } from "./support.ts";

const SAMPLES = new URL("samples/", import.meta.url);
const TEXTS = Array.from(Deno.readDirSync(SAMPLES))
  .flatMap(({ name, isFile }) => isFile ? [Deno.readTextFileSync(new URL(name, SAMPLES))] : []);

const BLOCKS = {
  global_defs: Object.keys(GLOBAL_RULES),
  vrrp_instance: Object.keys(INSTANCE_RULES),
  vrrp_script: Object.keys(SCRIPT_RULES),
  vrrp_sync_group: Object.keys(SYNC_GROUP_RULES),
  virtual_server: ["delay_loop", "real_server", "unheard_of"],
};

/** A result is TOML, and each keyword of the input is in it, in a warning, or among what went over. */
function checkNothingLost(text: string): void {
  const options = optionsFor(text);
  const converted = convertKeepalived(options);
  if (!converted.ok) {
    assert.ok(converted.error.place.line >= 1);
    return;
  }
  const { toml, warnings, carried } = converted.value;
  const document = parseToml(toml);
  assert.ok(document.ok, toml);
  const blocks = parseBlocks(expand(options).lines);
  assert.ok(blocks.ok);
  const told = new Set(carried.map(({ keyword }) => keyword));
  const said = toml + warnings.map((warning) => warning.text).join("\n");
  for (const keyword of blocks.value.flatMap(keywords)) {
    assert.ok(told.has(keyword) || said.includes(keyword), `${keyword} is lost\n${toml}`);
  }
}

/** Of the statement and of all in it; the lines of a list begin with a value instead. */
function keywords({ words: [first = ""], block = [] }: Statement): string[] {
  const inner = block.flatMap(keywords);
  return /^[\w-]{1,60}$/.test(first) ? [first, ...inner] : inner;
}

const value = fc.oneof(
  fc.constantFrom(
    "10.9.0.1/24",
    "fe80::1",
    "eth0",
    "on",
    "weight",
    "-5",
    "reverse",
    "{",
    "}",
    '"a b"',
  ),
  fc.constantFrom("255", "0", "3.5", "$A", "${A}", "via", "dev", "default", "2001:db8::1", "chk"),
  fc.stringMatching(/^[a-z0-9_.:\/'"\\#!@~$-]{0,12}$/),
);

const values = fc.array(value, { maxLength: 4 });
const unknown = fc.stringMatching(/^[a-z_]{1,9}$/);

/** Arbitraries are made once: to make them anew for each run would take longer than the test. */
function block(outer: fc.Arbitrary<string>, keywords: readonly string[]) {
  const keyword = fc.oneof(fc.constantFrom(...keywords), unknown);
  const line = fc.tuple(keyword, values).map(([name, list]) => [name, ...list].join(" "));
  const list = fc.tuple(keyword, fc.array(values, { maxLength: 3 })).map(([name, lines]) =>
    `${name} {\n${lines.map((words) => words.join(" ")).join("\n")}\n}`
  );
  const content = fc.array(fc.oneof(line, list), { maxLength: 12 });
  return fc.tuple(outer, content).map(([name, lines]) => `${name} X {\n${lines.join("\n")}\n}`);
}

const inside = fc.oneof(
  ...Object.entries(BLOCKS).map(([name, keywords]) => block(fc.constant(name), keywords)),
  block(fc.constantFrom(...Object.keys(TOP_LEVEL)), ["anything"]),
);

Deno.test("convertKeepalived() loses no keyword of what looks like a configuration", () => {
  const text = fc.array(inside, { maxLength: 5 }).map((blocks) => blocks.join("\n"));
  const examples: [string][] = [
    ["vrrp_instance X {\ntrack_interface {\ngarp_master_delay {\n255\n}\n}\n}"],
    ["vrrp_sync_group X {\ngroup {\nA {\nb c\n}\n}\n}"],
    ["vrrp_instance X {\nvirtual_routes {\nvia {\nblackhole\n}\n}\n}"],
    ["vrrp_instance X {\nunicast_peer {\n10.9.0.1 {\nmin_ttl\n}\n}\n}"],
  ];
  fc.assert(fc.property(text, checkNothingLost), { numRuns: 400, examples });
});

Deno.test("convertKeepalived() takes any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), checkNothingLost), {
    numRuns: 400,
  });
});

Deno.test("convertKeepalived() takes every sample cut short anywhere, and with a byte changed", () => {
  const change = fc.record({
    text: fc.constantFrom(...TEXTS),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    put: fc.constantFrom("", "{", "}", '"', "#", "\n", "\\", "$", "~", "@", "\0", "\u{d800}"),
    isCut: fc.boolean(),
  });
  fc.assert(
    fc.property(change, ({ text, at, put, isCut }) => {
      const index = Math.floor(at * text.length);
      checkNothingLost(text.slice(0, index) + put + (isCut ? "" : text.slice(index + 1)));
    }),
    { numRuns: 400 },
  );
});
