import { ANNOUNCEMENT_RULES, type Announcements } from "./announcements.ts";
import type { Authentication } from "./authentication.ts";
import type { Statement } from "./blocks.ts";
import { always, onlyDefault, version2Checksum, whereOff } from "./global_defs.ts";
import { type Notifications, NOTIFY_RULES } from "./notify.ts";
import { numeric } from "./numeric.ts";
import type { Mapping, NoCounterpart, Rules } from "./rules.ts";
import { TRACKED, type TrackLines } from "./tracking.ts";
import { decimal, flag, linesOf, notAllowed, valueOf, wholeNumber } from "./values.ts";

/** What a `vrrp_instance` says, before anything is made of it. */
export interface InstanceDraft {
  readonly announcements: Announcements;
  readonly notifications: Notifications;
  readonly authentication: Authentication;
  readonly tracks: TrackLines;
  readonly addresses: Statement[];
  readonly excluded: Statement[];
  readonly peers: Statement[];
  readonly routes: Statement[];
  /** Blocks whose content needs the section to speak into. */
  readonly authBlocks: Statement[];
  interface?: string;
  group?: number;
  priority?: { readonly statement: Statement; readonly value: number };
  version?: 2 | 3;
  advert?: { readonly statement: Statement; readonly valueS: number };
  isMaster?: boolean;
  noPreempt?: Statement;
  preemptDelay?: { readonly statement: Statement; readonly valueS: number };
  macvlan?: { readonly name?: string };
  source?: { readonly statement: Statement; readonly text: string };
  /** Version 3 over IPv4 without pseudo-header in its checksum. */
  hasVersion2Checksum?: boolean;
  accept?: boolean;
  isStrict?: boolean;
  faultWithoutPeers?: Statement;
  isIpv6?: boolean;
}

type Drafted = Mapping<InstanceDraft>;

const NO_TRACK: NoCounterpart = {
  because: "only interfaces, programs, routes and files are tracked (track_script with pgrep)",
};

