import assert from "node:assert/strict";
import { parseOptions } from "../../scripts/soak_run/options.ts";

const DEFAULTS = {
  ...{ help: false, watchMs: 300_000, interfaces: 16, virtualMac: "none" },
  ...{ short: false, observer: "rvrrpd", api: false },
};

const GOOD = [
  { args: [], expected: DEFAULTS, why: "nothing means five minutes of everything" },
  {
    args: ["--short"],
    expected: { ...DEFAULTS, short: true, watchMs: 600_000 },
    why: "the shortest interval takes ten minutes",
  },
  {
    args: ["--short", "--keepalived", "--minutes", "2"],
    expected: { ...DEFAULTS, short: true, observer: "keepalived", watchMs: 120_000 },
    why: "a keepalived at the shortest interval",
  },
  {
    args: ["--short", "--api"],
    expected: { ...DEFAULTS, short: true, api: true, watchMs: 600_000 },
    why: "the shortest interval beside the API's clients",
  },
  { args: ["--minutes", "1"], expected: { ...DEFAULTS, watchMs: 60_000 }, why: "a minute" },
  { args: ["--macvlan"], expected: { ...DEFAULTS, virtualMac: "macvlan" }, why: "macvlans" },
  {
    args: ["--quick"],
    expected: { ...DEFAULTS, watchMs: 20_000, interfaces: 1 },
    why: "quick is one interface and seconds",
  },
];
for (const { args, expected, why } of GOOD) {
  Deno.test(`parseOptions() of a soak: ${why}`, () => {
    assert.deepEqual(parseOptions(args), expected);
  });
}

const BAD = [
  { args: ["--minutes", "0"], message: /"0" for --minutes/, why: "no time at all" },
  { args: ["--minutes", "61"], message: /"61" for --minutes/, why: "more than fits into memory" },
  { args: ["--minutes", "1.5"], message: /"1.5" for --minutes/, why: "half a minute" },
  { args: ["--quick", "--minutes=2"], message: /--quick/, why: "two durations" },
  {
    args: ["--keepalived"],
    message: /--keepalived without --short/,
    why: "keepalived for a long soak",
  },
  { args: ["--api"], message: /--api without --short/, why: "the API's clients for a long soak" },
  { args: ["--vmac"], message: /--vmac/, why: "an unknown option" },
];
for (const { args, message, why } of BAD) {
  Deno.test(`parseOptions() of a soak refuses ${why}`, () => {
    assert.throws(() => parseOptions(args), { name: "WrongUse", message });
  });
}
