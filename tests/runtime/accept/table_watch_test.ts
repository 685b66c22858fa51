import assert from "node:assert/strict";
import { attempt, run } from "../../support/command.ts";

const NAMESPACE = `rv-nft-${Deno.pid}`;

// As a process of its own: a socket belongs to the namespace that it is made in.
Deno.test("RuleTable and TableMonitor keep their word in a namespace of their own", async () => {
  await run(["ip", "netns", "add", NAMESPACE]);
  try {
    const path = new URL("table_watch_inside.ts", import.meta.url).pathname;
    const deno = [Deno.execPath(), "test", "--allow-all", "--no-lock", "--quiet", path];
    const { code, stdout, stderr } = await attempt(["ip", "netns", "exec", NAMESPACE, ...deno]);
    assert.equal(code, 0, `${stdout}${stderr}`);
  } finally {
    await run(["ip", "netns", "del", NAMESPACE]);
  }
});
