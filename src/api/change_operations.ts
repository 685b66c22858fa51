import { Type } from "@sinclair/typebox";
import { type Change, placeOf, type RawTable } from "../config/changes.ts";
import type { Command, CommandOutcome } from "./messages.ts";
import { jsonAnswer } from "./answer.ts";
import { Done, ErrorBody } from "./answer_schemas.ts";
import { plainBody, ROUTE_BODY, ROUTER_BODY, ROUTER_KEYS_BODY } from "./body_spec.ts";
import { keysForFilesOnly } from "../config/guarded_keys.ts";
import type { AnswerSpec, Call, Operation, Workbench } from "./operation.ts";
import { ROUTER_PARAMETERS, routerNameOf } from "./parameters.ts";
import { Refusal } from "./refusal.ts";

export const REFUSALS: Readonly<Record<number, AnswerSpec>> = {
  400: { description: "The path, the query or the body is malformed.", schema: ErrorBody },
  401: { description: "Nobody has signed in." },
  403: { description: "Writing is off, or not for this user or page.", schema: ErrorBody },
  404: { description: "There is no such thing.", schema: ErrorBody },
  409: { description: "It does not go with what is there.", schema: ErrorBody },
  408: { description: "The body is too slow.", schema: ErrorBody },
  413: { description: "The body is too large.", schema: ErrorBody },
  415: { description: "The body is no JSON.", schema: ErrorBody },
  422: { description: "The values are wrong; nothing has changed.", schema: ErrorBody },
  503: { description: "The engine does not answer, or too much waits for it.", schema: ErrorBody },
};

export const DONE = { description: "It is done.", schema: Done } as const;
const ROUTER_PATH = "/run/vrrp/{group}/{interface}";

const FORCE_BODY = plainBody(Type.Object({
  state: Type.Union([Type.Literal("master"), Type.Literal("backup"), Type.Literal("auto")]),
}, { additionalProperties: false }));

const ROUTE_METHODS = { addRoute: "POST", setRoute: "PUT", deleteRoute: "DELETE" } as const;
const ROUTE_SUMMARIES = {
  addRoute: "Adds a static route.",
  setRoute: "Changes the static route of the same destination and metric.",
  deleteRoute: "Removes a static route.",
} as const;

/** What changes the running daemon. */
export const CHANGE_OPERATIONS: readonly Operation[] = [
  {
    ...writing({ id: "addRouter", method: "POST", path: "/run/vrrp" }),
    summary: "Adds a virtual router.",
    body: ROUTER_BODY,
    answers: { 201: DONE, ...REFUSALS },
    handle: addRouter,
  },
  {
    ...writing({ id: "addRouterByName", method: "POST", path: ROUTER_PATH }),
    summary: "Adds a virtual router; group and interface are those of the path.",
    parameters: ROUTER_PARAMETERS,
    body: ROUTER_KEYS_BODY,
    answers: { 201: DONE, ...REFUSALS },
    handle: addNamedRouter,
  },
  {
    ...writing({ id: "setRouter", method: "PUT", path: ROUTER_PATH }),
    summary: "Changes keys of a virtual router; of timers only those that are given.",
    parameters: ROUTER_PARAMETERS,
    body: ROUTER_KEYS_BODY,
    answers: { 200: DONE, ...REFUSALS },
    handle: (call, bench) => {
      const keys = tableOf(call);
      refuseKeys(keys, call);
      return change({ call, bench }, { what: "setRouter", router: routerNameOf(call), keys });
    },
  },
  {
    ...writing({ id: "deleteRouter", method: "DELETE", path: ROUTER_PATH }),
    summary: "Ends a virtual router in order.",
    parameters: ROUTER_PARAMETERS,
    answers: { 200: DONE, ...REFUSALS },
    handle: (call, bench) =>
      change({ call, bench }, { what: "deleteRouter", router: routerNameOf(call) }),
  },
  {
    ...writing({ id: "forceRouter", method: "POST", path: `${ROUTER_PATH}/force` }),
    summary: "Forces a state, or gives it free again.",
    parameters: ROUTER_PARAMETERS,
    body: FORCE_BODY,
    answers: { 200: DONE, ...REFUSALS },
    handle: force,
  },
  ...(["addRoute", "setRoute", "deleteRoute"] as const).map((what): Operation => ({
    ...writing({ id: what, method: ROUTE_METHODS[what], path: "/run/protocols/static" }),
    summary: ROUTE_SUMMARIES[what],
    body: ROUTE_BODY,
    answers: { [what === "addRoute" ? 201 : 200]: DONE, ...REFUSALS },
    handle: (call, bench) =>
      change({ call, bench }, { what, table: tableOf(call) }, what === "addRoute" ? 201 : 200),
  })),
];

function writing<M extends Operation["method"]>(
  names: { readonly id: string; readonly method: M; readonly path: string },
) {
  return { ...names, access: "write" } as const;
}

function addRouter(call: Call, bench: Workbench): Promise<Response> {
  const table = tableOf(call);
  refuseKeys(table, call);
  return change({ call, bench }, { what: "addRouter", table }, 201);
}

function addNamedRouter(call: Call, bench: Workbench): Promise<Response> {
  const { group, interface: name, family } = routerNameOf(call);
  const keys = tableOf(call);
  refuseKeys(keys, call);
  if ((keys["group"] ?? group) !== group || (keys["interface"] ?? name) !== name) {
    throw new Refusal(422, "The group or the interface differs from the path");
  }
  const table = { ...keys, group, interface: name };
  const details = ROUTER_BODY.check(table);
  if (details.length > 0) throw new Refusal(422, "The body has wrong values", { details });
  if ((family ?? placeOf(table).family) !== placeOf(table).family) {
    throw new Refusal(422, "The family of vip differs from the path's");
  }
  return change({ call, bench }, { what: "addRouter", table }, 201);
}

const FORCED = { master: "Master", backup: "Backup", auto: "auto" } as const;

function force(call: Call, bench: Workbench): Promise<Response> {
  const { state } = call.body as { readonly state: keyof typeof FORCED };
  return command(bench, { do: "force", router: routerNameOf(call), to: FORCED[state] });
}

/** The body, which has passed the operation's schema of a table. */
function tableOf({ body }: Call): RawTable {
  return body as RawTable;
}

function refuseKeys(table: RawTable, { isLocal }: Call): void {
  if (isLocal) return;
  const details = keysForFilesOnly(table).map((path) => ({
    path,
    message:
      "runs a program or names a file: only the configuration file and the control socket set it",
  }));
  if (details.length > 0) {
    throw new Refusal(422, "Some keys cannot be set over the API", { details });
  }
}

function change(
  { call: { isLocal }, bench }: { readonly call: Call; readonly bench: Workbench },
  change: Change,
  status = 200,
): Promise<Response> {
  return command(bench, { do: "change", change, isLocal }, status);
}

const STATUS_OF = { missing: 404, conflict: 409, stale: 412, invalid: 422, unable: 503 } as const;

/** Has the engine's thread do it; throws {@linkcode Refusal} where that cannot be done. */
export async function command(
  bench: Workbench,
  command: Command,
  status = 200,
): Promise<Response> {
  await perform(bench, command);
  return jsonAnswer({ done: true }, { status });
}

/** The same for those who have more to say of it than that it is done. */
export async function perform(
  bench: Workbench,
  command: Command,
): Promise<Extract<CommandOutcome, { done: true }>> {
  const outcome = await bench.engine.command(command);
  if (outcome.done) return outcome;
  const { why, message, details } = outcome;
  throw new Refusal(STATUS_OF[why], message, { details });
}
