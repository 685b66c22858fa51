import { parseCookies } from "./cookies.ts";
import type { Caller, Workbench } from "./operation.ts";
import { parseBasic } from "./sign_in_body.ts";
import { signedIn } from "./signed_in.ts";

export const SESSION_COOKIES = ["user", "ts", "nonce", "token"] as const;

/**
 * Who sends a request: by the cookies of a session, else by a Basic credential. `undefined` where
 * neither proves anybody; throws Refusal where too many have tried.
 */
export async function authenticate(
  request: Request,
  { address, bench }: { readonly address: string; readonly bench: Workbench },
): Promise<Caller | undefined> {
  const session = findSession(request, bench);
  if (session !== undefined) return { user: session.user, session };
  const credentials = parseBasic(request.headers.get("authorization") ?? "");
  if (credentials === undefined) return undefined;
  const attempt = { ...credentials, address, mayRemember: true };
  const outcome = await bench.signIn.check(attempt, bench.users);
  return outcome.kind === "wrong" ? undefined : { user: signedIn(outcome) };
}

function findSession(request: Request, { sessions, users, clock }: Workbench) {
  const found = parseCookies(request.headers.get("cookie") ?? "");
  const [user, ts, nonce, token] = SESSION_COOKIES.map((name) => found.get(name));
  if (user === undefined || ts === undefined || nonce === undefined || token === undefined) {
    return undefined;
  }
  return sessions.find({ user, ts, nonce, token }, { users, nowMs: clock() });
}
