import ACTIONS from "../web/actions.js" with { type: "text" };
import APP from "../web/app.js" with { type: "text" };
import BOARD from "../web/board.js" with { type: "text" };
import CHANGE_DIALOG from "../web/change_dialog.js" with { type: "text" };
import CONNECTION from "../web/connection.js" with { type: "text" };
import DETAILS_STYLE from "../web/details.css" with { type: "text" };
import DETAILS from "../web/details.js" with { type: "text" };
import DIALOG_STYLE from "../web/dialog.css" with { type: "text" };
import DOM from "../web/dom.js" with { type: "text" };
import EVENT_TEXT from "../web/event_text.js" with { type: "text" };
import FACTS from "../web/facts.js" with { type: "text" };
import PAGE from "../web/index.html" with { type: "text" };
import NARROW_STYLE from "../web/narrow.css" with { type: "text" };
import ROUTER_ROW from "../web/router_row.js" with { type: "text" };
import ROUTERS from "../web/routers.js" with { type: "text" };
import SERVER from "../web/server.js" with { type: "text" };
import SESSION from "../web/session.js" with { type: "text" };
import STATUS_LINE from "../web/status_line.js" with { type: "text" };
import STYLE from "../web/style.css" with { type: "text" };
import TABLE_STYLE from "../web/table.css" with { type: "text" };
import TIME_LINE from "../web/time_line.js" with { type: "text" };
import WORDS from "../web/words.js" with { type: "text" };
import { textAnswer } from "./answer.ts";
import { ErrorBody } from "./answer_schemas.ts";
import type { Call, Operation, Workbench } from "./operation.ts";
import { Refusal } from "./refusal.ts";

const TYPES = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
} as const;

const SCRIPTS: Readonly<Record<string, string>> = {
  actions: ACTIONS,
  app: APP,
  board: BOARD,
  change_dialog: CHANGE_DIALOG,
  connection: CONNECTION,
  details: DETAILS,
  dom: DOM,
  event_text: EVENT_TEXT,
  facts: FACTS,
  router_row: ROUTER_ROW,
  routers: ROUTERS,
  server: SERVER,
  session: SESSION,
  status_line: STATUS_LINE,
  time_line: TIME_LINE,
  words: WORDS,
};

const STYLES: Readonly<Record<string, string>> = {
  style: STYLE,
  table: TABLE_STYLE,
  details: DETAILS_STYLE,
  dialog: DIALOG_STYLE,
  narrow: NARROW_STYLE,
};

/** The page needs nothing from anywhere else, and whatever gets into it can neither run nor send. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join("; ");

const PAGE_HEADERS = {
  "content-security-policy": POLICY,
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};

const PLAIN_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>rvrrpd</title>
<p>This is the client API of rvrrpd, a VRRP daemon. Its console is turned off.
`;

/** The page for people, and what it is made of; all of it comes out of the program itself. */
export const CONSOLE_OPERATIONS: readonly Operation[] = [
  {
    id: "home",
    method: "GET",
    path: "/",
    summary: "The console, a page for people.",
    access: "open",
    answers: { 200: { description: "The page.", type: TYPES.html } },
    handle: (_call, { settings }) =>
      textAnswer(settings.console ? PAGE : PLAIN_PAGE, TYPES.html, { headers: PAGE_HEADERS }),
  },
  ...Object.entries(STYLES).map(([name, text]) => part(`${name}.css`, { type: TYPES.css, text })),
  ...Object.entries(SCRIPTS).map(([name, text]) => part(`${name}.js`, { type: TYPES.js, text })),
];

function part(
  name: string,
  { type, text }: { readonly type: string; readonly text: string },
): Operation {
  return {
    id: `console_${name.replace(".", "_")}`,
    method: "GET",
    path: `/console/${name}`,
    summary: "A part of the console.",
    access: "open",
    answers: {
      200: { description: "The part.", type },
      404: { description: "The console is turned off.", schema: ErrorBody },
    },
    handle: (_call: Call, { settings }: Workbench) => {
      if (!settings.console) throw new Refusal(404, "The console is turned off");
      return textAnswer(text, type);
    },
  };
}
