import { parseUserLine, type UserLine } from "../config/user_line.ts";

/** One who may sign in. */
export interface User extends UserLine {
  /** As it is in the configuration: who has another one is another user. */
  readonly line: string;
}

/** The users of `lines`, of which a configuration without faults has only readable ones. */
export function readUsers(lines: readonly string[]): ReadonlyMap<string, User> {
  const users = new Map<string, User>();
  for (const line of lines) {
    const user = parseUserLine(line);
    if (user.ok && !users.has(user.value.name)) users.set(user.value.name, { ...user.value, line });
  }
  return users;
}
