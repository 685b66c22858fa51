import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isPasswordOf } from "../../src/api/password.ts";
import { PW_HELP } from "../../src/cli/pw.ts";
import { parseUserLine, type UserLine } from "../../src/config/user_line.ts";
import { attempt, type CommandResult } from "../support/command.ts";

const PW = fileURLToPath(new URL("../../src/cli/programs.ts", import.meta.url));

/** Runs rvrrpd-pw from the sources, with the program's own permissions. */
async function pw(
  args: readonly string[],
  { stdin = "", terminal = false }: { readonly stdin?: string; readonly terminal?: boolean } = {},
): Promise<CommandResult> {
  const code = `import { runProgram } from ${JSON.stringify(`file://${PW}`)};
    Deno.exit(await runProgram({ startedAs: "rvrrpd-pw", args: ${JSON.stringify(args)} }));`;
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const options = ["--config", config, "--no-check", "--no-lock", "--quiet"];
    const permissions = ["--allow-ffi", "--allow-read", "--no-prompt"];
    const command = [Deno.execPath(), "run", ...options, ...permissions, file] as const;
    const argv = terminal ? ["python3", "-c", TERMINAL, stdin, ...command] as const : command;
    return await attempt([...argv], { stdin });
  } finally {
    await Deno.remove(file);
  }
}

/** Types the lines of its first argument at a terminal, each when a colon asks for it, and shows that terminal. */
const TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown = b""
lines = sys.argv[1].splitlines()
while True:
    try:
        data = os.read(terminal, 1024)
    except OSError:
        break
    if not data:
        break
    shown += data
    if data.endswith(b": ") and lines:
        os.write(terminal, lines.pop(0).encode() + b"\\r")
sys.stdout.write(shown.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

function userOf(stdout: string): UserLine {
  const user = parseUserLine(stdout.trimEnd());
  assert.ok(user.ok, stdout);
  return user.value;
}

const FORMS: readonly { readonly args: readonly string[]; readonly sha256?: true }[] = [
  { args: ["admin", "ban ana"] },
  { args: ["admin", "ban ana", "sha256"], sha256: true },
  { args: ["-u", "admin", "-p", "ban ana", "-a", "SHA256"], sha256: true },
  { args: ["--user=admin", "--hash-alg=scrypt", "ban ana"] },
];

for (const { args, sha256 } of FORMS) {
  Deno.test(`rvrrpd-pw ${args.join(" ")} prints just the line`, async () => {
    const { code, stdout, stderr } = await pw(args);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    const user = userOf(stdout);
    assert.equal(stdout.split("\n").length, 2);
    assert.deepEqual([user.name, user.level], ["admin", 0]);
    assert.equal(user.algorithm, sha256 ? "SHA256" : "SCRYPT");
    assert.equal(await isPasswordOf(user, "ban ana"), true);
  });
}

Deno.test("rvrrpd-pw reads one line where nobody sits at a terminal", async () => {
  const { code, stdout } = await pw(["admin", "--read-only"], { stdin: "ban ana\r\nmore\n" });
  assert.equal(code, 0);
  const user = userOf(stdout);
  assert.equal(user.level, 1);
  assert.equal(await isPasswordOf(user, "ban ana"), true);
});

Deno.test("rvrrpd-pw asks twice at a terminal and shows nothing of what is typed", async () => {
  const asked = await pw(["admin"], { stdin: "ban ana\nban ana\n", terminal: true });
  assert.equal(asked.code, 0, asked.stdout + asked.stderr);
  assert.ok(!asked.stdout.includes("ban ana"));
  const line = asked.stdout.split(/\r?\n/).find((one) => one.startsWith("{{")) ?? "";
  assert.equal(await isPasswordOf(userOf(line), "ban ana"), true);
  const differing = await pw(["admin"], { stdin: "ban ana\nbanana\n", terminal: true });
  assert.equal(differing.code, 1);
  assert.match(differing.stdout, /The two passwords differ/);
});

const REFUSED = [
  { args: ["ad-min", "geheim"], row: "a name with a sign" },
  { args: ["admin", "geheim", "md5"], row: "an unknown algorithm" },
  { args: ["admin", "geheim", "sha256", "x"], row: "too many words" },
  { args: ["admin", "--geheim"], row: "an unknown option" },
  { args: ["-u"], row: "an option without its value" },
  { args: ["admin", ""], row: "an empty password" },
];

for (const { args, row } of REFUSED) {
  Deno.test(`rvrrpd-pw refuses ${row} in one line without the password`, async () => {
    const { code, stdout, stderr } = await pw(args);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, /^rvrrpd-pw: [^\n]+\n$/);
    assert.ok(!stderr.includes("geheim"), stderr);
  });
}

Deno.test("rvrrpd-pw refuses an empty line", async () => {
  const { code, stderr } = await pw(["admin"], { stdin: "\n" });
  assert.deepEqual({ code, stderr }, {
    code: 1,
    stderr: "rvrrpd-pw: The password is empty: give one\n",
  });
});

Deno.test("rvrrpd-pw without arguments shows its help as an error", async () => {
  assert.deepEqual(await pw([]), { code: 1, stdout: "", stderr: `${PW_HELP}\n` });
});
