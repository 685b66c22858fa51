import { configSchema } from "../src/config/schema.ts";

const target = new URL("../conf/rvrrpd.schema.json", import.meta.url);
await Deno.writeTextFile(target, `${JSON.stringify(configSchema(), undefined, 2)}\n`);
