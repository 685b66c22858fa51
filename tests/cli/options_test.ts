import assert from "node:assert/strict";
import { ExitError } from "../../src/cli/exit.ts";
import { HELP, parseOptions, type RvrrpdOptions } from "../../src/cli/options.ts";

const NOTHING = { help: false, version: false, check: false };

const READ: readonly { readonly args: string; readonly options: Partial<RvrrpdOptions> }[] = [
  { args: "", options: {} },
  { args: "-h", options: { help: true } },
  { args: "--help", options: { help: true } },
  { args: "-V", options: { version: true } },
  { args: "--version", options: { version: true } },
  { args: "-t", options: { check: true } },
  { args: "--check", options: { check: true } },
  { args: "-m0", options: { mode: 0 } },
  { args: "-m1", options: { mode: 1 } },
  { args: "-m 1", options: { mode: 1 } },
  { args: "-m 2", options: { mode: 2 } },
  { args: "--mode=1", options: { mode: 1 } },
  { args: "--mode 1", options: { mode: 1 } },
  { args: "-c rvrrpd.conf", options: { configFile: "rvrrpd.conf" } },
  { args: "-crvrrpd.conf", options: { configFile: "rvrrpd.conf" } },
  { args: "--conf=/etc/a.conf", options: { configFile: "/etc/a.conf" } },
  { args: "-g toml", options: { configFormat: "toml" } },
  { args: "--cfg-format json", options: { configFormat: "json" } },
  { args: "-d0", options: { debug: 0 } },
  { args: "-d5", options: { debug: 5 } },
  { args: "--debug 3", options: { debug: 3 } },
  { args: "-tc a.conf", options: { check: true, configFile: "a.conf" } },
  {
    args: "-m1 -c conf/rvrrpd.conf -d 2 -g toml",
    options: { mode: 1, configFile: "conf/rvrrpd.conf", debug: 2, configFormat: "toml" },
  },
  { args: "-m2 -m1", options: { mode: 1 } },
  { args: "-m0 -i eth0", options: { mode: 0, iface: "eth0" } },
  { args: "-m0 --iface eth0 --json", options: { mode: 0, iface: "eth0", json: true } },
  { args: "-m 0 -r a.pcap", options: { mode: 0, readFile: "a.pcap" } },
  { args: "-m0 -r -", options: { mode: 0, readFile: "-" } },
  {
    args: "-m0 -ieth0 -w b.pcap --count 5",
    options: { mode: 0, iface: "eth0", writeFile: "b.pcap", count: 5 },
  },
  { args: "-m1 -i eth0", options: { mode: 1, iface: "eth0" } },
  { args: "-h -r a.pcap", options: { help: true, readFile: "a.pcap" } },
];

function words(args: string): string[] {
  return args === "" ? [] : args.split(" ");
}

for (const { args, options } of READ) {
  Deno.test(`parseOptions() reads "${args}"`, () => {
    assert.deepEqual(parseOptions(words(args)), { ...NOTHING, ...options });
  });
}

const REFUSED = [
  { args: "-m 3", says: /^Wrong value "3" for -m: it takes 0, 1, 2 / },
  { args: "-m", says: /^Option '-m, --mode <value>' argument missing / },
  { args: "-m=1", says: /^Wrong value "=1" for -m: / },
  { args: "-m 01", says: /^Wrong value "01" for -m: / },
  { args: "--mode=", says: /^Wrong value "" for -m: / },
  { args: "-d 4", says: /^Wrong value "4" for -d: it takes 0, 1, 2, 3, 5 / },
  { args: "-d -5", says: /^Option '-d' argument is ambiguous / },
  { args: "-g xml", says: /^Wrong value "xml" for -g: it takes toml, json / },
  { args: "-g TOML", says: /^Wrong value "TOML" for -g: / },
  { args: "--colour", says: /^Unknown option '--colour' / },
  { args: "-x", says: /^Unknown option '-x' / },
  { args: "--no-check", says: /^Unknown option '--no-check' / },
  { args: "--check=yes", says: /^Option '-t, --check' does not take an argument / },
  { args: "-m0 --count 0", says: /^Wrong value "0" for --count: it takes a whole number / },
  { args: "-m0 --count 1.5", says: /^Wrong value "1.5" for --count: / },
  { args: "-m0 --count ten", says: /^Wrong value "ten" for --count: / },
  { args: "-m0 --count=", says: /^Wrong value "" for --count: / },
  { args: "-m0 -r", says: /^Option '-r, --read <value>' argument missing / },
  { args: "-m1 --json", says: /^--json belongs to the sniffer: use it with -m0 / },
  { args: "-m2 --count 5", says: /^--count belongs to the sniffer: / },
  { args: "-m1 -w a", says: /^-w belongs to the sniffer: / },
  { args: "-r a.pcap", says: /^-r belongs to the sniffer: use it with -m0 / },
  { args: "-m1 surplus", says: /^Unknown argument "surplus": rvrrpd takes options only / },
  { args: "-m1 -- -c", says: /^Unknown argument "-c": / },
] as const;

for (const { args, says } of REFUSED) {
  Deno.test(`parseOptions() refuses "${args}" in one line that says where help is`, () => {
    assert.throws(() => parseOptions(words(args)), (error) => {
      assert.ok(error instanceof ExitError);
      assert.equal(error.code, 1);
      assert.match(error.message, says);
      assert.match(error.message, /^[^\n]* \(rvrrpd --help lists the options\)$/);
      return true;
    });
  });
}

Deno.test("HELP names every option in both forms", () => {
  const options = [
    "-m, --mode",
    "-c, --conf",
    "-g, --cfg-format",
    "-d, --debug",
    "-t, --check",
    "-h, --help",
    "-V, --version",
    "-i, --iface",
    "-r, --read",
    "-w, --write",
    "    --json",
    "    --count",
  ];
  for (const option of options) assert.ok(HELP.includes(`  ${option} `), option);
});
