import assert from "node:assert/strict";
import { loadRouter, onlyRouter } from "./support.ts";

Deno.test("resolveNotify() gives nothing where no program is named", () => {
  assert.equal(onlyRouter(loadRouter({ notify_timeout: 3 })).notify, undefined);
});

Deno.test("resolveNotify() splits commands into words, and takes lists as they are", () => {
  const keys = {
    notify_master: "/bin/moved 'to us' now",
    notify_backup: ["/bin/moved", "a b"],
    notify_fault: "/bin/fault",
    notify_stop: "/bin/stop",
    notify: "/bin/any",
    notify_timeout: 2.5,
  };
  assert.deepEqual(onlyRouter(loadRouter(keys)).notify, {
    onMaster: ["/bin/moved", "to us", "now"],
    onBackup: ["/bin/moved", "a b"],
    onFault: ["/bin/fault"],
    onStop: ["/bin/stop"],
    onChange: ["/bin/any"],
    timeoutMs: 2500,
    appendsWords: true,
  });
});

Deno.test("resolveNotify() gives programs 30 seconds", () => {
  assert.equal(onlyRouter(loadRouter({ notify: "/bin/any" })).notify?.timeoutMs, 30_000);
});
