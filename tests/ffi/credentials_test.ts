import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { SyscallError } from "../../ffi/errno.ts";
import { asUser } from "../../ffi/credentials.ts";
import { libc } from "../../ffi/libc.ts";
import { run } from "../support/command.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const NOBODY = 65534;
const GRANTED = "+net_admin,+net_raw,+setuid,+setgid";

interface Told {
  readonly before: string;
  readonly after: string;
  readonly another: string;
  readonly same: string;
  readonly others: readonly string[];
  /** The owner of a file in /proc/self, which root is where the process is not dumpable. */
  readonly limits: number;
}

/** Runs credentials_inside.ts behind setpriv(1). */
async function inside(...privileges: string[]): Promise<Told> {
  const script = fileURLToPath(new URL("credentials_inside.ts", import.meta.url));
  const deno = [Deno.execPath(), "run", "--no-lock", "--allow-all", script];
  return JSON.parse(
    await run(["setpriv", ...privileges, ...deno, String(NOBODY), String(NOBODY)]),
  );
}

/** The lines of /proc/…/status about rights. */
function rights(status: string): string[] {
  return status.split("\n").filter((line) => /^(?:Uid|Gid|Groups|Cap(?!Bnd)\w+):/.test(line))
    .map((line) => line.trimEnd());
}

const NO_RIGHTS = [
  `Uid:\t${NOBODY}\t${NOBODY}\t${NOBODY}\t${NOBODY}`,
  `Gid:\t${NOBODY}\t${NOBODY}\t${NOBODY}\t${NOBODY}`,
  "Groups:",
  ...["Inh", "Prm", "Eff"].map((set) => `Cap${set}:\t0000000000000000`),
  "CapAmb:\t0000000000000000",
];

Deno.test("asUser() leaves a program of root's no group, no capability and no way back", async () => {
  const told = await inside(
    "--groups=4,24",
    `--inh-caps=${GRANTED}`,
    `--ambient-caps=${GRANTED}`,
  );
  assert.deepEqual(rights(told.another), NO_RIGHTS);
  assert.deepEqual(rights(told.after), rights(told.before));
  assert.match(told.after, /^Groups:\t4 24 ?$/m);
  assert.match(told.after, /^Uid:\t0\t0\t0\t0$/m);
});

Deno.test("asUser() starts from an unprivileged user with two capabilities as well", async () => {
  const told = await inside(
    ...["--reuid=12345", "--regid=12345", "--clear-groups", `--bounding-set=-all,${GRANTED}`],
    ...[`--inh-caps=-all,${GRANTED}`, `--ambient-caps=-all,${GRANTED}`],
  );
  assert.deepEqual(rights(told.another), NO_RIGHTS);
  assert.deepEqual(rights(told.after), rights(told.before));
  assert.match(told.after, /^CapEff:\t00000000000030c0$/m);
  assert.equal(told.limits, 12345);
});

Deno.test("keepCapabilities() leaves a program of the same user none", async () => {
  const told = await inside(
    ...["--reuid=12345", "--regid=12345", "--clear-groups", `--bounding-set=-all,${GRANTED}`],
    ...[`--inh-caps=-all,${GRANTED}`, `--ambient-caps=-all,${GRANTED}`],
  );
  assert.match(told.same, /^CapEff:\t0000000000000000$/m);
  assert.match(told.same, /^CapAmb:\t0000000000000000$/m);
});

Deno.test("asUser() leaves the other threads alone", async () => {
  const told = await inside("--groups=4,24");
  assert.ok(told.others.length > 1);
  for (const status of told.others) assert.match(status, /^Uid:\t0\t0\t0\t0$/m);
});

Deno.test("asUser() gives what the work gives, and passes its errors on", () => {
  const before = rights(Deno.readTextFileSync("/proc/thread-self/status"));
  const nobody = { user: NOBODY, group: NOBODY };
  assert.equal(asUser(nobody, () => libc().geteuid()), NOBODY);
  assert.throws(
    () => asUser(nobody, () => assert.fail("of the work")),
    { message: "of the work" },
  );
  assert.deepEqual(rights(Deno.readTextFileSync("/proc/thread-self/status")), before);
});

Deno.test("asUser() is refused without the right to change users, and changes nothing", () => {
  const [nobody, root] = [{ user: NOBODY, group: NOBODY }, { user: 0, group: 0 }];
  asUser(nobody, () => {
    assert.throws(
      () => asUser(root, () => assert.fail("must not run")),
      (error) => error instanceof SyscallError && error.code === "EPERM",
    );
    assert.equal(libc().geteuid(), NOBODY);
  });
});
