import { SyscallError } from "./errno.ts";
import { PASSWD } from "./layout.ts";
import { libc } from "./libc.ts";

/** All texts of one entry. */
const TEXT_BYTES = 1 << 14;
const POINTER_BYTES = 8;

export interface User {
  readonly name: string;
  readonly user: number;
  /** Its primary group. */
  readonly group: number;
  readonly home: string;
}

/** A user that the machine knows, by whatever service; getpwnam(3). Throws {@linkcode SyscallError}. */
export function findUser(name: string): User | undefined {
  const entry = new DataView(new ArrayBuffer(PASSWD.size));
  const texts = new Uint8Array(TEXT_BYTES);
  const found = new BigUint64Array(new ArrayBuffer(POINTER_BYTES));
  const error = libc().getpwnam_r(
    new TextEncoder().encode(`${name}\0`),
    new Uint8Array(entry.buffer),
    texts,
    BigInt(texts.length),
    new Uint8Array(found.buffer),
  );
  if (error !== 0) throw new SyscallError(`look up the user ${name}`, error);
  if (found[0] === 0n) return undefined;
  const start = Deno.UnsafePointer.value(Deno.UnsafePointer.of(texts));
  const home = Number(entry.getBigUint64(PASSWD.at.pw_dir, true) - start);
  return {
    name,
    user: entry.getUint32(PASSWD.at.pw_uid, true),
    group: entry.getUint32(PASSWD.at.pw_gid, true),
    home: new TextDecoder().decode(texts.subarray(home, texts.indexOf(0, home))),
  };
}
