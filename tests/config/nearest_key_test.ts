import assert from "node:assert/strict";
import { nearestKey } from "../../src/config/nearest_key.ts";

const KNOWN = ["group", "interface", "priority", "auth_type", "auth_secret", "track_route", "vip"];

Deno.test("nearestKey() finds the key behind a slip, and none behind another word", () => {
  const rows = [
    ["auth_secert", "auth_secret"],
    ["auth-type", "auth_type"],
    ["Priority", "priority"],
    ["prioriy", "priority"],
    ["grup", "group"],
    ["vips", "vip"],
    ["interfaces", "interface"],
    ["virtual_router_id", undefined],
    ["x", undefined],
    ["", undefined],
    ["a".repeat(100_000), undefined],
  ] as const;
  for (const [key, near] of rows) assert.equal(nearestKey(key, KNOWN), near, key.slice(0, 20));
});
