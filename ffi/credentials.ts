import { checked } from "./errno.ts";
import type { Architecture } from "./layout.ts";
import { libc } from "./libc.ts";

const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;
const ID_BYTES = 4;

/**
 * The C library's functions of these names change every thread of the process, by interrupting
 * them; the kernel's calls change the calling thread alone.
 */
export const CALLS: Readonly<
  Record<Architecture, { setgroups: number; setresuid: number; setresgid: number }>
> = {
  x86_64: { setgroups: 116, setresuid: 117, setresgid: 119 },
  aarch64: { setgroups: 159, setresuid: 147, setresgid: 149 },
};

export interface UserIds {
  readonly user: number;
  readonly group: number;
}

interface Ids {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
}

interface Credentials {
  readonly user: Ids;
  readonly group: Ids;
  readonly groups: Uint8Array<ArrayBuffer>;
}

/** This thread may have more rights or fewer than it should: nothing can be trusted any more. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
}

/**
 * Does `work` as another user, without supplementary groups, and becomes what it was again. For
 * programs that are started in it this is for good: with exec(2) the saved id, which is the way
 * back, becomes the effective one. The other threads notice nothing.
 *
 * Needs CAP_SETUID and CAP_SETGID. While it lasts (a millisecond, or what the disk takes to find
 * the program) the other user may send this process signals; it cannot trace it, as the kernel
 * makes a process that changes its ids untraceable.
 *
 * Throws {@linkcode SyscallError} where the kernel refuses, and {@linkcode CredentialsError} where
 * there is no way back: the process must end then.
 */
export function asUser<T>(ids: UserIds, work: () => T): T {
  const own = credentials();
  const dumpable = libc().prctl(PR_GET_DUMPABLE, 0n);
  const operation = () => `become user ${ids.user}`;
  // Whoever may not do this may do nothing of it, and there is nothing to come back from.
  checked(libc().syscall_with_buffer(BigInt(calls().setgroups), 0n, null), operation);
  try {
    become(ids, { wayBack: own.user.effective, operation });
    return work();
  } finally {
    comeBack(own);
    libc().prctl(PR_SET_DUMPABLE, BigInt(dumpable));
  }
}

function calls() {
  return CALLS[Deno.build.arch];
}

function become(
  { user, group }: UserIds,
  { wayBack, operation }: { readonly wayBack: number; readonly operation: () => string },
): void {
  const { setresgid, setresuid } = calls();
  checked(setIds(setresgid, { real: group, effective: group, saved: group }), operation);
  checked(setIds(setresuid, { real: user, effective: user, saved: wayBack }), operation);
}

/** In the opposite order: the right to change groups comes back with the user. */
function comeBack({ user, group, groups }: Credentials): void {
  const { setgroups, setresgid, setresuid } = calls();
  const count = BigInt(groups.length / ID_BYTES);
  const refused = [
    setIds(setresuid, user),
    setIds(setresgid, group),
    libc().syscall_with_buffer(BigInt(setgroups), count, groups),
  ].some((result) => result < 0);
  if (!refused) return;
  throw new CredentialsError(
    `Cannot become user ${user.effective} again after a program was started as another one`,
  );
}

function setIds(call: number, { real, effective, saved }: Ids): bigint {
  return libc().syscall(BigInt(call), BigInt(real), BigInt(effective), BigInt(saved));
}

function credentials(): Credentials {
  const c = libc();
  const count = checked(c.getgroups(0, null), () => "count this process's groups");
  const groups = new Uint8Array(count * ID_BYTES);
  checked(c.getgroups(count, groups), () => "read this process's groups");
  return {
    user: threeIds((...into) => c.getresuid(...into)),
    group: threeIds((...into) => c.getresgid(...into)),
    groups,
  };
}

type IdBuffer = Uint8Array<ArrayBuffer>;

function threeIds(read: (...into: [IdBuffer, IdBuffer, IdBuffer]) => number): Ids {
  const [real, effective, saved] = [new Uint32Array(1), new Uint32Array(1), new Uint32Array(1)];
  const bytes = (ids: Uint32Array<ArrayBuffer>) => new Uint8Array(ids.buffer);
  checked(
    read(bytes(real), bytes(effective), bytes(saved)),
    () => "read this process's user and group",
  );
  return { real: real[0] ?? 0, effective: effective[0] ?? 0, saved: saved[0] ?? 0 };
}
