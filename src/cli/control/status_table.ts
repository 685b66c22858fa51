import type { RouterDetail } from "../../api/answer_schemas.ts";

/** Escape sequences of a terminal (ECMA-48, SGR). */
const COLORS: Readonly<Record<RouterDetail["state"], string>> = {
  Master: "\x1b[32m",
  Backup: "\x1b[36m",
  Fault: "\x1b[31m",
  Init: "\x1b[33m",
  Down: "\x1b[2m",
};
const PLAIN = "\x1b[0m";

const HEADINGS = [
  "GROUP",
  "INTERFACE",
  "VERSION",
  "STATE",
  "PRIORITY",
  "ADDRESSES",
  "MASTER",
  "SINCE",
] as const;
const STATE_COLUMN = HEADINGS.indexOf("STATE");
/** More would make lines that no terminal is wide enough for. */
const SHOWN_ADDRESSES = 2;

export interface TableOptions {
  readonly color: boolean;
  /** What else is to be said. */
  readonly problems: readonly string[];
}

/** A line for each virtual router, and one for each thing that is wrong. */
export function statusTable(
  routers: readonly RouterDetail[],
  { color, problems }: TableOptions,
): string {
  const rows = routers.map(cells);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (row: readonly string[], state?: RouterDetail["state"]) =>
    row.map((cell, column) => {
      const padded = cell.padEnd(column === row.length - 1 ? 0 : widths[column] ?? 0);
      const isColored = color && state !== undefined && column === STATE_COLUMN;
      return isColored ? `${COLORS[state]}${padded}${PLAIN}` : padded;
    }).join("  ");
  return [
    line(HEADINGS),
    ...rows.map((row, index) => line(row, routers[index]?.state)),
    ...routers.flatMap(remarks),
    ...problems,
  ].map((text) => `${text}\n`).join("");
}

function cells(router: RouterDetail): readonly string[] {
  const { group, interface: name, version, family, state, master, since } = router;
  return [
    String(group),
    name,
    family === 6 ? `${version} IPv6` : String(version),
    state,
    priorityText(router),
    addressText(router),
    master ?? "-",
    localTime(since),
  ];
}

function priorityText({ priority, effective_priority: effective }: RouterDetail): string {
  return priority === effective ? String(priority) : `${effective} (${priority})`;
}

function addressText({ virtual_ips: addresses }: RouterDetail): string {
  const more = addresses.length - SHOWN_ADDRESSES;
  const shown = addresses.slice(0, SHOWN_ADDRESSES).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function remarks(router: RouterDetail): string[] {
  const { group, interface: name, fault, forced, tracking } = router;
  const found = [
    ...(fault === null ? [] : [`in Fault: ${fault}`]),
    ...(tracking.down === null ? [] : [`${tracking.down} is down`]),
    ...(forced === null ? [] : [`forced to be ${forced}`]),
  ];
  return found.map((text) => `${group}/${name}: ${text}`);
}

/** As the user's clock shows it, to the second. */
function localTime(moment: string): string {
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${day} ${time}`;
}
