/**
 * Writes what follows from the one schema of the configuration: conf/rvrrpd.schema.json and the
 * README's reference of all keys.
 *
 * Usage: deno run --allow-all scripts/schema.ts
 */
import { schemaText } from "../src/cli/schema.ts";
import { withReference } from "./reference.ts";

const ROOT = new URL("../", import.meta.url);
const README = new URL("README.md", ROOT);

await Deno.writeTextFile(new URL("conf/rvrrpd.schema.json", ROOT), schemaText());
await Deno.writeTextFile(README, withReference(await Deno.readTextFile(README)));