export const INSTANCE_RULES: Rules<InstanceDraft> = {
  ...ANNOUNCEMENT_RULES,
  ...NOTIFY_RULES,
  state: {
    to: "priority",
    read: (statement, draft) => {
      draft.isMaster = valueOf(statement).toUpperCase() === "MASTER";
      return draft.isMaster
        ? "here each router starts as Backup, and priority decides who is Master"
        : undefined;
    },
  },
  interface: {
    to: "interface",
    read: (statement, draft) => {
      const name = valueOf(statement);
      if (!/^[^\s/:%]{1,15}$/.test(name)) return "no name of an interface: left out";
      draft.interface = name;
      return undefined;
    },
  },
  virtual_router_id: numeric({
    to: "group",
    range: { min: 1, max: 255 },
    read: wholeNumber,
    set: (draft, value) => draft.group = value,
  }),
  priority: numeric({
    to: "priority",
    range: { min: 1, max: 255 },
    read: wholeNumber,
    set: (draft, value, statement) => draft.priority = { statement, value },
  }),
  version: {
    to: "version",
    read: (statement, draft) => {
      const value = valueOf(statement);
      if (value !== "2" && value !== "3") return notAllowed(statement, { min: 2, max: 3 });
      draft.version = value === "2" ? 2 : 3;
      return undefined;
    },
  },
  advert_int: numeric({
    to: "timers.advert",
    range: { min: 0.01, max: 255 },
    read: decimal,
    set: (draft, valueS, statement) => draft.advert = { statement, valueS },
  }),
  preempt_delay: numeric({
    to: "preempt_delay",
    range: { min: 0, max: 1000 },
    read: decimal,
    set: (draft, valueS, statement) => draft.preemptDelay = { statement, valueS },
  }),
  nopreempt: {
    to: "preemption",
    read: (statement, draft) => {
      draft.noPreempt = statement;
      return undefined;
    },
  },
  preempt: always("preemption"),
  use_vmac: {
    to: "iftype, vifname",
    values: 2,
    read: ({ words }, draft) => {
      const [mac, ...names] = words.slice(1).toSorted((a, b) => isMac(b) - isMac(a));
      const name = mac !== undefined && isMac(mac) ? names[0] : mac;
      draft.macvlan = name === undefined ? {} : { name };
      return mac !== undefined && isMac(mac)
        ? "the MAC address is that of the group (RFC 9568): left out"
        : undefined;
    },
  },
  authentication: block("auth_type", (statement, draft) => draft.authBlocks.push(statement)),
  auth_hmac: block("auth_type", (statement, draft) => draft.authBlocks.push(statement)),
  virtual_ipaddress: list("vip", (draft) => draft.addresses),
  virtual_ipaddress_excluded: list("excluded_vips", (draft) => draft.excluded),
  virtual_routes: list("routes", (draft) => draft.routes),
  unicast_peer: list("unicast_peers", (draft) => draft.peers),
  ...Object.fromEntries(TRACKED.map((kind) => [kind, list(kind, (draft) => draft.tracks[kind])])),
  mcast_src_ip: source("source"),
  unicast_src_ip: source("unicast_src"),
  v3_checksum_as_v2: version2Checksum(),
  accept: { to: "accept", values: 0, read: (_, draft) => void (draft.accept = true) },
  no_accept: { to: "accept", values: 0, read: (_, draft) => void (draft.accept = false) },
  strict_mode: {
    to: "accept",
    read: (statement, draft) => {
      draft.isStrict = flag(statement) ?? true;
      return draft.isStrict ? "of this only accept = false is carried over" : undefined;
    },
  },
  unicast_fault_no_peer: {
    to: "unicast_peers",
    values: 0,
    read: (statement, draft) => void (draft.faultWithoutPeers = statement),
  },
  native_ipv6: { to: "vip", values: 0, read: (_, draft) => void (draft.isIpv6 = true) },
  check_unicast_src: always("only unicast_peers are heard"),
  promote_secondaries: always("promote_secondaries is set where it is needed"),
  unicast_ttl: onlyDefault("255"),
  down_timer_adverts: onlyDefault("3"),
  lower_prio_no_advert: whereOff("a lower priority is always answered, as RFC 9568 asks for"),
  higher_prio_send_advert: whereOff("a Master that hears a higher priority is silent"),
  skip_check_adv_addr: whereOff("the addresses are always compared, which costs nothing"),
  mcast_dst_ip: onlyDefault("224.0.0.18"),
  vmac_xmit_base: {
    because: "advertisements go through the interface itself, but from the virtual MAC",
  },
  use_vmac_addr: { because: "addresses are on the virtual router's own interface" },
  use_ipvlan: { because: "there is no ipvlan; without a virtual MAC (vmac = false)" },
  vrf: { because: "there are no VRFs" },
  dont_track_primary: { because: "without its interface a virtual router is in Fault" },
  track_process: NO_TRACK,
  track_bfd: NO_TRACK,
  track_src_ip: { because: "a source that is missing is not looked for" },
  virtual_rules: { because: "there are no policy rules (run a program by notify)" },
  old_unicast_checksum: { because: "the old checksum is never sent, and its packets are dropped" },
  debug: { because: "debug is for the whole daemon" },
  kernel_rx_buf_size: { because: "buffers need no setting" },
  linkbeat_use_polling: { because: "the kernel tells of every change of an interface" },
  garp_intvl: { because: "announcements are spread by themselves" },
};

function isMac(text: string): 0 | 1 {
  return /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){4,5}$/i.test(text) ? 1 : 0;
}

function list(to: string, into: (draft: InstanceDraft) => Statement[]): Drafted {
  return block(to, (statement, draft) => into(draft).push(...linesOf(statement)));
}

function block(to: string, read: (statement: Statement, draft: InstanceDraft) => void): Drafted {
  return {
    to,
    values: 0,
    block: true,
    repeats: true,
    read: (statement, draft) => void read(statement, draft),
  };
}

function source(to: string): Drafted {
  return {
    to,
    read: (statement, draft) => {
      const text = valueOf(statement);
      if (text === "") return "no address: left out";
      draft.source = { statement, text };
      return undefined;
    },
  };
}
