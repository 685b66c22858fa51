import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { formatFault } from "../../src/config/fault.ts";
import { convert, warnings } from "./support.ts";

const SAMPLES = new URL("samples/", import.meta.url);
const GOLDEN = new URL("../golden/convert/", import.meta.url);

const NAMES = Array.from(Deno.readDirSync(SAMPLES))
  .flatMap(({ name, isFile }) => isFile ? [name.replace(/\.conf$/, "")] : [])
  .toSorted();

const FILES = {
  "conf.d/*.conf": readSample("conf.d/10-scripts.conf") + readSample("conf.d/20-instances.conf"),
};

function readSample(name: string): string {
  return Deno.readTextFileSync(new URL(name, SAMPLES));
}

/** With RVRRPD_REWRITE=1 in the environment it writes the file instead, for a look at the difference. */
function compare(name: string, text: string): void {
  const path = new URL(name, GOLDEN);
  if (Deno.env.get("RVRRPD_REWRITE") === "1") Deno.writeTextFileSync(path, text);
  assert.equal(text, Deno.readTextFileSync(path), name);
}

for (const name of NAMES) {
  const conversion = convert(readSample(`${name}.conf`), { files: FILES });

  Deno.test(`convertKeepalived() turns ${name}.conf into its golden file`, () => {
    compare(`${name}.toml`, conversion.toml);
    compare(`${name}.txt`, warnings(conversion).map((line) => `${line}\n`).join(""));
  });

  Deno.test(`the configuration made from ${name}.conf passes the check`, () => {
    const loaded = loadConfig({ text: conversion.toml, fileName: "converted.toml" });
    assert.deepEqual(loaded.faults.map((fault) => formatFault(fault, "converted.toml")), []);
    assert.deepEqual(loaded.warnings.filter(({ unknownKey }) => unknownKey), []);
  });
}

Deno.test("there are samples of what people run", () => {
  assert.ok(NAMES.length >= 12, `${NAMES.length} samples`);
});
