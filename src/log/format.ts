import type { LogRecord } from "@logtape/logtape";
import type { DaemonConfig } from "../config/types.ts";

export type FormatOptions = Pick<DaemonConfig, "timeZone" | "timeFormat" | "logFormat">;

/** The line for a record, without its end. */
export function formatLine(record: LogRecord, options: FormatOptions): string {
  if (options.logFormat === "json") return formatJson(record);
  return `${timeStamp(new Date(record.timestamp), options)}${plainText(record)}`;
}

/** What is said, with the source or the weight before it and without a time. */
export function plainText(record: LogRecord): string {
  const { source } = record.properties;
  const prefix = typeof source === "string" ? `debug(${source}): ` : PREFIX[record.level];
  return `${prefix}${textOf(record)}`;
}

const PREFIX: Readonly<Record<LogRecord["level"], string>> = {
  trace: "",
  debug: "",
  info: "",
  warning: "warning: ",
  error: "error: ",
  fatal: "error: ",
};

function formatJson(record: LogRecord): string {
  const { source } = record.properties;
  return JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level === "info" ? "information" : record.level,
    ...(typeof source === "string" ? { source } : {}),
    message: textOf(record),
  });
}

/** Text as it was given: LogTape would quote a string inserted into a message. */
function textOf(record: LogRecord): string {
  const { text } = record.properties;
  return typeof text === "string" ? text : record.message.join("");
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const WEEKDAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

/** The stamp before a line, with its blank; empty where stamps are off. */
function timeStamp(time: Date, { timeFormat, timeZone }: FormatOptions): string {
  if (timeFormat === "disabled") return "";
  const wall = wallClock(time, timeZone);
  const { date, clock, day, month, year, weekday, offsetMinutes } = wall;
  switch (timeFormat) {
    case "short":
      return `[${month} ${String(day).padStart(2)} ${year} ${clock}] `;
    case "rfc2822": {
      const zone = zoneOffset(offsetMinutes).replace(":", "");
      return `[${weekday}, ${String(day).padStart(2, "0")} ${month} ${year} ${clock} ${zone}] `;
    }
    case "iso8601":
      return `${date}T${clock}.${wall.millis}${
        timeZone === "utc" ? "Z" : zoneOffset(offsetMinutes)
      } `;
  }
}

/** The stamp of RFC 3164 section 4.1.2: local time, the day padded with a blank. */
export function syslogStamp(time: Date): string {
  const { month, day, clock } = wallClock(time, "local");
  return `${month} ${String(day).padStart(2)} ${clock}`;
}

function wallClock(time: Date, timeZone: FormatOptions["timeZone"]) {
  const offsetMinutes = timeZone === "utc" ? 0 : -time.getTimezoneOffset();
  // Shifted so that the UTC getters give the wall clock of the zone that was asked for.
  const shown = new Date(time.getTime() + offsetMinutes * 60_000);
  const [date = "", rest = ""] = shown.toISOString().split("T");
  return {
    offsetMinutes,
    date,
    clock: rest.slice(0, 8),
    millis: rest.slice(9, 12),
    day: shown.getUTCDate(),
    month: MONTHS[shown.getUTCMonth()] ?? "",
    weekday: WEEKDAYS[shown.getUTCDay()] ?? "",
    year: shown.getUTCFullYear(),
  };
}

function zoneOffset(minutes: number): string {
  const sign = minutes < 0 ? "-" : "+";
  const two = (value: number) => String(value).padStart(2, "0");
  return `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}
