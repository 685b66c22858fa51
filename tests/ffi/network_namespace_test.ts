import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { networkNamespace } from "../../ffi/network_namespace.ts";
import { run } from "../support/command.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const MODULE = new URL("../../ffi/network_namespace.ts", import.meta.url).href;
const PRINT = `import { networkNamespace } from "${MODULE}";
console.log(JSON.stringify(networkNamespace()));`;

Deno.test("networkNamespace() is this process's, by its inode and a number never used again", async () => {
  const link = await Deno.readLink("/proc/self/ns/net");
  const inode = /^net:\[(\d+)\]$/.exec(link)?.[1];
  const { identity, cookie } = networkNamespace();
  assert.ok(identity.endsWith(`:${inode}`), identity);
  assert.match(cookie ?? "", /^[1-9][0-9]*$/);
  assert.deepEqual(networkNamespace(), { identity, cookie });
});

Deno.test("networkNamespace() differs between namespaces, and the cookie between lives of one inode", async () => {
  const ask = async () =>
    JSON.parse(
      await run(["unshare", "--net", Deno.execPath(), "eval", "--no-config", PRINT]),
    );
  const found = [networkNamespace(), await ask(), await ask(), await ask()];
  assert.equal(new Set(found.map(({ cookie }) => cookie)).size, found.length);
});
