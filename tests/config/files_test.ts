import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { configSchema } from "../../src/config/schema.ts";
import { lines, paths } from "./support.ts";

const CONF = new URL("../../conf/", import.meta.url);

/** The captures' folder has the samples beside it. */
function samplesFolder(): URL {
  const captures = Deno.env.get("RVRRPD_CAPTURES");
  return captures === undefined
    ? new URL("../../../shared/samples/", import.meta.url)
    : new URL("../samples/", `file://${captures.replace(/\/*$/, "/")}`);
}

function loadFile(folder: URL, fileName: string) {
  return loadConfig({ text: Deno.readTextFileSync(new URL(fileName, folder)), fileName });
}

for (const fileName of ["rvrrpd.conf", "rvrrpd.json.conf"]) {
  Deno.test(`conf/${fileName} has no fault and no warning`, () => {
    const { config, faults, warnings } = loadFile(CONF, fileName);
    assert.deepEqual({ faults, warnings }, { faults: [], warnings: [] });
    assert.deepEqual(config?.routers.map((router) => router.interface), ["eth0"]);
  });
}

interface JsonTable {
  readonly properties?: Readonly<Record<string, JsonTable>>;
  readonly items?: JsonTable;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
}

/** Every key of the four tables of the reference, with its own schema. */
function documentedKeys(): [string, JsonTable][] {
  const top = configSchema() as JsonTable;
  const tables = [
    top,
    top.properties?.["vrouter"]?.items,
    top.properties?.["protocols"]?.properties?.["static"]?.items,
    top.properties?.["api"],
  ];
  return tables.flatMap((table) => Object.entries(table?.properties ?? {}))
    .filter(([, schema]) => schema.properties === undefined || schema.default !== undefined)
    .filter(([, schema]) =>
      schema.items?.properties === undefined || schema.description !== undefined
    )
    .filter(([key]) => key !== "vrouter");
}

Deno.test("conf/rvrrpd.conf names every key, with its true default or an example that is allowed", () => {
  const text = Deno.readTextFileSync(new URL("rvrrpd.conf", CONF));
  for (const [key, schema] of documentedKeys()) {
    const written = new RegExp(`^(?:# )?${key}(: example)? = (.+)$`, "m").exec(text);
    assert.ok(written !== null, `${key} is not in conf/rvrrpd.conf`);
    if (schema.default === undefined || key === "timers") continue;
    assert.equal(written[2], JSON.stringify(schema.default), key);
  }
});

Deno.test("conf/rvrrpd.conf stays free of faults with all its comments taken away", () => {
  const text = Deno.readTextFileSync(new URL("rvrrpd.conf", CONF));
  const bare = text.replaceAll(/^# (\w+)(?:: example)? = /gm, "$1 = ").replaceAll(/^# \[/gm, "[")
    // These do not go with what stands beside them.
    .replace(/^auth_secret_file = .*$/m, "")
    .replace(/^write = .*$/m, "write = false");
  const { faults, warnings } = loadConfig({ text: bare, fileName: "rvrrpd.conf" });
  assert.deepEqual(lines(faults), []);
  assert.deepEqual(warnings.filter((warning) => warning.unknownKey), []);
});

Deno.test("the published schema requires no key that has a default", () => {
  const router = (configSchema() as JsonTable).properties?.["vrouter"]?.items;
  assert.deepEqual(router?.required, ["group", "interface", "vip"]);
});

const SAMPLES = [
  { fileName: "every-key.toml", warnings: ["api.users"], groups: [2, 5] },
  { fileName: "manual-basic.toml", warnings: ["vrouter[0].auth_secret"], groups: [1] },
  { fileName: "nulls.json", warnings: [], groups: [2] },
] as const;

for (const { fileName, warnings, groups } of SAMPLES) {
  Deno.test(`the configuration of rVRRPd ${fileName} is taken unchanged`, () => {
    const loaded = loadFile(samplesFolder(), fileName);
    assert.deepEqual(lines(loaded.faults), []);
    assert.deepEqual(paths(loaded.warnings), warnings);
    assert.deepEqual(loaded.config?.routers.map((router) => router.protocol.vrid), groups);
  });
}
