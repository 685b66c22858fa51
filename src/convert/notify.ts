import type { Statement } from "./blocks.ts";
import { type FindProgram, locate } from "./programs.ts";
import type { NoCounterpart, Rules } from "./rules.ts";
import { readCommand } from "./scripts.ts";
import type { Section } from "./section.ts";

export const NOTIFY = [
  "notify_master",
  "notify_backup",
  "notify_fault",
  "notify_stop",
  "notify",
] as const;
export type Notify = typeof NOTIFY[number];

/** A program to run, and where it is written. */
export interface Notification {
  readonly statement: Statement;
  readonly command: readonly string[];
}

export type Notifications = Partial<Record<Notify, Notification>>;

const MAIL: NoCounterpart = { because: "rvrrpd sends no mail (run a program by notify)" };
const FIFO: NoCounterpart = { because: "there is no FIFO; notify runs a program for each change" };

/** The keywords that an instance and a sync group have in common. */
export const NOTIFY_RULES: Rules<{ readonly notifications: Notifications }> = {
  ...Object.fromEntries(NOTIFY.map((kind) => [kind, {
    to: kind,
    values: 3,
    read: (statement: Statement, draft: { readonly notifications: Notifications }) => {
      const { command, remark } = readCommand(statement.words.slice(1, 2));
      if (command !== undefined) draft.notifications[kind] = { statement, command };
      const [, , user] = statement.words;
      const asUser = user && `it runs as script_user, not as ${user}`;
      return [remark, asUser].filter(Boolean).join("; ") || undefined;
    },
  }])),
  notify_deleted: { because: "a virtual router that is gone from the file ends by notify_stop" },
  notify_master_rx_lower_pri: { because: "no program runs for what others send" },
  notify_priority_changes: FIFO,
  smtp_alert: MAIL,
};

/** Writes the keys `notify…`, with one remark for all of them. */
export function writeNotifications(
  notifications: Notifications,
  { section, findProgram }: { readonly section: Section; readonly findProgram: FindProgram },
): void {
  for (const kind of NOTIFY) {
    const notification = notifications[kind];
    if (notification === undefined) continue;
    const { command, statement } = notification;
    const located = locate(command, { statement, section, findProgram });
    if (located !== undefined) section.set(kind, located);
  }
  const first = Object.values(notifications)[0];
  if (first === undefined) return;
  section.remark(
    first.statement,
    "programs get other arguments and an environment: see the README, Scripts",
  );
}
