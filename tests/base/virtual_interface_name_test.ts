import assert from "node:assert/strict";
import { takeFreeName, virtualInterfaceName } from "../../src/base/virtual_interface_name.ts";

Deno.test("takeFreeName() counts from 2 when the name is taken, and takes what it gives", () => {
  const taken = new Set(["eth0"]);
  const names = Array.from({ length: 3 }, () => takeFreeName(virtualInterfaceName(5), taken));
  assert.deepEqual(names, ["standby5", "standby5.2", "standby5.3"]);
  assert.deepEqual([...taken], ["eth0", ...names]);
});
