import type { Log } from "../../../src/log.ts";

/** A log that keeps its lines, without those for debugging. */
export function recordingLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return {
    lines,
    log: {
      information: keep("information"),
      warning: keep("warning"),
      error: keep("error"),
      debug: () => {},
      busy: false,
    },
  };
}
