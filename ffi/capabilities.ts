import { checked } from "./errno.ts";
import { libc } from "./libc.ts";

/** _LINUX_CAPABILITY_VERSION_3: two words of 32 bits for each set; capget(2). */
const VERSION_3 = 0x20080522;
const HEADER_BYTES = 8;
const DATA_BYTES = 24;

/** Of each word: effective, permitted, inheritable. */
const INHERITABLE_AT = [8, 20] as const;

/** Bit numbers of linux/capability.h. */
const CAPABILITIES = {
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
} as const;

export type Capability = keyof typeof CAPABILITIES;

/** Those of `wanted` (each below bit 32) that this process does not have in effect. */
export function missingCapabilities(wanted: readonly Capability[]): Capability[] {
  const effective = capabilities().getUint32(0, true);
  return wanted.filter((name) => (effective & (1 << CAPABILITIES[name])) === 0);
}

/**
 * From now on this thread hands no capability on to the programs that it starts, unless they run as
 * root: without inheritable ones there are no ambient ones either (capabilities(7)).
 */
export function keepCapabilities(): void {
  const data = capabilities();
  for (const at of INHERITABLE_AT) data.setUint32(at, 0, true);
  checked(
    libc().capset(header(), new Uint8Array(data.buffer)),
    () => "keep this process's capabilities from programs",
  );
}

function capabilities(): DataView<ArrayBuffer> {
  const data = new DataView(new ArrayBuffer(DATA_BYTES));
  checked(
    libc().capget(header(), new Uint8Array(data.buffer)),
    () => "read this process's capabilities",
  );
  return data;
}

function header(): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  view.setUint32(0, VERSION_3, true);
  return new Uint8Array(view.buffer);
}
