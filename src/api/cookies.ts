/** The cookies of a Cookie header (RFC 6265 section 4.2.1); of one name the first counts. */
export function parseCookies(header: string): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at < 0) continue;
    const name = pair.slice(0, at).trim();
    if (!cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}

export interface CookieOptions {
  readonly name: string;
  /** Letters, digits and signs that need no quotes. */
  readonly value: string;
  /** Only over TLS. */
  readonly secure: boolean;
  /** 0 removes it. */
  readonly maxAgeS: number;
}

/** The value of a Set-Cookie header. Scripts never see it, and no other site makes it be sent. */
export function formatCookie({ name, value, secure, maxAgeS }: CookieOptions): string {
  const attributes = `Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict`;
  return `${name}=${value}; ${attributes}${secure ? "; Secure" : ""}`;
}
