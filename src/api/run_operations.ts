import { MS_PER_S } from "../base/units.ts";
import { JSON_TYPE, jsonAnswer, textAnswer } from "./answer.ts";
import {
  ErrorBody,
  RouterDetail,
  RouteRows,
  RouterRows,
  RunGlobal,
  RunProtocols,
} from "./answer_schemas.ts";
import { EVENT_STREAM_TYPE, eventStream } from "./event_stream.ts";
import type { Call, Operation, Workbench } from "./operation.ts";
import { GROUP, groupOf, ROUTER_PARAMETERS, routerNameOf } from "./parameters.ts";
import { Refusal } from "./refusal.ts";
import { moment } from "./router_views.ts";
import { allRowsText, routersNamed, routersOfGroup, rows, wholeRouter } from "./snapshot_views.ts";
import { Type } from "@sinclair/typebox";

const UNAUTHORIZED = { description: "Nobody has signed in." } as const;
const SILENT = { description: "The engine does not answer.", schema: ErrorBody } as const;
const MALFORMED = {
  description: "The path or the query is malformed.",
  schema: ErrorBody,
} as const;

/** What reads the running state. */
export const RUN_OPERATIONS: readonly Operation[] = [
  {
    id: "runGlobal",
    method: "GET",
    path: "/run/global",
    summary: "The daemon itself.",
    access: "user",
    answers: {
      200: { description: "The daemon.", schema: RunGlobal },
      401: UNAUTHORIZED,
      503: SILENT,
    },
    handle: runGlobal,
  },
  {
    id: "runVrrp",
    method: "GET",
    path: "/run/vrrp",
    summary: "All virtual routers.",
    access: "user",
    answers: {
      200: { description: "One row each.", schema: RouterRows },
      401: UNAUTHORIZED,
      503: SILENT,
    },
    handle: async (_call, { engine, settings }) =>
      textAnswer(allRowsText(await engine.snapshot(), settings), JSON_TYPE),
  },
  {
    id: "runVrrpGroup",
    method: "GET",
    path: "/run/vrrp/{group}",
    summary: "The virtual routers of one group.",
    access: "user",
    parameters: [GROUP],
    answers: {
      200: { description: "One row each; none where there is none.", schema: RouterRows },
      400: MALFORMED,
      401: UNAUTHORIZED,
      503: SILENT,
    },
    handle: runGroup,
  },
  {
    id: "runVrrpRouter",
    method: "GET",
    path: "/run/vrrp/{group}/{interface}",
    summary: "One virtual router; where there is one of each family, that of IPv4.",
    access: "user",
    parameters: ROUTER_PARAMETERS,
    answers: {
      200: { description: "All there is to know of it.", schema: RouterDetail },
      400: MALFORMED,
      401: UNAUTHORIZED,
      404: { description: "There is none.", schema: ErrorBody },
      503: SILENT,
    },
    handle: runRouter,
  },
  {
    id: "runProtocols",
    method: "GET",
    path: "/run/protocols",
    summary: "The static routes, under their protocol.",
    access: "user",
    answers: { 200: { description: "By protocol.", schema: RunProtocols }, 401: UNAUTHORIZED },
    handle: (_call, { settings }) => jsonAnswer({ static: settings.staticRoutes }),
  },
  {
    id: "runStaticRoutes",
    method: "GET",
    path: "/run/protocols/static",
    summary: "The static routes.",
    access: "user",
    answers: { 200: { description: "One row each.", schema: RouteRows }, 401: UNAUTHORIZED },
    handle: (_call, { settings }) => jsonAnswer(settings.staticRoutes),
  },
  {
    id: "runEvents",
    method: "GET",
    path: "/run/events",
    summary:
      "Server-Sent Events: all virtual routers (snapshot), then each change of state (transition) and, each 5 seconds at most, which packets were dropped (rejects).",
    access: "user",
    parameters: [
      {
        name: "since",
        in: "query",
        description: "The id of an event: those after it come first, as with Last-Event-ID.",
        schema: Type.String(),
      },
      {
        name: "Last-Event-ID",
        in: "header",
        description: "The id of the event that was seen last.",
        schema: Type.String(),
      },
    ],
    answers: {
      200: { description: "Goes on until somebody ends it.", type: EVENT_STREAM_TYPE },
      401: UNAUTHORIZED,
      503: { description: "Too many streams are open.", schema: ErrorBody },
    },
    handle: runEvents,
  },
];

const TIME_FORMATS = { disabled: 0, short: 1, rfc2822: 2, iso8601: 3 } as const;

async function runGlobal(_call: Call, bench: Workbench): Promise<Response> {
  const { engine, settings, clock, problems } = bench;
  const { process: { startedMs } } = await engine.snapshot();
  const { daemon } = settings;
  const format = TIME_FORMATS[daemon.timeFormat];
  return jsonAnswer({
    debug: daemon.debug,
    timestamp: format,
    timezone: daemon.timeZone === "local" ? 0 : 1,
    timeformat: format,
    pid: daemon.pid,
    working_dir: daemon.workingDir,
    main_log: daemon.mainLog,
    error_log: daemon.errorLog ?? null,
    version: daemon.version,
    uptime: Math.max(0, clock() - startedMs) / MS_PER_S,
    started: moment(startedMs),
    problems: [...problems()],
  });
}

async function runGroup(call: Call, { engine, settings }: Workbench): Promise<Response> {
  const group = groupOf(call);
  const snapshot = await engine.snapshot();
  return jsonAnswer(rows(routersOfGroup(snapshot, group), settings));
}

async function runRouter(call: Call, { engine, settings }: Workbench): Promise<Response> {
  const name = routerNameOf(call);
  const [router, other] = routersNamed(await engine.snapshot(), name);
  if (router === undefined) throw new Refusal(404, "There is no such virtual router");
  return jsonAnswer({
    ...wholeRouter(router, settings),
    ...(other === undefined ? {} : { other_family: other.family }),
  });
}

function runEvents(call: Call, bench: Workbench): Response {
  const { caller, isLocal, whenGone, mayGoOn } = call;
  const { engine, streams, rejects, latestSettings: settings } = bench;
  const session = caller?.session?.id;
  const stream = streams.open({ user: caller?.user.name, session, isLocal }, whenGone);
  const lastId = call.request.headers.get("last-event-id") ?? call.query.get("since") ?? undefined;
  const body = eventStream({ engine, stream, settings, rejects, lastId, mayGoOn });
  const answer = textAnswer("", EVENT_STREAM_TYPE);
  return new Response(body, { headers: answer.headers });
}
