import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { attempt } from "../support/command.ts";

const SOAK = fileURLToPath(new URL("../../scripts/soak", import.meta.url));

for (const kind of ["ether", "macvlan"] as const) {
  Deno.test(`scripts/soak --quick on ${kind}: nothing flaps, all moves, all is put back`, async () => {
    const { code, stdout, stderr } = await attempt([
      SOAK,
      "--quick",
      ...(kind === "macvlan" ? ["--macvlan"] : []),
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Virtual routers that flapped +0 /m);
    assert.match(stdout, /^Master killed: the same, worst +ms +\d/m);
    assert.match(stdout, /^SIGTERM: until the last farewell +ms +\d/m);
  });
}
