import { type Static, Type } from "@sinclair/typebox";
import { AUTH_KEYS } from "./schema_auth.ts";
import { choice, command, flag, oneOrMore, seconds, text } from "./schema_keys.ts";
import { RouteSchema } from "./schema_route.ts";
import { TRACKING_KEYS } from "./schema_tracking.ts";

/** The kernel sets them one by one, and what a change of state takes grows with them. */
const MOST_ADDRESSES = 1000;

const TimersSchema = Type.Object({
  advert: Type.Number({
    minimum: 0.01,
    maximum: 255,
    default: 1,
    description: "Seconds between advertisements: whole ones in version 2, 0.01 to 40.95 in 3.",
  }),
  garp_repeat: Type.Integer({
    minimum: 0,
    maximum: 100,
    default: 5,
    description:
      "How often each address is announced in one round (ARP or neighbour advertisement).",
  }),
  garp_delay: seconds({
    default: 5,
    description: "Seconds from becoming Master to a second round of announcements; 0: none.",
  }),
  garp_refresh: seconds({
    default: 0,
    description: "Seconds between further rounds of announcements while Master; 0: none.",
  }),
}, {
  additionalProperties: false,
  default: {},
  description: "Intervals and announcements.",
});

const IDENTITY_KEYS = {
  group: Type.Integer({
    minimum: 1,
    maximum: 255,
    description: "The virtual router's number (VRID).",
    note: "VRIDs start at 1",
  }),
  interface: text("ethernet-interface", { description: "The Ethernet interface it lives on." }),
  vip: oneOrMore(text("ip-address-or-prefix", { description: "A virtual address." }), {
    maxItems: MOST_ADDRESSES,
    description:
      "The virtual address or a list, each with an optional /length; of IPv6 first a link-local one.",
  }),
  excluded_vips: Type.Optional(Type.Array(
    text("ip-address-or-prefix", { description: "A virtual address." }),
    {
      maxItems: MOST_ADDRESSES,
      description: "Addresses of either family that are set with the others, but not advertised.",
    },
  )),
  version: choice([2, 3], {
    default: 2,
    description: "The version of VRRP; 3 has IPv6 and intervals below a second.",
  }),
};

const ELECTION_KEYS = {
  priority: Type.Integer({
    minimum: 1,
    maximum: 254,
    default: 100,
    description: "The highest one becomes Master.",
    note: "an owner of the address uses 255 by itself",
  }),
  owner: flag({
    default: true,
    description: "Whether a router that has the addresses already is their owner.",
  }),
  preemption: flag({
    default: false,
    description: "Whether a Master of lower priority is replaced.",
  }),
  preempt_delay: seconds({
    default: 0,
    description:
      "Seconds after start, Fault or a rise of the priority in which a Master of lower priority stays.",
  }),
  timers: TimersSchema,
};

const WIRE_KEYS = {
  rfc3768: flag({
    default: true,
    description: "false: advertisements also list the interface's own addresses, as rVRRPd does.",
  }),
  check_addresses: choice(["auto", "drop", "warn", "off"], {
    default: "auto",
    description: "What to do with an advertisement whose addresses differ.",
  }),
  v3_checksum: choice(["auto", "rfc5798", "rfc9568"], {
    default: "auto",
    description:
      "The checksum that version 3 sends over IPv4: with or without pseudo-header, or as its peer.",
  }),
  pad_frames: flag({
    default: true,
    description: "Whether version 2 frames end in the 6 bytes that rVRRPd waits for.",
  }),
  source: Type.Optional(text("ip-address", {
    description:
      "The source of advertisements; unset: the interface's primary address (IPv6: link-local).",
  })),
  unicast_src: Type.Optional(text("ip-address", {
    description: "Where unicast comes from; unset: source, or the interface's primary address.",
  })),
  unicast_peers: Type.Optional(Type.Array(
    text("ip-address", { description: "A peer's address." }),
    {
      minItems: 1,
      maxItems: 255,
      description: "Advertisements go to these instead of the multicast group.",
    },
  )),
  unicast_ttl_min: Type.Optional(Type.Integer({
    minimum: 1,
    maximum: 255,
    description:
      "The least TTL or hop limit that unicast is accepted with; unset: a neighbour's, 255.",
  })),
};

const SYSTEM_KEYS = {
  netdrv: choice(["ioctl", "libnl", "netlink"], {
    default: "netlink",
    description: "How addresses, links and routes are set.",
  }),
  iftype: choice(["ether", "macvlan"], {
    default: "ether",
    description: "Whether the interface itself or a child of it carries the virtual MAC.",
  }),
  vmac: Type.Optional(flag({
    description: "false leaves all MAC addresses alone; unset: true, with unicast_peers false.",
  })),
  vifname: Type.Optional(text("interface-name", {
    description: "The name of the macvlan; standby and the group if unset.",
  })),
  socket_filter: flag({
    default: true,
    description: "Whether the kernel drops what is not VRRP for this interface's groups.",
  }),
  accept: flag({
    default: true,
    description: "Whether the Master takes packets that are sent to the virtual addresses.",
  }),
  router_advert: flag({
    default: false,
    description:
      "Whether the Master of an IPv6 virtual router tells hosts that it is a default router.",
  }),
  routes: Type.Optional(Type.Array(RouteSchema, {
    maxItems: 1000,
    description: "Routes that are set while this virtual router is Master.",
  })),
};

const NOTIFY_KEYS = {
  notify_master: Type.Optional(command({ description: "Runs on becoming Master." })),
  notify_backup: Type.Optional(command({ description: "Runs on becoming Backup." })),
  notify_fault: Type.Optional(command({ description: "Runs on entering Fault." })),
  notify_stop: Type.Optional(command({ description: "Runs at the end." })),
  notify: Type.Optional(command({ description: "Runs on every change of state." })),
  notify_timeout: Type.Number({
    minimum: 0.1,
    maximum: 3600,
    default: 30,
    description: "Seconds after which a notify program is ended.",
  }),
};

/** A `[[vrouter]]` table. */
export const RouterSchema = Type.Object({
  ...IDENTITY_KEYS,
  ...ELECTION_KEYS,
  ...AUTH_KEYS,
  ...WIRE_KEYS,
  ...SYSTEM_KEYS,
  ...NOTIFY_KEYS,
  ...TRACKING_KEYS,
}, { additionalProperties: false, description: "A virtual router." });

export type RawRouter = Static<typeof RouterSchema>;
