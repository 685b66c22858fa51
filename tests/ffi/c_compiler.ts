import type { Architecture } from "../../ffi/layout.ts";
import { attempt } from "../support/command.ts";

/** Something that the C compiler is to confirm about a C expression. */
export interface Claim {
  readonly expression: string;
  readonly value: number;
}

const HEADERS = [
  "dirent.h",
  "errno.h",
  "fcntl.h",
  "net/if.h",
  "net/if_arp.h",
  "net/route.h",
  "netinet/in.h",
  "pwd.h",
  "signal.h",
  "spawn.h",
  "stddef.h",
  "sys/epoll.h",
  "sys/eventfd.h",
  "sys/file.h",
  "sys/prctl.h",
  "sys/resource.h",
  "sys/inotify.h",
  "sys/mman.h",
  "sys/socket.h",
  "sys/stat.h",
  "sys/syscall.h",
  "sys/timerfd.h",
  "sys/un.h",
  "sys/wait.h",
  "time.h",
  "linux/capability.h",
  "linux/filter.h",
  "linux/if_addr.h",
  "linux/if_ether.h",
  "linux/if_link.h",
  "linux/if_packet.h",
  "linux/netlink.h",
  "linux/rtnetlink.h",
  "linux/sockios.h",
  "linux/tcp.h",
  "netlink/errno.h",
];

/** Those of libnl, which are the same for every architecture. */
const INCLUDE = "-I/usr/include/libnl3";

/**
 * Lets the C compiler for `architecture` check the claims against the system's headers, without
 * running anything; gives what it says about the false ones, or an empty text.
 */
export async function refute(
  claims: readonly Claim[],
  architecture: Architecture,
): Promise<string> {
  const lines = [
    "#define _GNU_SOURCE",
    ...HEADERS.map((header) => `#include <${header}>`),
    ...claims.map(({ expression, value }) => {
      return `_Static_assert((${expression}) == ${value}, "${expression} is not ${value}");`;
    }),
  ];
  const compiler = `${architecture}-linux-gnu-gcc`;
  const { code, stderr } = await attempt([compiler, INCLUDE, "-x", "c", "-fsyntax-only", "-"], {
    stdin: lines.join("\n") + "\n",
  });
  return code === 0 ? "" : stderr;
}
