import { Refusal } from "./refusal.ts";
import type { SignInOutcome } from "./sign_in.ts";
import type { User } from "./users.ts";

/** Who has signed in; throws {@linkcode Refusal} where nobody has. */
export function signedIn(outcome: SignInOutcome): User {
  switch (outcome.kind) {
    case "right":
      return outcome.user;
    case "wrong":
      throw new Refusal(401, "Wrong user or password");
    case "busy":
      throw new Refusal(503, "Too many others are signing in", { headers: { "retry-after": "1" } });
    case "throttled":
      throw new Refusal(429, "Too many failures: wait", {
        headers: { "retry-after": String(Math.ceil(outcome.waitMs / 1000)) },
      });
  }
}
