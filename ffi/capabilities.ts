import { checked } from "./errno.ts";
import { libc } from "./libc.ts";

/** _LINUX_CAPABILITY_VERSION_3: two words of 32 bits for each set; capget(2). */
const VERSION_3 = 0x20080522;
const HEADER_BYTES = 8;
const DATA_BYTES = 24;

/** Bit numbers of linux/capability.h. */
const CAPABILITIES = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13 } as const;

export type Capability = keyof typeof CAPABILITIES;

/** Those of `wanted` (each below bit 32) that this process does not have in effect. */
export function missingCapabilities(wanted: readonly Capability[]): Capability[] {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint32(0, VERSION_3, true);
  const data = new DataView(new ArrayBuffer(DATA_BYTES));
  checked(
    libc().capget(new Uint8Array(header.buffer), new Uint8Array(data.buffer)),
    () => "read this process's capabilities",
  );
  const effective = data.getUint32(0, true);
  return wanted.filter((name) => (effective & (1 << CAPABILITIES[name])) === 0);
}
