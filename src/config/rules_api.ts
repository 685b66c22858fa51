import { isLoopback } from "./addresses.ts";
import type { ConfigDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import { parseHost } from "./host.ts";

/** The rules between the keys of `[api]`. */
export function checkApi({ api, general }: ConfigDraft, findings: Findings): void {
  if (api === undefined) {
    if (general.keys.client_api !== "http") return;
    findings.warn({
      at: ["client_api"],
      problem: '"http" has no effect without an [api] table',
      hint: "an [api] table with users",
    });
    return;
  }
  const { keys, at } = api;
  if (keys.users?.length === 0) {
    findings.warn({
      at: [...at, "users"],
      problem: "is empty, so that nobody can sign in",
      hint: "a line made by rvrrpd-pw",
    });
  }
  if (keys.write !== true || keys.tls !== false || !api.isSound("host")) return;
  const hosts = keys.host ?? "0.0.0.0:7080";
  const open = (typeof hosts === "string" ? [hosts] : hosts).find((host) => {
    const parsed = parseHost(host);
    return parsed !== undefined && !isLoopback(parsed.address);
  });
  if (open === undefined) return;
  findings.fault({
    at: [...at, "write"],
    problem: `true without TLS on ${open} would send passwords for everybody to read`,
    hint: "tls = true, or a host of 127.0.0.1 or [::1]",
  });
}
