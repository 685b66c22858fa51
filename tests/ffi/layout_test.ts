import assert from "node:assert/strict";
import { CALLS } from "../../ffi/credentials.ts";
import { errnoName } from "../../ffi/errno.ts";
import { O_DIRECTORY, O_NOFOLLOW } from "../../ffi/files.ts";
import { nleName } from "../../ffi/libnl_error.ts";
import * as layout from "../../ffi/layout.ts";
import { type Claim, refute } from "./c_compiler.ts";

const ARCHITECTURES: readonly layout.Architecture[] = ["x86_64", "aarch64"];

const C_TYPES: Readonly<Record<string, string>> = {
  SOCKADDR_LL: "struct sockaddr_ll",
  PACKET_MREQ: "struct packet_mreq",
  IP_MREQN: "struct ip_mreqn",
  IPV6_MREQ: "struct ipv6_mreq",
  MMSGHDR: "struct mmsghdr",
  IOVEC: "struct iovec",
  CMSGHDR: "struct cmsghdr",
  TPACKET_AUXDATA: "struct tpacket_auxdata",
  TPACKET_STATS: "struct tpacket_stats",
  IFREQ: "struct ifreq",
  SOCKADDR_IN: "struct sockaddr_in",
  SOCKADDR_IN6: "struct sockaddr_in6",
  RTENTRY: "struct rtentry",
  SOCK_FILTER: "struct sock_filter",
  SOCK_FPROG: "struct sock_fprog",
  SOCKADDR_NL: "struct sockaddr_nl",
  NLMSGHDR: "struct nlmsghdr",
  ITIMERSPEC: "struct itimerspec",
  TIMESPEC: "struct timespec",
  RLIMIT: "struct rlimit",
  STATX: "struct statx",
  DIRENT64: "struct dirent64",
  INOTIFY_EVENT: "struct inotify_event",
  SOCKADDR_UN: "struct sockaddr_un",
  POSIX_SPAWNATTR: "posix_spawnattr_t",
  POSIX_SPAWN_FILE_ACTIONS: "posix_spawn_file_actions_t",
  SIGSET: "sigset_t",
  PASSWD: "struct passwd",
};

/** Members of members have a shorter name in our tables. */
const C_MEMBERS: Readonly<Record<string, string>> = {
  msg_name: "msg_hdr.msg_name",
  msg_namelen: "msg_hdr.msg_namelen",
  msg_iov: "msg_hdr.msg_iov",
  msg_iovlen: "msg_hdr.msg_iovlen",
  msg_control: "msg_hdr.msg_control",
  msg_controllen: "msg_hdr.msg_controllen",
  msg_flags: "msg_hdr.msg_flags",
  interval_sec: "it_interval.tv_sec",
  interval_nsec: "it_interval.tv_nsec",
  value_sec: "it_value.tv_sec",
  value_nsec: "it_value.tv_nsec",
};

function layoutClaims(type: string, { size, at }: layout.Layout): Claim[] {
  const offsets = Object.entries(at).map(([name, value]) => {
    return { expression: `offsetof(${type}, ${C_MEMBERS[name] ?? name})`, value };
  });
  return [{ expression: `sizeof(${type})`, value: size }, ...offsets];
}

/** Flags and calls that differ between the architectures. */
function flagClaims(architecture: layout.Architecture): Claim[] {
  return [
    { expression: "O_NOFOLLOW", value: O_NOFOLLOW[architecture] },
    { expression: "O_DIRECTORY", value: O_DIRECTORY[architecture] },
    ...Object.entries(CALLS[architecture]).map(([name, value]) => {
      return { expression: `SYS_${name}`, value };
    }),
  ];
}

function allLayoutClaims(architecture: layout.Architecture): Claim[] {
  const claims = layoutClaims("struct epoll_event", layout.epollEvent(architecture));
  for (const [name, table] of Object.entries(layout)) {
    if (typeof table === "function") continue;
    const type = C_TYPES[name];
    assert.ok(type !== undefined, `C_TYPES lacks the C type of ${name}`);
    claims.push(...layoutClaims(type, table));
  }
  return claims;
}

/** What stands in ffi/ for several C names at once, or under another name. */
const C_EXPRESSIONS: Readonly<Record<string, string>> = {
  ALIGNMENT: "NLMSG_ALIGNTO",
  BYTES_RECEIVED_AT: "offsetof(struct tcp_info, tcpi_bytes_received)",
  CREATE_NEW: "NLM_F_CREATE | NLM_F_EXCL",
  IFINFOMSG_BYTES: "sizeof(struct ifinfomsg)",
  IPV4_SIZE: "sizeof(struct in_addr)",
  MAX_NAME_BYTES: "IFNAMSIZ - 1",
  DATA_BYTES: "2 * sizeof(struct __user_cap_data_struct)",
  EFD_NONBLOCK_CLOEXEC: "EFD_NONBLOCK | EFD_CLOEXEC",
  HEADER_BYTES: "sizeof(struct __user_cap_header_struct)",
  IN_NONBLOCK_CLOEXEC: "IN_NONBLOCK | IN_CLOEXEC",
  O_RDONLY_CLOEXEC: "O_RDONLY | O_CLOEXEC",
  O_WRONLY_CLOEXEC: "O_WRONLY | O_CLOEXEC",
  SOCK_DGRAM_CLOEXEC: "SOCK_DGRAM | SOCK_CLOEXEC",
  SOCK_RAW_NONBLOCK_CLOEXEC: "SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC",
  SOCK_DGRAM_NONBLOCK_CLOEXEC: "SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC",
  SYS_PIDFD_OPEN: "SYS_pidfd_open",
  TFD_NONBLOCK_CLOEXEC: "TFD_NONBLOCK | TFD_CLOEXEC",
  VERSION_3: "_LINUX_CAPABILITY_VERSION_3",
};

