export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * Reads what is posted to /auth, in this order: rVRRPd's own form `user=NAME passwd=PASSWORD`, whose
 * password is all the rest; JSON; a form as browsers send it. `undefined` where it is none of them.
 */
export function parseSignIn(text: string): Credentials | undefined {
  return parsePlain(text) ?? parseJson(text) ?? parseForm(text);
}

function parsePlain(text: string): Credentials | undefined {
  const [, user, password] = /^user=([^ &]+) passwd=(.*)$/s.exec(text) ?? [];
  return credentials(user, password);
}

function parseJson(text: string): Credentials | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { user, passwd } = value as { readonly user?: unknown; readonly passwd?: unknown };
    return credentials(user, passwd);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parseForm(text: string): Credentials | undefined {
  const form = new URLSearchParams(text);
  return credentials(form.get("user"), form.get("passwd"));
}

function credentials(user: unknown, password: unknown): Credentials | undefined {
  if (typeof user !== "string" || typeof password !== "string") return undefined;
  return user === "" || password === "" ? undefined : { user, password };
}

/** Reads the value of an Authorization header (RFC 7617); `undefined` where it is no Basic one. */
export function parseBasic(header: string): Credentials | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const [, user, password] = /^([^:]*):(.*)$/s.exec(text) ?? [];
    return credentials(user, password);
  } catch {
    // Neither Base64 nor UTF-8.
    return undefined;
  }
}
