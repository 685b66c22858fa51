/** The order in which the keys of a table are written. */
export const VROUTER_KEYS: readonly string[] = [
  ...["startup_delay", "script_user"],
  ...["group", "interface", "vip", "excluded_vips", "version", "v3_checksum"],
  ...["priority", "preemption", "preempt_delay", "timers"],
  ...["auth_type", "auth_secret", "auth_keys", "active_key"],
  ...["anti_replay", "time_window", "auth_mode"],
  ...["iftype", "vifname", "vmac", "accept"],
  ...["source", "unicast_src", "unicast_peers", "unicast_ttl_min"],
  ...["sync_group", "track_interface", "track_script", "track_file"],
  ...["notify_master", "notify_backup", "notify_fault", "notify_stop", "notify", "routes"],
];
