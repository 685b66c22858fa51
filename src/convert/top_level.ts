const LVS = "rvrrpd does no load balancing (LVS)";
const PERMANENT = "what is not moved belongs to the machine's network configuration";

/** Blocks and lines outside of all blocks that have no counterpart, and why. */
export const TOP_LEVEL: Readonly<Record<string, string>> = {
  virtual_server: LVS,
  virtual_server_group: LVS,
  SSL: LVS,
  real_server: LVS,
  static_ipaddress: PERMANENT,
  static_addresses: PERMANENT,
  static_routes: `${PERMANENT}; [[protocols.static]] is there while one router is Master`,
  static_rules: PERMANENT,
  track_group: "addresses and routes that are removed are put back",
  vrrp_track_process: "processes are not watched: track_script with pgrep -x NAME does it",
  track_process: "processes are not watched: track_script with pgrep -x NAME does it",
  bfd_instance: "there is no BFD",
  garp_group: "announcements are spread by themselves: every address once before any is repeated",
  linkbeat_interfaces: "the kernel tells of every change of an interface",
  linkbeat_use_polling: "the kernel tells of every change of an interface",
  interface_up_down_delays: "an interface that is down is down at once",
  net_namespace: "run it there (NetworkNamespacePath= in the unit, or ip netns exec)",
  net_namespace_ipvs: LVS,
  namespace_with_ipsets: "no ipsets are used",
  instance: "the PID file is chosen by pid",
  use_pid_dir: "the PID file is chosen by pid",
  child_wait_time: "there are no child processes to wait for",
};
