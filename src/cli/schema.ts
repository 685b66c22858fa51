import { configSchema } from "../config/schema.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";

/** The text of conf/rvrrpd.schema.json. */
export function schemaText(): string {
  return `${JSON.stringify(configSchema(), undefined, 2)}\n`;
}

/** Prints the JSON Schema of a configuration file. */
export function runSchema(args: readonly string[]): ExitCode {
  const [surplus] = args;
  if (surplus !== undefined) {
    throw new ExitError(EXIT.wrongUse, `Unknown argument "${surplus}": it takes none`);
  }
  console.log(schemaText().trimEnd());
  return EXIT.fine;
}
