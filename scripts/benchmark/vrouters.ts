import type { RouterSpec, VirtualMac } from "../../tests/support/daemon.ts";

export const VRIDS: readonly number[] = Array.from({ length: 255 }, (_, index) => index + 1);

export const INTERVAL_MS = 1000;
export const PRIORITY = { master: 200, backup: 100 } as const;

/** Skew_Time and Master_Down_Interval of the Backup, unrounded (RFC 3768 section 6.1). */
export const SKEW_MS = ((256 - PRIORITY.backup) / 256) * 1000;
export const MASTER_DOWN_MS = 3 * INTERVAL_MS + SKEW_MS;

export interface VroutersOptions {
  readonly vrids?: readonly number[];
  readonly priority: number;
  readonly virtualMac?: VirtualMac;
}

/** Version 2, an advertisement a second, one address each: the case that all figures are about. */
export function vrouters(options: VroutersOptions): RouterSpec[] {
  const { vrids = VRIDS, priority, virtualMac = "none" } = options;
  return vrids.map((vrid) => ({
    vrid,
    priority,
    addresses: [`${addressOf(vrid)}/32`],
    virtualMac,
  }));
}

/** Every virtual address lies in here, and nothing else does. */
export const NETWORK = "10.9.1.0/24";

export function addressOf(vrid: number): string {
  return `10.9.1.${vrid}`;
}
