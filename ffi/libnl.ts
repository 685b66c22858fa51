/** libnl-3: sockets, messages and addresses, one line a parameter with its C type. */
const CORE = {
  nl_socket_alloc: { parameters: [], result: "pointer" },
  nl_socket_free: {
    parameters: ["pointer"], // struct nl_sock *sk
    result: "void",
  },
  nl_socket_get_fd: {
    parameters: ["pointer"], // const struct nl_sock *sk
    result: "i32",
  },
  nl_socket_enable_auto_ack: {
    parameters: ["pointer"], // struct nl_sock *sk
    result: "void",
  },
  nl_socket_disable_auto_ack: {
    parameters: ["pointer"], // struct nl_sock *sk
    result: "void",
  },
  nl_connect: {
    parameters: [
      "pointer", // struct nl_sock *sk
      "i32", // int protocol
    ],
    result: "i32",
  },
  nl_complete_msg: {
    parameters: [
      "pointer", // struct nl_sock *sk
      "pointer", // struct nl_msg *msg
    ],
    result: "void",
  },
  nl_sendto: {
    parameters: [
      "pointer", // struct nl_sock *sk
      "buffer", // void *buf
      "usize", // size_t size
    ],
    result: "i32",
  },
  nl_geterror: {
    parameters: ["i32"], // int error
    result: "pointer",
  },
  nl_addr_build: {
    parameters: [
      "i32", // int family
      "buffer", // const void *buf
      "usize", // size_t size
    ],
    result: "pointer",
  },
  nl_addr_put: {
    parameters: ["pointer"], // struct nl_addr *addr
    result: "void",
  },
  nl_addr_set_prefixlen: {
    parameters: [
      "pointer", // struct nl_addr *addr
      "i32", // int prefixlen
    ],
    result: "void",
  },
  nlmsg_alloc_simple: {
    parameters: [
      "i32", // int nlmsgtype
      "i32", // int flags
    ],
    result: "pointer",
  },
  nlmsg_append: {
    parameters: [
      "pointer", // struct nl_msg *msg
      "buffer", // void *data
      "usize", // size_t len
      "i32", // int pad
    ],
    result: "i32",
  },
  nlmsg_free: {
    parameters: ["pointer"], // struct nl_msg *msg
    result: "void",
  },
  nlmsg_hdr: {
    parameters: ["pointer"], // struct nl_msg *msg
    result: "pointer",
  },
  nla_put: {
    parameters: [
      "pointer", // struct nl_msg *msg
      "i32", // int attrtype
      "i32", // int datalen
      "buffer", // const void *data
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** libnl-route-3: what goes into messages about addresses, links and routes. */
const ROUTE = {
  rtnl_addr_alloc: { parameters: [], result: "pointer" },
  rtnl_addr_put: {
    parameters: ["pointer"], // struct rtnl_addr *addr
    result: "void",
  },
  rtnl_addr_set_ifindex: {
    parameters: [
      "pointer", // struct rtnl_addr *addr
      "i32", // int ifindex
    ],
    result: "void",
  },
  rtnl_addr_set_local: {
    parameters: [
      "pointer", // struct rtnl_addr *addr
      "pointer", // struct nl_addr *local
    ],
    result: "i32",
  },
  rtnl_addr_set_flags: {
    parameters: [
      "pointer", // struct rtnl_addr *addr
      "u32", // unsigned int flags
    ],
    result: "void",
  },
  rtnl_addr_build_add_request: {
    parameters: [
      "pointer", // struct rtnl_addr *addr
      "i32", // int flags
      "buffer", // struct nl_msg **result
    ],
    result: "i32",
  },
  rtnl_addr_build_delete_request: {
    parameters: [
      "pointer", // struct rtnl_addr *addr
      "i32", // int flags
      "buffer", // struct nl_msg **result
    ],
    result: "i32",
  },
  rtnl_link_alloc: { parameters: [], result: "pointer" },
  rtnl_link_macvlan_alloc: { parameters: [], result: "pointer" },
  rtnl_link_put: {
    parameters: ["pointer"], // struct rtnl_link *link
    result: "void",
  },
  rtnl_link_set_ifindex: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "i32", // int ifindex
    ],
    result: "void",
  },
  rtnl_link_set_addr: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "pointer", // struct nl_addr *addr
    ],
    result: "void",
  },
  rtnl_link_set_flags: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "u32", // unsigned int flags
    ],
    result: "void",
  },
  rtnl_link_set_name: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "buffer", // const char *name
    ],
    result: "void",
  },
  rtnl_link_set_link: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "i32", // int ifindex
    ],
    result: "void",
  },
  rtnl_link_set_group: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "u32", // uint32_t group
    ],
    result: "void",
  },
  rtnl_link_macvlan_set_mode: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "u32", // uint32_t mode
    ],
    result: "i32",
  },
  rtnl_link_inet_set_conf: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "u32", // const unsigned int cfgid
      "u32", // uint32_t value
    ],
    result: "i32",
  },
  rtnl_link_inet6_set_addr_gen_mode: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "u8", // uint8_t mode
    ],
    result: "i32",
  },
  rtnl_link_build_add_request: {
    parameters: [
      "pointer", // struct rtnl_link *link
      "i32", // int flags
      "buffer", // struct nl_msg **result
    ],
    result: "i32",
  },
  rtnl_link_build_change_request: {
    parameters: [
      "pointer", // struct rtnl_link *orig
      "pointer", // struct rtnl_link *changes
      "i32", // int flags
      "buffer", // struct nl_msg **result
    ],
    result: "i32",
  },
  rtnl_link_build_delete_request: {
    parameters: [
      "pointer", // const struct rtnl_link *link
      "buffer", // struct nl_msg **result
    ],
    result: "i32",
  },
  rtnl_route_alloc: { parameters: [], result: "pointer" },
  rtnl_route_put: {
    parameters: ["pointer"], // struct rtnl_route *route
    result: "void",
  },
  rtnl_route_set_dst: {
    parameters: [
      "pointer", // struct rtnl_route *route
      "pointer", // struct nl_addr *addr
    ],
    result: "i32",
  },
  rtnl_route_set_table: {
    parameters: [
      "pointer", // struct rtnl_route *route
      "u32", // uint32_t table
    ],
    result: "void",
  },
  rtnl_route_set_scope: {
    parameters: [
      "pointer", // struct rtnl_route *route
      "u8", // uint8_t scope
    ],
    result: "void",
  },
  rtnl_route_set_protocol: {
    parameters: [
      "pointer", // struct rtnl_route *route
      "u8", // uint8_t protocol
    ],
    result: "void",
  },
  rtnl_route_set_priority: {
    parameters: [
      "pointer", // struct rtnl_route *route
      "u32", // uint32_t priority
    ],
    result: "void",
  },
  rtnl_route_set_metric: {
    parameters: [
      "pointer", // struct rtnl_route *route
      "i32", // int metric
      "u32", // unsigned int value
    ],
    result: "i32",
  },
  rtnl_route_nh_alloc: { parameters: [], result: "pointer" },
  rtnl_route_nh_set_ifindex: {
    parameters: [
      "pointer", // struct rtnl_nexthop *nh
      "i32", // int ifindex
    ],
    result: "void",
  },
  rtnl_route_nh_set_gateway: {
    parameters: [
      "pointer", // struct rtnl_nexthop *nh
      "pointer", // struct nl_addr *addr
    ],
    result: "void",
  },
  rtnl_route_add_nexthop: {
    parameters: [
      "pointer", // struct rtnl_route *route
      "pointer", // struct rtnl_nexthop *nh
    ],
    result: "void",
  },
  rtnl_route_build_add_request: {
    parameters: [
      "pointer", // struct rtnl_route *route
      "i32", // int flags
      "buffer", // struct nl_msg **result
    ],
    result: "i32",
  },
  rtnl_route_build_del_request: {
    parameters: [
      "pointer", // struct rtnl_route *route
      "i32", // int flags
      "buffer", // struct nl_msg **result
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

const CORE_FILE = "libnl-3.so.200";
const ROUTE_FILE = "libnl-route-3.so.200";

type Symbols =
  & Deno.DynamicLibrary<typeof CORE>["symbols"]
  & Deno.DynamicLibrary<typeof ROUTE>["symbols"];

let opened: Symbols | undefined;

/** The symbols of both libraries, loaded at the first call. Throws {@linkcode LibraryMissing}. */
export function libnl(): Symbols {
  opened ??= { ...load(CORE_FILE, CORE), ...load(ROUTE_FILE, ROUTE) };
  return opened;
}

/** A library that cannot be loaded; the message names the file and the mend. */
export class LibraryMissing extends Error {
  override readonly name = "LibraryMissing";
}

function load<T extends Deno.ForeignLibraryInterface>(
  file: string,
  symbols: T,
): Deno.DynamicLibrary<T>["symbols"] {
  try {
    return Deno.dlopen(file, symbols).symbols;
  } catch (error) {
    // Also for a symbol that an older version lacks; the reason is in the loader's own words, before
    // which the runtime says twice that there is one.
    const text = error instanceof Error ? error.message : String(error);
    const reason = text.replace(/^(Could not open library: )+/, "");
    throw new LibraryMissing(
      `Cannot load ${file}: ${reason} (install libnl-3-200 and libnl-route-3-200, as Debian calls them)`,
      { cause: error },
    );
  }
}
