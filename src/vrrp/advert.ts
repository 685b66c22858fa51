import type { IpAddress } from "../base/ip.ts";
import { MS_PER_CS, MS_PER_S } from "../base/units.ts";
import type { Advert } from "../wire/advert.ts";
import { authenticated } from "./auth.ts";
import type { RouterConfig } from "./types.ts";

/** The advertisement of a virtual router, but for what a guard's peer puts around it. */
export function advertOf(
  { version, vrid, auth, advertIntervalMs }: RouterConfig,
  content: { readonly priority: number; readonly addresses: readonly IpAddress[] },
): Advert {
  return version === 3
    ? { vrid, ...content, advertIntervalCs: advertIntervalMs / MS_PER_CS }
    : authenticated(auth, { vrid, ...content, advertIntervalS: advertIntervalMs / MS_PER_S });
}
