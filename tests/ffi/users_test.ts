import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { findUser } from "../../ffi/users.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

Deno.test("findUser() knows root", () => {
  assert.deepEqual(findUser("root"), { name: "root", user: 0, group: 0, home: "/root" });
});

Deno.test("findUser() reads an entry of /etc/passwd", () => {
  const [name = "", , user, group, , home] = Deno.readTextFileSync("/etc/passwd").trim().split("\n")
    .at(-1)?.split(":") ?? [];
  assert.deepEqual(findUser(name), { name, user: Number(user), group: Number(group), home });
});

Deno.test("findUser() does not know everybody", () => {
  assert.equal(findUser("no-such-user-here"), undefined);
});
