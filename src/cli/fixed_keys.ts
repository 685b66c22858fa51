import type { DaemonConfig } from "../config/types.ts";

/** What a daemon that runs cannot change. */
const FIXED_NAMES = {
  pidFile: "pid",
  workingDir: "working_dir",
  stateDir: "state_dir",
  replayDir: "replay_dir",
  controlSocket: "control_socket",
  mainLog: "main_log",
  errorLog: "error_log",
} as const;

const FIXED_KEYS = Object.keys(FIXED_NAMES) as (keyof typeof FIXED_NAMES)[];

/** A line for each key of `wanted` that is not as it was when the daemon started. */
export function waitForRestart(
  started: DaemonConfig | undefined,
  wanted: DaemonConfig | undefined,
): string[] {
  return FIXED_KEYS.filter((key) => wanted?.[key] !== started?.[key])
    .map((key) => `${FIXED_NAMES[key]} is taken over at a restart`);
}
