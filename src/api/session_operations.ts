import { formatCookie } from "./cookies.ts";
import { Done, ErrorBody, Identity, SignedIn } from "./answer_schemas.ts";
import { jsonAnswer } from "./answer.ts";
import { MOST_SIGN_IN_BYTES, readBody } from "./body.ts";
import type { Call, Operation, Workbench } from "./operation.ts";
import { Refusal } from "./refusal.ts";
import { authenticate, SESSION_COOKIES } from "./authentication.ts";
import { parseSignIn } from "./sign_in_body.ts";
import { signedIn } from "./signed_in.ts";
import type { User } from "./users.ts";

const REFUSED = { description: "Refused.", schema: ErrorBody } as const;

export const SESSION_OPERATIONS: readonly Operation[] = [
  {
    id: "whoAmI",
    method: "GET",
    path: "/auth",
    summary: "Who has signed in, and whether that one may write.",
    access: "open",
    answers: {
      200: { description: "Who it is; nobody where there is no session.", schema: Identity },
      429: { description: "Too many failures from this address.", schema: ErrorBody },
      503: { description: "Too many others are signing in.", schema: ErrorBody },
    },
    handle: whoAmI,
  },
  {
    id: "signIn",
    method: "POST",
    path: "/auth",
    summary: "Begins a session, which four cookies carry.",
    access: "open",
    ownBody: {
      description:
        "user=NAME passwd=PASSWORD with a blank between, JSON with these keys, or a form.",
      types: ["application/x-www-form-urlencoded", "application/json", "text/plain"],
    },
    answers: {
      200: { description: "The session has begun.", schema: SignedIn },
      400: { description: "There is no user or no password in the body.", schema: ErrorBody },
      401: { description: "The user or the password is wrong." },
      403: REFUSED,
      408: REFUSED,
      413: REFUSED,
      429: { description: "Too many failures from this address.", schema: ErrorBody },
      503: { description: "Too many others are signing in.", schema: ErrorBody },
    },
    handle: signIn,
  },
  {
    id: "signOut",
    method: "POST",
    path: "/auth/logout",
    summary: "Ends the session and its event streams.",
    access: "user",
    answers: {
      200: { description: "The session has ended.", schema: Done },
      401: { description: "There was none." },
      403: REFUSED,
    },
    handle: signOut,
  },
];

/** Asked before anybody has signed in, so that a page need not provoke a refusal to find that out. */
async function whoAmI({ request, address }: Call, bench: Workbench): Promise<Response> {
  const { user } = await authenticate(request, { address, bench }) ?? {};
  const mayWrite = bench.settings.write && user?.level === 0;
  return jsonAnswer({ user: user?.name ?? null, level: user?.level ?? null, may_write: mayWrite });
}

async function signIn(call: Call, bench: Workbench): Promise<Response> {
  const refused = bench.signIn.refusal(call.address);
  if (refused !== undefined) signedIn(refused);
  using lease = bench.bodies.lease();
  const limits = { mostBytes: MOST_SIGN_IN_BYTES, lease };
  const credentials = parseSignIn(await readBody(call.request, limits));
  if (credentials === undefined) {
    throw new Refusal(400, "The body names no user and no password");
  }
  const attempt = { ...credentials, address: call.address, mayRemember: false };
  const outcome = await bench.signIn.check(attempt, bench.users);
  return begin(signedIn(outcome), bench);
}

function begin(user: User, { sessions, settings, clock }: Workbench): Response {
  const cookies = sessions.begin(user, clock());
  const answer = jsonAnswer({ user: user.name, level: user.level });
  setCookies(answer, settings, (name) => ({ value: cookies[name], maxAgeS: settings.sessionTtlS }));
  return answer;
}

function signOut({ caller }: Call, { sessions, settings, streams, clock }: Workbench): Response {
  const session = caller?.session;
  if (session !== undefined) {
    sessions.revoke(session, clock());
    streams.endSession(session.id);
  }
  const answer = jsonAnswer({ done: true });
  setCookies(answer, settings, () => ({ value: "", maxAgeS: 0 }));
  return answer;
}

function setCookies(
  answer: Response,
  { tls }: Workbench["settings"],
  cookie: (name: typeof SESSION_COOKIES[number]) => { value: string; maxAgeS: number },
): void {
  for (const name of SESSION_COOKIES) {
    answer.headers.append("set-cookie", formatCookie({ name, secure: tls, ...cookie(name) }));
  }
}
