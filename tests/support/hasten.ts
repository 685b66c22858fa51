import { ip } from "../../src/base/ip.ts";
import { advertFrame } from "./advert_frame.ts";
import type { RouterSpec } from "./daemon.ts";
import { inject } from "./inject.ts";
import { ADDRESS, MAC, type World } from "./world.ts";

/**
 * The host says farewell as if it had been Master of these virtual routers, with no password: who is
 * Backup of them waits for no more than its skew time (RFC 3768 section 6.4.2).
 */
export async function hasten(
  world: World,
  routers: readonly Pick<RouterSpec, "vrid" | "addresses">[],
): Promise<void> {
  const frames = routers.map(({ vrid, addresses }) =>
    advertFrame({
      advert: { vrid, priority: 0, addresses: addresses.map(withoutLength) },
      source: ADDRESS.host,
      sourceMac: MAC.host,
    })
  );
  await inject(world, { machine: "host", frames });
}

function withoutLength(address: string) {
  return ip(address.replace(/\/.*/, ""));
}
