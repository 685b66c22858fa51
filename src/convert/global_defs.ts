import { type Announcements, GLOBAL_ANNOUNCEMENT_RULES } from "./announcements.ts";
import { numeric } from "./numeric.ts";
import type { Mapping, NoCounterpart, Rules } from "./rules.ts";
import { decimal, flag, notAllowed, valueOf } from "./values.ts";

/** What `global_defs` says for all instances. */
export interface GlobalDefs {
  readonly announcements: Announcements;
  version?: 2 | 3;
  isStrict?: boolean;
  /** Version 3 over IPv4 without pseudo-header in its checksum. */
  hasVersion2Checksum?: boolean;
  startupDelayS?: number;
  scriptUser?: string;
  /** Of the names of virtual interfaces. */
  vmacPrefix?: string;
}

const MAIL: NoCounterpart = { because: "rvrrpd sends no mail (run a program by notify)" };
const SNMP: NoCounterpart = { because: "there is no SNMP" };
const PROCESS: NoCounterpart = {
  because: "scheduling belongs to the service manager (CPUSchedulingPolicy= and the like)",
};
const FIREWALL: NoCounterpart = {
  because: "no firewall rules are needed, but for accept = false, which has a table of its own",
};
const FIFO: NoCounterpart = { because: "there is no FIFO; notify runs a program for each change" };
const BUFFERS: NoCounterpart = { because: "buffers need no setting" };
const RELOAD: NoCounterpart = {
  because: "SIGHUP checks the whole file first and changes only what differs",
};
const LVS: NoCounterpart = { because: "rvrrpd does no load balancing (LVS)" };
const NAMES: NoCounterpart = { because: "processes and data files have no names to choose" };
const GROUP: NoCounterpart = {
  because: "advertisements always go to 224.0.0.18 or ff02::12, so the peers must use these too",
};

