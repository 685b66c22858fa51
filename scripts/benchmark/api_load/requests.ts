import type { LoadPlan } from "./plan.ts";

/** A request as it goes over the wire, and the status that it has to be answered with. */
export interface Asked {
  readonly bytes: Uint8Array;
  readonly status: number;
}

interface Kind {
  readonly method?: string;
  readonly path: string;
  readonly status: number;
  /** Out of all {@linkcode KINDS} together. */
  readonly share: number;
  /** Default: the plan's user signs in. */
  readonly isStranger?: true;
}

/** What a few monitoring systems, a console and somebody's faulty script ask for. */
const KINDS: readonly Kind[] = [
  { path: "/run/vrrp", status: 200, share: 5 },
  { path: "/run/vrrp/7/eth0", status: 200, share: 10 },
  { path: "/metrics", status: 200, share: 1 },
  { path: "/run/vrrp/999", status: 400, share: 1 },
  { path: "/run/vrrp", status: 401, share: 1, isStranger: true },
  { path: "/run/vrrp/7/eth99", status: 404, share: 1 },
  { method: "DELETE", path: "/metrics", status: 405, share: 1 },
];

/** The mix in the order in which it is sent, over and over; equal requests are spread apart. */
export function requestMix(plan: Pick<LoadPlan, "hostname" | "credentials">): Asked[] {
  return KINDS.flatMap(({ share, ...kind }) =>
    Array.from({ length: share }, (_, index) => ({ at: (index + 0.5) / share, kind }))
  ).sort((a, b) => a.at - b.at).map(({ kind }) => ({
    bytes: requestBytes(plan, kind),
    status: kind.status,
  }));
}

export function eventsRequest(plan: Pick<LoadPlan, "hostname" | "credentials">): Uint8Array {
  return requestBytes(plan, { path: "/run/events" });
}

/** The head of a sign-in whose body comes in chunks, nobody says how many. */
export function endlessSignIn({ hostname }: Pick<LoadPlan, "hostname">): Uint8Array {
  const head = ["POST /auth HTTP/1.1", `Host: ${hostname}`, "Transfer-Encoding: chunked"];
  return new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`);
}

/** What a head begins with that never ends. */
export function endlessHead({ hostname }: Pick<LoadPlan, "hostname">): Uint8Array {
  return new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${hostname}\r\n`);
}

/** One more line of it. */
export function headerLine(bytes: number): Uint8Array {
  return new TextEncoder().encode(`X-More: ${"x".repeat(bytes)}\r\n`);
}

/** One chunk of a body (RFC 9112 section 7.1). */
export function chunk(bytes: number): Uint8Array {
  return new TextEncoder().encode(`${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`);
}

function requestBytes(
  { hostname, credentials }: Pick<LoadPlan, "hostname" | "credentials">,
  { method = "GET", path, isStranger }: Pick<Kind, "method" | "path" | "isStranger">,
): Uint8Array {
  const user = isStranger ? [] : [`Authorization: Basic ${btoa(credentials)}`];
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${hostname}`, ...user];
  return new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`);
}
