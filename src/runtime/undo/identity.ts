import { networkNamespace } from "../../../ffi/network_namespace.ts";
import { readSysctl } from "../../../ffi/sysctl.ts";

/** Which machine's network somebody has changed: a boot, and a network namespace in it. */
export interface Identity {
  /** The kernel's random number of this boot. */
  readonly boot: string;
  /** Device and inode; a later namespace may get the same. */
  readonly namespace: string;
  /** Never used twice in one boot; absent before Linux 5.14. */
  readonly cookie?: string;
}

/** Throws {@linkcode SyscallError} where /proc is not there. */
export function readIdentity(): Identity {
  const { identity, cookie } = networkNamespace();
  const boot = readSysctl("kernel/random/boot_id");
  return {
    boot,
    namespace: identity,
    ...(cookie === undefined ? {} : { cookie }),
  };
}

export function sameNamespace(a: Identity, b: Identity): boolean {
  return a.boot === b.boot && a.namespace === b.namespace &&
    a.cookie === b.cookie;
}

/** Whether what `then` speaks of is gone for good, so that nothing of it can be undone any more. */
export function isPast(then: Identity, now: Identity): boolean {
  if (then.boot !== now.boot) return true;
  // The namespace that has its inode now is another one.
  return then.namespace === now.namespace && then.cookie !== now.cookie;
}
