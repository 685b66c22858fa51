import { missingCapabilities } from "../../../ffi/capabilities.ts";
import { asUser } from "../../../ffi/credentials.ts";
import { effectiveUser } from "../../../ffi/files.ts";
import { findUser, type User } from "../../../ffi/users.ts";
import { err, ok, type Result } from "../../base/result.ts";

/** Where programs look for others: the daemon's own environment depends on who has started it. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Whom programs run as, which may be the daemon's own user. */
export class ScriptUser {
  readonly #user: User;
  readonly #isOurs: boolean;

  private constructor(user: User) {
    this.#user = user;
    this.#isOurs = user.user === effectiveUser();
  }

  /** An error says why this process cannot run programs as `name`, with the mend. */
  static find(name: string): Result<ScriptUser, string> {
    const user = findUser(name);
    if (user === undefined) return err(`Cannot run programs as ${name}: there is no such user`);
    const found = new ScriptUser(user);
    const missing = missingCapabilities(["CAP_SETUID", "CAP_SETGID"]);
    if (found.#isOurs || missing.length === 0) return ok(found);
    const mend = "grant them, or set script_user to the user that the daemon runs as";
    return err(
      `Cannot run programs as ${name}: this process lacks ${missing.join(" and ")} (${mend})`,
    );
  }

  get name(): string {
    return this.#user.name;
  }

  /** What its programs find in the environment, whatever they are for. */
  get environment(): Readonly<Record<string, string>> {
    const { name, home } = this.#user;
    return { PATH, HOME: home, USER: name, LOGNAME: name };
  }

  /** Does `work`, which starts a program, as this user. */
  run<T>(work: () => T): T {
    return this.#isOurs ? work() : asUser(this.#user, work);
  }
}
