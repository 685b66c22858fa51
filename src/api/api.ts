import type { Log } from "../log.ts";
import { refusalAnswer } from "./answer.ts";
import { authenticate } from "./authentication.ts";
import { MOST_BODY_BYTES, readBody } from "./body.ts";
import { BodyBudget, type BodyLease } from "./body_budget.ts";
import { type EnginePort, EngineSilent } from "./engine_port.ts";
import type { Caller, Operation, Workbench } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { Refusal } from "./refusal.ts";
import { RejectWatch } from "./reject_watch.ts";
import { Routes } from "./routes.ts";
import { isFromElsewhere } from "./same_origin.ts";
import { Sessions } from "./sessions.ts";
import type { ApiSettings } from "./settings.ts";
import { SignIn } from "./sign_in.ts";
import { Streams, type WhenGone } from "./streams.ts";
import { readUsers } from "./users.ts";

export interface ApiOptions {
  readonly settings: ApiSettings;
  readonly engine: EnginePort;
  readonly log: Pick<Log, "error">;
  /** What keeps the API from clients at the moment. */
  readonly problems?: () => readonly string[];
  /** Wall clock, milliseconds since 1970. */
  readonly clock: () => number;
  /** Milliseconds on a clock that nobody sets. */
  readonly steadyClock: () => number;
  /** Sessions that began up to this moment of the wall clock are refused. */
  readonly refusedUpToMs?: number | undefined;
}

/** A request and how it has come. */
interface Arrival {
  readonly request: Request;
  readonly address: string;
  readonly isLocal: boolean;
  readonly whenGone?: WhenGone | undefined;
}

/** Answers requests. Knows no sockets: whoever has those hands over what comes in. */
export class Api {
  readonly #log: ApiOptions["log"];
  readonly #routes = new Routes(OPERATIONS);
  #bench: Workbench;

