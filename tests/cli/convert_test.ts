import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { HELP, runConvert } from "../../src/cli/convert.ts";
import { EXIT } from "../../src/cli/exit.ts";
import { attempt } from "../support/command.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

function convert(...args: string[]) {
  const run = ["run", "--config", CONFIG, "--no-check", "--no-lock", "--quiet", "--allow-all"];
  return attempt([Deno.execPath(), ...run, MAIN, "convert", ...args]);
}

async function inFolder(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const INSTANCE = `vrrp_instance V {
  interface eth0
  virtual_router_id 7
@r9 priority 9
  state MASTER
  authentication { auth_type PASS
    auth_pass abc }
  virtual_ipaddress { 10.9.0.100 }
}
`;

Deno.test("rvrrpd convert prints the configuration, and what is not as it was with its line", async () => {
  await inFolder({ "k.conf": INSTANCE }, async (folder) => {
    const file = `${folder}/k.conf`;
    const { code, stdout, stderr } = await convert("-i", "r9", file);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\[\[vrouter\]\]\ngroup = 7\n[^]*^priority = 9\n/m);
    assert.deepEqual(stderr.trimEnd().split("\n"), [
      `${file}:5: state MASTER: here each router starts as Backup, and priority decides who is Master`,
      `${file}: the result holds a secret: keep it from others (umask 077)`,
    ]);
  });
});

Deno.test("rvrrpd convert reads what is included beside the file, in order", async () => {
  const files = { "k.conf": "include *.inc\ninclude no.inc", "b.inc": "two", "a.inc": "one {\n}" };
  await inFolder(files, async (folder) => {
    const { code, stderr } = await convert(`${folder}/k.conf`);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stderr.trimEnd().split("\n"), [
      `${folder}/k.conf:2: include no.inc: there is no such file`,
      `${folder}/a.inc:1: one: not known to this converter: left out`,
      `${folder}/b.inc:1: two: not known to this converter: left out`,
    ]);
  });
});

Deno.test("rvrrpd convert says what the check would refuse", async () => {
  await inFolder({ "k.conf": INSTANCE.replace("10.9.0.100", "10.9.0.0/24") }, async (folder) => {
    const { code, stderr } = await convert(`${folder}/k.conf`);
    assert.equal(code, 0);
    assert.match(stderr, /^the result:\d+: vrouter\[0\].vip: .*network.*: mend it before use$/m);
  });
});

Deno.test("runConvert() names the line where braces do not match", async () => {
  await inFolder({ "k.conf": "a {\n}\n}\n" }, (folder) => {
    const message = `${folder}/k.conf:3: a } closes no block`;
    assert.throws(() => runConvert(["-i", "r1", `${folder}/k.conf`]), {
      code: EXIT.wrongUse,
      message,
    });
    return Promise.resolve();
  });
});

const WRONG = [
  { args: [], says: /^It needs a file/ },
  {
    args: ["/nonexistent/k.conf"],
    says: /^Cannot read \/nonexistent\/k.conf: there is no such file/,
  },
  { args: ["/"], says: /^Cannot read \/: it is a directory/ },
  { args: ["a", "b"], says: /^Unknown argument "b": it takes one file/ },
  { args: ["--frob"], says: /^Unknown option '--frob'/ },
];

for (const { args, says } of WRONG) {
  Deno.test(`runConvert() refuses the arguments "${args.join(" ")}"`, () => {
    assert.throws(() => runConvert(args), { code: EXIT.wrongUse, message: says });
  });
}

Deno.test("rvrrpd convert --help prints its help", async () => {
  assert.deepEqual(await convert("--help"), { code: 0, stdout: `${HELP}\n`, stderr: "" });
});