/** Numbers in ffi/ that are nobody's but ours. */
const OURS = [
  // A field's place in a line of text.
  "ARG_START",
  "BEHIND_OTHERS",
  "BUFFER_BYTES",
  "CHUNK_BYTES",
  "COOKIE_BYTES",
  "COUNTER_BYTES",
  "DIRECTORY_MODE",
  "EVENTS_PER_WAIT",
  "FILE_MODE",
  "ID_BYTES",
  "INFO_BYTES",
  "LEAST_PRIORITY",
  "LOG_FILE_MODE",
  "MOST_NUMBERS",
  "MOST_PRIORITY",
  "POINTER_BYTES",
  "SEND_BUFFER_BYTES",
  "QUICK_MS",
  "MAX_BYTES",
  "MAX_COMMAND_BYTES",
  "TEXT_BYTES",
  "FRAME_BYTES",
  "FIRST_TOKEN",
  "THIS_THREAD",
  "TIMER_TOKEN",
  "VALUE_BYTES",
  "WAIT_FOREVER",
  "WAKE_TOKEN",
];

const NUMBER = /^(?:export )?const ([A-Z][A-Z0-9_]*) = ([0-9a-fox|< -]+);/gm;
const CAPABILITY = /\b(CAP_[A-Z_]+): ([0-9]+)/g;

/** Read off the sources, so that no constant is private enough to be wrong. */
async function constantClaims(): Promise<Claim[]> {
  const claims: Claim[] = [];
  const folder = new URL("../../ffi/", import.meta.url);
  for await (const { name: file, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    const source = await Deno.readTextFile(new URL(file, folder));
    for (
      const [, name = "", text = ""] of [
        ...source.matchAll(NUMBER),
        ...source.matchAll(CAPABILITY),
      ]
    ) {
      if (OURS.includes(name)) continue;
      claims.push({ expression: C_EXPRESSIONS[name] ?? name, value: evaluate(text) });
    }
  }
  return claims;
}

/** A number, or several joined by `|`. */
function evaluate(text: string): number {
  const value = text.split("|").reduce((sum, part) => sum | Number(part.trim()), 0);
  assert.ok(Number.isInteger(value), `cannot read the number ${text}`);
  return value;
}

/** No errno of Linux is greater. */
const LAST_ERRNO = 133;

function errnoClaims(): Claim[] {
  const values = Array.from({ length: LAST_ERRNO }, (_, index) => index + 1);
  return values.map((value) => ({ expression: errnoName(value), value }))
    .filter(({ expression }) => /^E[A-Z0-9]+$/.test(expression));
}

/** No code of libnl is greater. */
const LAST_NLE = 34;

function nleClaims(): Claim[] {
  const values = Array.from({ length: LAST_NLE }, (_, index) => index + 1);
  return values.map((value) => ({ expression: nleName(value), value }))
    .filter(({ expression }) => /^NLE_[A-Z_]+$/.test(expression));
}

for (const architecture of ARCHITECTURES) {
  Deno.test(`every size and offset is the C compiler's on ${architecture}`, async () => {
    assert.equal(await refute(allLayoutClaims(architecture), architecture), "");
  });

  Deno.test(`every constant of ffi/ is the C headers' on ${architecture}`, async () => {
    const claims = [...await constantClaims(), ...flagClaims(architecture)];
    assert.ok(claims.length >= 30, `only ${claims.length} constants were found`);
    assert.equal(await refute(claims, architecture), "");
  });

  Deno.test(`every name of an errno is the C headers' on ${architecture}`, async () => {
    const claims = errnoClaims();
    assert.ok(claims.length >= 30, `only ${claims.length} names were found`);
    assert.equal(await refute(claims, architecture), "");
  });

  Deno.test(`every name of libnl's codes is its headers' on ${architecture}`, async () => {
    const claims = nleClaims();
    assert.ok(claims.length >= 15, `only ${claims.length} names were found`);
    assert.equal(await refute(claims, architecture), "");
  });

  Deno.test(`refute() names what is false on ${architecture}`, async () => {
    const [right, wrong] = architecture === "x86_64" ? [12, 16] : [16, 12];
    const expression = "sizeof(struct epoll_event)";
    assert.equal(await refute([{ expression, value: right }], architecture), "");
    assert.match(
      await refute([{ expression, value: wrong }], architecture),
      new RegExp(`sizeof\\(struct epoll_event\\) is not ${wrong}`),
    );
  });
}
