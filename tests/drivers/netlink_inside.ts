import { libc } from "../../ffi/libc.ts";
import { NetlinkDriver } from "../../src/drivers/netlink.ts";
import { Bench } from "./bench.ts";
import { CONTRACT } from "./contract.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

for (const { what, run } of CONTRACT) {
  Deno.test(`NetlinkDriver: ${what}`, async () => {
    await using bench = await Bench.create(new NetlinkDriver());
    await run(bench);
  });
}
