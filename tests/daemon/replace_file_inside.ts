import { replaceFile } from "../../src/daemon/replace_file.ts";

const [path = "", length] = Deno.args;

try {
  replaceFile({ path, bytes: new Uint8Array(Number(length)), isExpected: () => true });
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
