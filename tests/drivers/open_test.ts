import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { libnl } from "../../ffi/libnl.ts";
import { openDriver } from "../../src/drivers/open.ts";
import { run } from "../support/command.ts";
import { valueOf } from "../support/bytes.ts";
import { DRIVER_NAMES } from "./abilities.ts";

// They stay loaded, which would count as a leak of the test that happened to be the first.
libc();
libnl();

for (const name of DRIVER_NAMES) {
  Deno.test(`openDriver() opens ${name}`, () => {
    using driver = valueOf(openDriver(name));
    assert.equal(driver.name, name);
  });
}

/** Where the dynamic loader finds a library. */
async function libraryPath(file: string): Promise<string> {
  const line = (await run(["ldconfig", "-p"])).split("\n").find((one) => one.includes(`${file} `));
  const path = line?.split(" => ")[1];
  assert.ok(path, `${file} is not installed`);
  return path;
}

/** What a process says that has an empty file in the place of the library, which nobody else sees. */
async function saidWithout(file: string): Promise<string> {
  const program = new URL("open_inside.ts", import.meta.url).pathname;
  const deno = [Deno.execPath(), "run", "--quiet", "--no-lock", "--allow-ffi", program];
  const script = 'mount --bind /dev/null "$0" && exec "$@"';
  const isolated = ["--mount", "--propagation", "private", "sh", "-c", script];
  return await run(["unshare", ...isolated, await libraryPath(file), ...deno]);
}

for (const file of ["libnl-3.so.200", "libnl-route-3.so.200"]) {
  Deno.test(`openDriver() names ${file} where it cannot be loaded, and the mend`, async () => {
    const said = await saidWithout(file);
    assert.match(
      said,
      new RegExp(`^Cannot load ${file.replaceAll(".", "\\.")}: .*libnl-route-3-200`),
    );
  });
}
