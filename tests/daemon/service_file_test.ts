import assert from "node:assert/strict";
import { attempt } from "../support/command.ts";

const PATH = new URL("../../conf/rvrrpd.service", import.meta.url);

/** `Section.Key` and its values, in order. */
async function settings(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  let section = "";
  for (const line of (await Deno.readTextFile(PATH)).split("\n")) {
    if (/^(#|$)/.test(line)) continue;
    const [, name] = /^\[(\w+)\]$/.exec(line) ?? [];
    if (name !== undefined) {
      section = name;
      continue;
    }
    const [, key, value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
    assert.ok(key !== undefined, `what is "${line}"?`);
    const at = `${section}.${key}`;
    found.set(at, [...found.get(at) ?? [], value]);
  }
  return found;
}

const WORDS: readonly { readonly key: string; readonly value: string; readonly why: string }[] = [
  { key: "Type", value: "notify", why: "the daemon says when it is up" },
  {
    key: "ExecStart",
    value: "/usr/sbin/rvrrpd -m1 -c /etc/rvrrpd/rvrrpd.conf",
    why: "the places that install uses",
  },
  { key: "ExecReload", value: "/bin/kill -HUP $MAINPID", why: "SIGHUP means reload" },
  {
    key: "CapabilityBoundingSet",
    value: "CAP_NET_ADMIN CAP_NET_RAW",
    why: "these two and no more",
  },
  { key: "AmbientCapabilities", value: "CAP_NET_ADMIN CAP_NET_RAW", why: "these two and no more" },
  { key: "LimitRTPRIO", value: "1", why: "intervals below 100 ms need real time" },
  { key: "NoNewPrivileges", value: "yes", why: "nothing it starts may have more" },
  { key: "RuntimeDirectory", value: "rvrrpd", why: "the default of state_dir" },
  { key: "RuntimeDirectoryMode", value: "0700", why: "the undo file is nobody else's" },
  { key: "RuntimeDirectoryPreserve", value: "yes", why: "the undo file must outlive a crash" },
  { key: "StateDirectory", value: "rvrrpd", why: "the default of replay_dir" },
  { key: "StateDirectoryMode", value: "0700", why: "the numbers are nobody else's" },
  {
    key: "RestartPreventExitStatus",
    value: "1",
    why: "a wrong configuration does not mend itself",
  },
];

for (const { key, value, why } of WORDS) {
  Deno.test(`rvrrpd.service has ${key}=${value}: ${why}`, async () => {
    assert.deepEqual((await settings()).get(`Service.${key}`), [value]);
  });
}

/** Each would keep the daemon from its work. */
const HARMFUL = [
  "MemoryDenyWriteExecute",
  "RestrictRealtime",
  "ProtectKernelTunables",
  "ProcSubset",
  "PrivateNetwork",
  "PrivateUsers",
  "IPAddressDeny",
];

for (const key of HARMFUL) {
  Deno.test(`rvrrpd.service leaves ${key} off and says why`, async () => {
    assert.equal((await settings()).get(`Service.${key}`), undefined);
    assert.match(
      await Deno.readTextFile(PATH),
      new RegExp(`^# [^\n]*\\b${key}\\b[^\n]*: \\w`, "m"),
    );
  });
}

/** The unit as it is, but for the program, which is not installed here, and its documents. */
async function withUnit<T>(use: (path: string) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir();
  try {
    const text = (await Deno.readTextFile(PATH)).replace("/usr/sbin/rvrrpd", "/bin/true");
    await Deno.writeTextFile(
      `${directory}/rvrrpd.service`,
      text.replace(/^Documentation.*\n/m, ""),
    );
    return await use(`${directory}/rvrrpd.service`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("systemd finds nothing wrong with rvrrpd.service", async () => {
  const result = await withUnit((path) => attempt(["systemd-analyze", "verify", path]));
  assert.deepEqual(result, { code: 0, stdout: "", stderr: "" });
});

Deno.test("systemd calls rvrrpd.service well confined", async () => {
  const result = await withUnit((path) => {
    return attempt(["systemd-analyze", "security", "--offline=true", "--threshold=35", path]);
  });
  assert.equal(result.code, 0, result.stdout);
});