  constructor(options: ApiOptions) {
    const { settings, engine, log, clock, steadyClock, refusedUpToMs, problems } = options;
    this.#log = log;
    this.#bench = {
      settings,
      latestSettings: () => this.#bench.settings,
      users: readUsers(settings.users),
      sessions: sessionsOf(settings, refusedUpToMs),
      signIn: new SignIn(steadyClock),
      streams: new Streams(),
      rejects: new RejectWatch({ engine, clock, steadyClock }),
      bodies: new BodyBudget(),
      engine,
      problems: problems ?? (() => []),
      clock,
    };
  }

  /** Goes on with these. Sessions go on too, where what signs them is the same. */
  configure(settings: ApiSettings): void {
    const { settings: before, sessions, streams } = this.#bench;
    const isSameKey = settings.secret === before.secret;
    if (!isSameKey || settings.sessionTtlS !== before.sessionTtlS) streams.endAll();
    sessions.setTtl(settings.sessionTtlS);
    this.#bench = {
      ...this.#bench,
      settings,
      users: readUsers(settings.users),
      sessions: isSameKey ? sessions : sessionsOf(settings),
    };
  }

  /** Ends every answer that goes on. */
  close(): void {
    this.#bench.streams.endAll();
  }

  /** `address` is where the request comes from. Always gives an answer. */
  handle(request: Request, address: string, whenGone?: WhenGone): Promise<Response> {
    return this.#handle({ request, address, isLocal: false, whenGone });
  }

  /** A request over the control socket, from somebody who may do everything. */
  handleLocal(request: Request, whenGone?: WhenGone): Promise<Response> {
    return this.#handle({ request, address: "", isLocal: true, whenGone });
  }

  async #handle(arrival: Arrival): Promise<Response> {
    const { request } = arrival;
    try {
      const answer = await this.#answer(arrival);
      return request.method === "HEAD" ? withoutBody(answer) : answer;
    } catch (error) {
      if (error instanceof Refusal) return refusalAnswer(error);
      if (error instanceof EngineSilent) {
        return refusalAnswer(new Refusal(503, "The engine does not answer"));
      }
      const why = error instanceof Error ? error.message : String(error);
      this.#log.error(`Internal error in the client API: ${why} (please report it)`);
      return refusalAnswer(new Refusal(503, "Internal error, see the daemon's log"));
    }
  }

  async #answer(arrival: Arrival): Promise<Response> {
    const { request, address, isLocal, whenGone } = arrival;
    // It begins with what the client says of itself in Host.
    const url = URL.parse(request.url);
    if (url === null) throw new Refusal(400, "The header Host is malformed");
    const { operation, params } = this.#find(request, url);
    const bench = this.#bench;
    const isReading = request.method === "GET" || request.method === "HEAD";
    if (!isReading && !isLocal && isFromElsewhere(request, url)) {
      throw new Refusal(403, "The request comes from another site");
    }
    const caller = isLocal ? undefined : await this.#admit(operation, request, address);
    using lease = bench.bodies.lease();
    const body = operation.body && await readJson(operation, { request, lease });
    const mayGoOn = () => isLocal || this.#mayGoOn(operation, caller);
    const query = url.searchParams;
    const by = { address, isLocal, whenGone, caller, mayGoOn };
    return await operation.handle({ request, params, query, body, ...by }, bench);
  }

  #find({ method }: Request, { pathname }: URL) {
    const found = this.#routes.find(pathname);
    if (found === undefined) throw new Refusal(404, "There is no such resource");
    const { operations, params } = found;
    const wanted = method === "HEAD" ? "GET" : method;
    const operation = operations.find((one) => one.method === wanted);
    if (operation !== undefined) return { operation, params };
    const allow = operations.map((one) => one.method).join(", ");
    throw new Refusal(405, `The resource takes ${allow} only`, { headers: { allow } });
  }

  async #admit(
    { access }: Operation,
    request: Request,
    address: string,
  ): Promise<Caller | undefined> {
    const { settings } = this.#bench;
    if (access === "open" || (access === "metrics" && settings.metrics !== "user")) {
      return undefined;
    }
    const caller = await authenticate(request, { address, bench: this.#bench });
    if (caller === undefined) throw unauthorized(request);
    if (access === "local") throw new Refusal(403, "This goes over the control socket only");
    if (access !== "write") return caller;
    if (!settings.write) throw new Refusal(403, "Writing is turned off");
    if (caller.user.level !== 0) throw new Refusal(403, "This user may only read");
    return caller;
  }

  /** Whether the caller would still be let in, as far as the answer that goes on depends on it. */
  #mayGoOn({ access }: Operation, caller: Caller | undefined): boolean {
    if (access === "open") return true;
    if (caller === undefined) return access === "metrics";
    const { users, clock } = this.#bench;
    const isSameUser = users.get(caller.user.name)?.line === caller.user.line;
    return isSameUser && (caller.session === undefined || clock() < caller.session.endsMs);
  }
}

function sessionsOf(
  { secret, sessionTtlS }: ApiSettings,
  refusedUpToMs: number | undefined = undefined,
): Sessions {
  return new Sessions({ secret, ttlS: sessionTtlS, refusedUpToMs });
}

/** The console asks for the password itself: the browser's own question would cover it. */
function unauthorized(request: Request): Refusal {
  const isConsole = request.headers.has("x-rvrrpd-console");
  const headers: Record<string, string> = isConsole
    ? {}
    : { "www-authenticate": 'Basic realm="rvrrpd", charset="UTF-8"' };
  return new Refusal(401, "Nobody has signed in", { headers });
}

async function readJson(
  { body: spec }: Operation,
  { request, lease }: { readonly request: Request; readonly lease: BodyLease },
): Promise<unknown> {
  const type = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new Refusal(415, "The body has to be application/json");
  const value = parse(await readBody(request, { mostBytes: MOST_BODY_BYTES, lease }));
  const details = spec?.check(value) ?? [];
  if (details.length > 0) throw new Refusal(422, "The body has wrong values", { details });
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says quotes the body, in which there may be a secret.
    throw new Refusal(400, "The body is not JSON");
  }
}

function withoutBody(answer: Response): Response {
  answer.body?.cancel();
  return new Response(null, { status: answer.status, headers: answer.headers });
}
