import { numeric } from "./numeric.ts";
import type { NoCounterpart, Rules } from "./rules.ts";
import { decimal, flag, wholeNumber } from "./values.ts";

/** Gratuitous ARP and the like, for one instance or for all. */
export interface Announcements {
  delay?: number;
  repeat?: number;
  refresh?: number;
  /** `vrrp_min_garp`: one announcement, no second round. */
  least?: boolean;
}

const DAY_S = 86_400;
const MAX_REPEAT = 100;

const REFRESH_REPEAT: NoCounterpart = {
  because: "a refreshing round announces as often as every other (garp_repeat)",
};
const LOWER: NoCounterpart = {
  because: "after a lower priority was heard the addresses are announced as after a take-over",
};
const INTERVAL: NoCounterpart = {
  because: "announcements are spread by themselves: every address once before any is repeated",
};
const EXTRA: NoCounterpart = {
  because: "the addresses are on the one interface that is announced on",
};

/** The keywords of an instance; `global_defs` has the same ones after `vrrp_`. */
export const ANNOUNCEMENT_RULES: Rules<{ readonly announcements: Announcements }> = {
  garp_master_delay: seconds("timers.garp_delay", (draft, value) => draft.delay = value),
  garp_master_refresh: seconds("timers.garp_refresh", (draft, value) => draft.refresh = value),
  garp_master_repeat: numeric({
    to: "timers.garp_repeat",
    range: { min: 1, max: MAX_REPEAT },
    read: wholeNumber,
    set: ({ announcements }, value) => announcements.repeat = value,
  }),
  garp_master_refresh_repeat: REFRESH_REPEAT,
  garp_lower_prio_delay: LOWER,
  garp_lower_prio_repeat: LOWER,
  garp_extra_if: EXTRA,
};

/** Those of `global_defs`. */
export const GLOBAL_ANNOUNCEMENT_RULES: Rules<{ readonly announcements: Announcements }> = {
  ...Object.fromEntries(
    Object.entries(ANNOUNCEMENT_RULES).map(([keyword, rule]) => [`vrrp_${keyword}`, rule]),
  ),
  vrrp_garp_interval: INTERVAL,
  vrrp_gna_interval: INTERVAL,
  vrrp_min_garp: {
    to: "timers.garp_repeat, timers.garp_delay",
    read: (statement, { announcements }) => {
      announcements.least = flag(statement) ?? true;
      return undefined;
    },
  },
};

function seconds(to: string, set: (announcements: Announcements, value: number) => void) {
  return numeric<{ readonly announcements: Announcements }>({
    to,
    range: { min: 0, max: DAY_S },
    read: decimal,
    set: ({ announcements }, value) => set(announcements, value),
  });
}

/** The keys of `timers` that are not as ours are by default; those of the instance count first. */
export function announcementKeys(
  own: Announcements,
  general: Announcements,
): Record<string, number> {
  const least = general.least ? { repeat: 1, delay: 0 } : {};
  const { delay, repeat, refresh } = { ...least, ...general, ...own };
  return {
    ...(repeat === undefined ? {} : { garp_repeat: repeat }),
    ...(delay === undefined ? {} : { garp_delay: delay }),
    ...(refresh === undefined ? {} : { garp_refresh: refresh }),
  };
}
