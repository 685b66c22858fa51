import assert from "node:assert/strict";
import { asUser } from "../../../ffi/credentials.ts";
import { libc } from "../../../ffi/libc.ts";
import { ScriptUser } from "../../../src/runtime/scripts/script_user.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const NOBODY = { user: 65534, group: 65534 };

Deno.test("ScriptUser.find() says that there is no such user", () => {
  assert.deepEqual(ScriptUser.find("no-such-user-here"), {
    ok: false,
    error: "Cannot run programs as no-such-user-here: there is no such user",
  });
});

Deno.test("ScriptUser.find() says what it takes to run programs as another user", () => {
  assert.deepEqual(asUser(NOBODY, () => ScriptUser.find("root")), {
    ok: false,
    error: "Cannot run programs as root: this process lacks CAP_SETUID and CAP_SETGID " +
      "(grant them, or set script_user to the user that the daemon runs as)",
  });
});

Deno.test("ScriptUser.find() needs nothing to run programs as the daemon's own user", () => {
  const found = asUser(NOBODY, () => {
    const own = ScriptUser.find("nobody");
    assert.ok(own.ok);
    assert.equal(own.value.run(() => libc().geteuid()), NOBODY.user);
    return own.value;
  });
  assert.equal(found.environment["USER"], "nobody");
  assert.equal(found.name, "nobody");
});
