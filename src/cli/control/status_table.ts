import type { RouterDetail } from "../../api/answer_schemas.ts";
import { routerTitle } from "./router_title.ts";

/** Escape sequences of a terminal (ECMA-48, SGR). */
const COLORS: Readonly<Record<RouterDetail["state"], string>> = {
  Master: "\x1b[32m",
  Backup: "\x1b[36m",
  Fault: "\x1b[31m",
  Init: "\x1b[33m",
  Down: "\x1b[2m",
};
const PLAIN = "\x1b[0m";

interface Column {
  readonly heading: string;
  readonly text: (router: RouterDetail) => string;
}

const COLUMNS: readonly Column[] = [
  { heading: "GROUP", text: ({ group }) => String(group) },
  { heading: "INTERFACE", text: ({ interface: name }) => name },
  { heading: "VERSION", text: ({ version, family }) => `${version}${family === 6 ? " IPv6" : ""}` },
  { heading: "STATE", text: ({ state }) => state },
  { heading: "PRIORITY", text: priorityText },
  {
    heading: "ADDRESSES",
    text: ({ virtual_ips: addresses }) => addressText(addresses, SHOWN_ADDRESSES.inRow),
  },
  { heading: "MASTER", text: ({ master }) => master ?? "-" },
  { heading: "SINCE", text: ({ since }) => localTime(since) },
];

/** Those whose content may be as long as IPv6 addresses are. */
const LONG = new Set(["ADDRESSES", "MASTER"]);
const SHORT_COLUMNS = COLUMNS.filter(({ heading }) => !LONG.has(heading));
const STATE_AT = COLUMNS.findIndex(({ heading }) => heading === "STATE");
const INDENT = " ".repeat(7);
/** More would make lines that no terminal is wide enough for. */
const SHOWN_ADDRESSES = { inRow: 2, below: 6 } as const;

export interface TableOptions {
  readonly color: boolean;
  /** Of the terminal, in characters; absent where lines may be as long as they are. */
  readonly width?: number | undefined;
  /** What else is to be said. */
  readonly problems: readonly string[];
}

/**
 * A line for each virtual router, and one for each thing that is wrong. Where the terminal is too
 * narrow for that, addresses have lines of their own.
 */
export function statusTable(routers: readonly RouterDetail[], options: TableOptions): string {
  const { width = Infinity, problems } = options;
  const whole = layOut(routers, COLUMNS);
  const fits = whole.every((line) => line.join("  ").length <= width);
  const [headings = [], ...rows] = fits ? whole : layOut(routers, SHORT_COLUMNS);
  const lines = routers.flatMap((router, index) => [
    painted(rows[index] ?? [], router.state, options),
    ...(fits ? [] : longLines(router, width)),
  ]);
  return [headings.join("  "), ...lines, ...routers.flatMap(remarks), ...problems]
    .map((text) => `${text.trimEnd()}\n`).join("");
}

/** The headings and a row for each virtual router, their cells as wide as their column. */
function layOut(routers: readonly RouterDetail[], columns: readonly Column[]): string[][] {
  const rows = [
    columns.map(({ heading }) => heading),
    ...routers.map((router) => columns.map(({ text }) => text(router))),
  ];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, at) => at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))
  );
}

function painted(
  row: readonly string[],
  state: RouterDetail["state"],
  { color }: TableOptions,
): string {
  const cells = color ? row.with(STATE_AT, `${COLORS[state]}${row[STATE_AT]}${PLAIN}`) : row;
  return cells.join("  ");
}

/** The virtual addresses and the Master's, broken where the terminal ends. */
function longLines({ virtual_ips: addresses, master }: RouterDetail, width: number): string[] {
  const lines: string[] = [];
  for (const word of addressText(addresses, SHOWN_ADDRESSES.below).split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(`${INDENT}${word}`);
  }
  return [...lines, ...(master === null ? [] : [`${INDENT}Master ${master}`])];
}

function priorityText({ priority, effective_priority: effective }: RouterDetail): string {
  return priority === effective ? String(priority) : `${effective} (${priority})`;
}

function addressText(addresses: readonly string[], most: number): string {
  const more = addresses.length - most;
  const shown = addresses.slice(0, most).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function remarks(router: RouterDetail): string[] {
  const { fault, fault_text: wrong, forced, tracking } = router;
  const isToldAlready = fault === "trackedDown";
  const found = [
    ...(fault === null ? [] : [`in Fault: ${wrong ?? fault}`]),
    ...(tracking.down === null || isToldAlready ? [] : [`${tracking.down} is down`]),
    ...(forced === null ? [] : [`forced to be ${forced}`]),
  ];
  return found.map((text) => `${routerTitle(router)}: ${text}`);
}

/** As the user's clock shows it, to the second. */
function localTime(moment: string): string {
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${day} ${time}`;
}
