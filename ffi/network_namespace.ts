import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import { describeFile, openMagicLink } from "./files.ts";
import { libc } from "./libc.ts";
import { SOL_SOCKET } from "./socket_options.ts";

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const SO_NETNS_COOKIE = 71;
const COOKIE_BYTES = 8;

export interface NetworkNamespace {
  /** Device and inode, which another namespace may get once this one is gone. */
  readonly identity: string;
  /** Never given twice between two boots; absent before Linux 5.14. */
  readonly cookie?: string;
}

/** The network namespace of this process. Throws {@linkcode SyscallError}. */
export function networkNamespace(): NetworkNamespace {
  using link = openMagicLink("/proc/self/ns/net");
  const { identity } = describeFile(link);
  const cookie = namespaceCookie();
  return cookie === undefined ? { identity } : { identity, cookie };
}

function namespaceCookie(): string | undefined {
  using socket = new Fd(
    checked(libc().socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0), () => "open a socket"),
  );
  const value = new BigUint64Array(1);
  const size = new Uint8Array(Uint32Array.of(COOKIE_BYTES).buffer);
  const bytes = new Uint8Array(value.buffer);
  const result = libc().getsockopt(socket.number, SOL_SOCKET, SO_NETNS_COOKIE, bytes, size);
  return result < 0 ? undefined : String(value[0]);
}