export const GLOBAL_RULES: Rules<GlobalDefs> = {
  ...GLOBAL_ANNOUNCEMENT_RULES,
  vrrp_version: {
    to: "version",
    read: (statement, draft) => {
      const value = valueOf(statement);
      if (value !== "2" && value !== "3") return notAllowed(statement, { min: 2, max: 3 });
      draft.version = value === "2" ? 2 : 3;
      return undefined;
    },
  },
  v3_checksum_as_v2: version2Checksum(),
  vrrp_strict: {
    to: "accept",
    read: (statement, draft) => {
      draft.isStrict = flag(statement) ?? true;
      return draft.isStrict ? "of this only accept = false is carried over" : undefined;
    },
  },
  vrrp_startup_delay: numeric({
    to: "startup_delay",
    range: { min: 0, max: 86_400 },
    read: decimal,
    set: (draft, value) => draft.startupDelayS = value,
  }),
  script_user: {
    to: "script_user",
    values: 2,
    read: (statement, draft) => {
      const [, user = "", group] = statement.words;
      if (!/^[\w.@-]{1,64}$/.test(user)) return "no name of a user: left out";
      draft.scriptUser = user;
      return group === undefined ? undefined : "the group is left out: the user's own is taken";
    },
  },
  vmac_prefix: {
    to: "vifname",
    read: (statement, draft) => {
      draft.vmacPrefix = valueOf(statement);
      return undefined;
    },
  },
  enable_script_security: always("a program that others may write is refused"),
  dynamic_interfaces: always("an interface may come and go"),
  vrrp_check_unicast_src: always("only unicast_peers are heard"),
  vrrp_mcast_group4: onlyDefault("224.0.0.18"),
  vrrp_mcast_group6: onlyDefault("ff02::12"),
  vrrp_lower_prio_no_advert: whereOff("a lower priority is always answered, as RFC 9568 asks for"),
  vrrp_higher_prio_send_advert: whereOff("a Master that hears a higher priority is silent"),
  vrrp_skip_check_adv_addr: whereOff("the addresses are always compared, which costs nothing"),
  vrrp_down_timer_adverts: onlyDefault("3"),
  ...same(["notification_email", "notification_email_from", "smtp_server", "smtp_helo_name"], MAIL),
  ...same(["smtp_connect_timeout", "smtp_alert", "smtp_alert_vrrp", "smtp_alert_checker"], MAIL),
  ...same(["no_email_faults", "no_checker_emails", "checker_log_all_failures"], MAIL),
  ...same(["snmp_socket", "enable_traps", "enable_snmp_vrrp", "enable_snmp_checker"], SNMP),
  ...same(
    ["enable_snmp_rfc", "enable_snmp_rfcv2", "enable_snmp_rfcv3", "enable_snmp_keepalived"],
    SNMP,
  ),
  ...same(["vrrp_priority", "checker_priority", "bfd_priority", "vrrp_no_swap"], PROCESS),
  ...same(["checker_no_swap", "bfd_no_swap", "vrrp_cpu_affinity", "checker_cpu_affinity"], PROCESS),
  ...same(["bfd_cpu_affinity", "vrrp_rt_priority", "checker_rt_priority", "umask"], PROCESS),
  ...same(["bfd_rt_priority", "vrrp_rlimit_rttime", "checker_rlimit_rttime"], PROCESS),
  ...same(["bfd_rlimit_rttime", "max_auto_priority", "min_auto_priority_delay"], PROCESS),
  ...same(["vrrp_rlimit_rtime", "checker_rlimit_rtime", "bfd_rlimit_rtime"], PROCESS),
  ...same(["nftables", "nftables_priority", "nftables_counters", "nftables_ifindex"], FIREWALL),
  ...same(["vrrp_iptables", "vrrp_ipsets", "disable_local_igmp"], FIREWALL),
  ...same(
    ["notify_fifo", "notify_fifo_script", "vrrp_notify_fifo", "vrrp_notify_fifo_script"],
    FIFO,
  ),
  ...same(["lvs_notify_fifo", "lvs_notify_fifo_script", "fifo_write_vrrp_states_on_reload"], FIFO),
  ...same(["vrrp_notify_priority_changes"], FIFO),
  ...same(["vrrp_netlink_cmd_rcv_bufs", "vrrp_netlink_cmd_rcv_bufs_force"], BUFFERS),
  ...same(["vrrp_netlink_monitor_rcv_bufs", "vrrp_netlink_monitor_rcv_bufs_force"], BUFFERS),
  ...same(["lvs_netlink_cmd_rcv_bufs", "lvs_netlink_cmd_rcv_bufs_force"], BUFFERS),
  ...same(["lvs_netlink_monitor_rcv_bufs", "lvs_netlink_monitor_rcv_bufs_force"], BUFFERS),
  ...same(["process_monitor_rcv_bufs", "process_monitor_rcv_bufs_force"], BUFFERS),
  ...same(["vrrp_rx_bufs_policy", "vrrp_rx_bufs_multiplier"], BUFFERS),
  ...same(["reload_check_config", "reload_time_file", "reload_repeat", "reload_file"], RELOAD),
  ...same(["lvs_sync_daemon", "lvs_timeouts", "lvs_flush", "lvs_flush_on_stop"], LVS),
  ...same(["lvs_id", "rs_init_notifies", "nftables_ipvs", "nftables_ipvs_priority"], LVS),
  ...same(["nftables_ipvs_start_fwmark"], LVS),
  ...same(["process_names", "process_name", "vrrp_process_name", "checker_process_name"], NAMES),
  ...same(["bfd_process_name", "data_use_instance"], NAMES),
  router_id: { because: "nothing needs a name of the machine" },
  default_interface: { because: "every virtual router names its interface" },
  startup_script: { because: "the service manager runs programs at start (ExecStartPre=)" },
  startup_script_timeout: { because: "the service manager runs programs at start" },
  shutdown_script: { because: "the service manager runs programs at the end (ExecStopPost=)" },
  shutdown_script_timeout: { because: "the service manager runs programs at the end" },
  enable_dbus: { because: "there is no D-Bus interface" },
  dbus_service_name: { because: "there is no D-Bus interface" },
  log_unknown_vrids: { because: "groups of others are not read (rvrrpd -m0 shows all)" },
  include_check: { because: "a file that is missing is a warning of this conversion" },
  random_seed: { because: "the conversion does nothing by chance" },
  vmac_addr_prefix: { because: "addresses have no virtual interface of their own" },
  use_symlink_paths: { because: "paths of programs are taken as written" },
  set_supplementary_groups: { because: "programs run with the groups of script_user" },
  tmp_config_directory: { because: "the configuration is read once" },
  config_save_dir: { because: "the configuration is read once" },
};

/** A checksum without pseudo-header is what RFC 9568 asks for. */
export function version2Checksum<D extends { hasVersion2Checksum?: boolean }>(): Mapping<D> {
  return {
    to: "v3_checksum",
    read: (statement, draft) => {
      draft.hasVersion2Checksum = flag(statement) ?? true;
      return undefined;
    },
  };
}

/** What we always do. */
export function always<D>(to: string): Mapping<D> {
  return { to, values: 9, read: () => undefined };
}

/** Something that is carried over only where it says what is ours anyway. */
export function onlyDefault<D>(value: string): Mapping<D> {
  const because = value.includes(".") || value.includes(":")
    ? `no counterpart: ${GROUP.because}`
    : `no counterpart: it is ${value}, by the RFCs`;
  return {
    to: "as always",
    read: (statement) => valueOf(statement) === value ? undefined : because,
  };
}

/** A switch that we do not have, and need not where it is off. */
export function whereOff<D>(because: string): Mapping<D> {
  const read: Mapping<D>["read"] = (statement) =>
    flag(statement) === false ? undefined : `no counterpart: ${because}`;
  return { to: "as always", read };
}

function same(keywords: readonly string[], rule: NoCounterpart): Record<string, NoCounterpart> {
  return Object.fromEntries(keywords.map((keyword) => [keyword, rule]));
}
