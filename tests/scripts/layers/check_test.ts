import assert from "node:assert/strict";
import { checkLayers } from "../../../scripts/layers/check.ts";

function check(sources: Readonly<Record<string, string>>): string[] {
  return checkLayers(new Map(Object.entries(sources))).map(({ path, line }) => `${path}:${line}`);
}

const FORBIDDEN = [
  { what: "wire importing vrrp", path: "src/wire/a.ts", source: `import "../vrrp/b.ts";` },
  { what: "base importing wire", path: "src/base/a.ts", source: `export * from "../wire/b.ts";` },
  { what: "ffi importing src", path: "ffi/a.ts", source: `import { b } from "../src/base/b.ts";` },
  { what: "vrrp importing ffi", path: "src/vrrp/a.ts", source: `import b from "../../ffi/b.ts";` },
  {
    what: "config importing runtime",
    path: "src/config/a.ts",
    source: `import "../runtime/b.ts";`,
  },
  {
    what: "config importing the machine",
    path: "src/config/a.ts",
    source: `import "../vrrp/b.ts";`,
  },
  { what: "drivers importing vrrp", path: "src/drivers/a.ts", source: `import "../vrrp/b.ts";` },
  {
    what: "api importing all of runtime",
    path: "src/api/a.ts",
    source: `import "../runtime/b.ts";`,
  },
  { what: "main importing runtime", path: "main.ts", source: `import "./src/runtime/b.ts";` },
  { what: "src importing tests", path: "src/cli/a.ts", source: `import "../../tests/b.ts";` },
  {
    what: "a type import",
    path: "src/wire/a.ts",
    source: `import type { B } from "../vrrp/b.ts";`,
  },
  { what: "a dynamic import", path: "src/wire/a.ts", source: `await import("../vrrp/b.ts");` },
  {
    what: "a worker of another layer",
    path: "src/wire/a.ts",
    source: `new Worker(new URL("../api/worker.ts", import.meta.url), { type: "module" });`,
  },
  { what: "a package in a pure layer", path: "src/vrrp/a.ts", source: `import "fast-check";` },
  { what: "node:fs in wire", path: "src/wire/a.ts", source: `import "node:fs";` },
  { what: "a file of no layer", path: "src/stray.ts", source: "a();" },
  { what: "Deno in vrrp", path: "src/vrrp/a.ts", source: "Deno.exit(1);" },
  { what: "performance in base", path: "src/base/a.ts", source: "performance.now();" },
  { what: "Date in wire", path: "src/wire/a.ts", source: "new Date();" },
  { what: "a clock in a template", path: "src/wire/a.ts", source: "`at ${Date.now()}`;" },
  { what: "dlopen outside ffi", path: "src/drivers/a.ts", source: `Deno.dlopen("a", {});` },
  { what: "a raw pointer in src", path: "src/cli/a.ts", source: "Deno.UnsafePointer.of(a);" },
  { what: "console in runtime", path: "src/runtime/a.ts", source: `console.log("a");` },
  { what: "a bigint literal", path: "src/runtime/a.ts", source: "const a = 1_000n;" },
  { what: "a hexadecimal bigint literal", path: "src/wire/a.ts", source: "const a = 0xffn;" },
  { what: "the type bigint", path: "src/wire/a.ts", source: "let a: bigint;" },
  { what: "a 64-bit getter", path: "src/wire/a.ts", source: "view.getBigUint64(0);" },
  { what: "an open end", path: "tests/a_test.ts", source: `// ${"FIX" + "ME"}: later` },
  {
    what: "a lint rule turned off",
    path: "scripts/a.ts",
    source: `// ${"deno-lint" + "-ignore"} x`,
  },
  { what: "types turned off", path: "ffi/a.ts", source: `/* @ts-${"ignore"} */` },
];

for (const { what, path, source } of FORBIDDEN) {
  Deno.test(`checkLayers() finds ${what}`, () => {
    assert.deepEqual(check({ [path]: `\n${source}\n` }), [`${path}:2`].map(atStrayStart));
  });
}

/** A file of no layer is wrong as a whole, which is told at its first line. */
function atStrayStart(place: string): string {
  return place === "src/stray.ts:2" ? "src/stray.ts:1" : place;
}

const ALLOWED = [
  { what: "an arrow of the design", path: "src/vrrp/a.ts", source: `import "../wire/b.ts";` },
  { what: "a file of its own layer", path: "src/wire/a.ts", source: `import "./b.ts";` },
  {
    what: "config importing the shared types",
    path: "src/config/a.ts",
    source: `import "../vrrp/types.ts";`,
  },
  {
    what: "a package in an outer layer",
    path: "src/config/a.ts",
    source: `import "@sinclair/typebox";`,
  },
  { what: "cryptography in wire", path: "src/wire/a.ts", source: `import "node:crypto";` },
  {
    what: "deno.json in cli",
    path: "src/cli/a.ts",
    source: `import c from "../../deno.json" with { type: "json" };`,
  },
  {
    what: "a forbidden word in a string",
    path: "src/vrrp/a.ts",
    source: `f("Deno, Date, console.log");`,
  },
  {
    what: "a forbidden word in a comment",
    path: "src/vrrp/a.ts",
    source: "// Date is not at hand here.",
  },
  { what: "a forbidden word inside another", path: "src/wire/a.ts", source: "toUpdate(DateLike);" },
  { what: "console in cli", path: "src/cli/a.ts", source: `console.log("a");` },
  { what: "a key named console", path: "src/config/a.ts", source: "const a = { console: 1 };" },
  { what: "dlopen in ffi", path: "ffi/a.ts", source: `Deno.dlopen("a", { b: 1n });` },
  {
    what: "tests importing anything",
    path: "tests/a_test.ts",
    source: `import "../src/wire/b.ts";`,
  },
];

for (const { what, path, source } of ALLOWED) {
  Deno.test(`checkLayers() allows ${what}`, () => assert.deepEqual(check({ [path]: source }), []));
}

Deno.test("checkLayers() finds a cycle over three files once", () => {
  const found = checkLayers(
    new Map([
      ["src/wire/a.ts", `import "./b.ts";`],
      ["src/wire/b.ts", `\nimport type { C } from "./c.ts";`],
      ["src/wire/c.ts", `import "./a.ts";`],
    ]),
  );
  assert.deepEqual(found, [{
    path: "src/wire/c.ts",
    line: 1,
    problem: "import cycle: src/wire/a.ts -> src/wire/b.ts -> src/wire/c.ts -> src/wire/a.ts",
  }]);
});

Deno.test("checkLayers() sees no cycle where two ways lead to one file", () => {
  assert.deepEqual(
    check({
      "src/wire/a.ts": `import "./b.ts"; import "./c.ts";`,
      "src/wire/b.ts": `import "./d.ts";`,
      "src/wire/c.ts": `import "./d.ts";`,
      "src/wire/d.ts": "",
    }),
    [],
  );
});

Deno.test("checkLayers() orders by path and line", () => {
  assert.deepEqual(
    check({ "src/wire/b.ts": "1n;\nDate;\n2n;", "src/wire/a.ts": "Deno;" }),
    ["src/wire/a.ts:1", "src/wire/b.ts:1", "src/wire/b.ts:2", "src/wire/b.ts:3"],
  );
});
